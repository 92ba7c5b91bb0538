%% `rand`: every algorithm with fixed seeds.
-module(rand_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    [algorithm(Name) || Name <- [exsss, exro928ss, exrop, exs1024s, exsp, exs64, exsplus, exs1024, mwc59, dummy, none]],
    rand:seed(exsss, 42),
    show([rand:uniform() || _ <- lists:seq(1, 5)]),
    show([rand:uniform(N) || N <- [1, 2, 10, 1000, 1 bsl 57, 1 bsl 58, 1 bsl 70, 1 bsl 130]]),
    show([rand:normal() || _ <- lists:seq(1, 20)]),
    show([rand:normal(5, 2) || _ <- lists:seq(1, 5)]),
    show(rand:bytes(20)),
    show(rand:export_seed()),
    calls(rand, [{F, [A]} || F <- [uniform, bytes, seed_s, uniform_real_s], A <- [0, -1, a, 1.5, []]]).

algorithm(Algorithm) ->
    Seeds = [{1, 2, 3}, 42, [1, 2], {0, 0, 0}],
    [
        try rand:seed_s(Algorithm, Seed) of
            State -> numbers(Algorithm, Seed, State)
        catch
            Class:Reason -> show({Algorithm, Seed, Class, Reason})
        end
     || Seed <- Seeds
    ].

numbers(Algorithm, Seed, State) ->
    {Floats, State1} = draw(fun rand:uniform_s/1, State, 5),
    {Integers, State2} = draw(fun(S) -> rand:uniform_s(1000000, S) end, State1, 5),
    {Large, State3} = draw(fun(S) -> rand:uniform_s(1 bsl 100, S) end, State2, 3),
    {Real, State4} = draw(fun rand:uniform_real_s/1, State3, 3),
    {Normal, State5} = draw(fun rand:normal_s/1, State4, 5),
    {Other, State6} = draw(fun(S) -> rand:normal_s(1.0, 4, S) end, State5, 3),
    {Bytes, State7} = rand:bytes_s(9, State6),
    Jumped =
        try rand:uniform_s(100, rand:jump(State7)) of
            {Value, _} -> Value
        catch
            Class:Reason -> {Class, Reason}
        end,
    show({Algorithm, Seed, Floats, Integers, Large, Real, Normal, Other, Bytes, Jumped, rand:export_seed_s(State7)}).

draw(_, State, 0) ->
    {[], State};
draw(F, State, N) ->
    {Value, Next} = F(State),
    {Values, Last} = draw(F, Next, N - 1),
    {[Value | Values], Last}.
