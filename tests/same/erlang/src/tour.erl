%% What programs are made of, used and printed.
%%
%% Nothing ends by an error that nobody catches: the report of one goes to another output here than on a board. Keys of maps
%% are no atoms: the order in which those are printed is the release's own.
-module(tour).
-export([start/0]).

start() ->
    numbers(),
    binaries(),
    maps(),
    terms(),
    crashes(),
    workers(),
    server(),
    timers(),
    ok.

numbers() ->
    io:format("~p ~p ~p ~p~n", [1 bsl 80, -(1 bsl 59), 17 rem -5, (1 bsl 70) div 3]),
    io:format("~p ~.3f ~w ~p~n", [0.1, 2.5, 1.0e22, math:sqrt(2)]),
    io:format("~.16B ~.2B ~s~n", [255, 10, integer_to_list(1 bsl 64, 36)]).

binaries() ->
    Packet = <<3:4, 1:4, 513:16/little, 1.5:32/float, 5, "hello", "rest">>,
    <<Version:4, _:4, Port:16/little, Float:32/float, Size, Name:Size/binary, Rest/binary>> = Packet,
    io:format("~p ~p ~p ~p ~p~n", [Version, Port, Float, Name, Rest]),
    io:format("~p ~w~n", [<<5:3>>, << <<(X * 2)>> || <<X>> <= <<1, 2, 3>> >>]),
    io:format("~ts ~tp ~p~n", ["Grüße ✓", <<"Grüße"/utf8>>, unicode:characters_to_list(<<"é"/utf8>>)]),
    io:format("~p~n", [binary:split(<<"a,b,,c">>, <<",">>, [global])]),
    io:format("~p ~p~n", [erlang:crc32(<<"123456789">>), binary_to_term(term_to_binary({a, [1.5, "b"]}))]).

maps() ->
    Words = string:lexemes("the cat and the dog and the bird", " "),
    Counted = lists:foldl(fun(Word, Map) -> maps:update_with(Word, fun(N) -> N + 1 end, 1, Map) end, #{}, Words),
    io:format("~p~n", [Counted]),
    #{"the" := Three} = Counted,
    io:format("~p ~p~n", [Three, maps:size(maps:filter(fun(_, N) -> N > 1 end, Counted))]),
    Large = maps:from_list([{N, N * N} || N <- lists:seq(1, 100)]),
    io:format("~p ~p ~p~n", [maps:size(Large), maps:get(77, Large), lists:sum(maps:values(Large))]).

%% A term that takes several lines, a string, a list of numbers that is none, an improper list, quoted atoms.
terms() ->
    Reading = {reading, "sensor 1", [{celsius, 21.5}, {pascal, 101325}], <<"raw", 0, 255>>, #{1 => one, 2 => [two]}},
    io:format("~p~n", [[Reading || _ <- [1, 2, 3]]]),
    io:format("~p ~w ~p ~p~n", ["text", "text", [1, 2 | three], ['an atom', 'Mixed', plain]]),
    io:format("|~10s|~-10s|~5w|~3..0B|~c|~*c|~n", ["right", "left", 42, 7, $x, 3, $y]),
    io:format("~P~n", [lists:seq(1, 30), 10]).

crashes() ->
    io:format("~p~n", [caught(fun() -> 1 div zero() end)]),
    io:format("~p~n", [caught(fun() -> list_to_integer([$x | integer_to_list(zero())]) end)]),
    io:format("~p~n", [caught(fun() -> throw({ball, 1}) end)]),
    io:format("~p~n", [caught(fun() -> exit(enough) end)]),
    io:format("~p~n", [caught(fun() -> {ok, _} = zero() end)]),
    io:format("~p~n", [catch throw(old)]).

zero() -> length([]).

%% The class, the reason, and which functions of this module the exception came through.
caught(Fun) ->
    try Fun() of
        Value -> {fine, Value}
    catch
        Class:Reason:Stack -> {Class, Reason, [Function || {?MODULE, Function, _, _} <- Stack, Function =:= caught]}
    after
        put(tried, case get(tried) of undefined -> 1; N -> N + 1 end)
    end.

workers() ->
    io:format("tried: ~p~n", [get(tried)]),
    io:format("around a ring of 50: ~p~n", [ring(50)]),
    {_, Monitor} = spawn_monitor(fun() -> exit({on_purpose, 1}) end),
    receive {'DOWN', Monitor, process, _, Reason} -> io:format("down: ~p~n", [Reason]) end,
    process_flag(trap_exit, true),
    Linked = spawn_link(fun() -> receive Message -> exit({got, Message}) end end),
    Linked ! stop,
    receive {'EXIT', Linked, Why} -> io:format("exit: ~p~n", [Why]) end,
    %% The later message is taken first.
    self() ! {first, 1},
    self() ! {second, 2},
    receive {second, Second} -> ok end,
    receive {first, First} -> ok end,
    io:format("~p ~p~n", [Second, First]),
    Table = ets:new(words, [ordered_set]),
    true = ets:insert(Table, [{N, integer_to_binary(N)} || N <- [3, 1, 2]]),
    io:format("~p ~p~n", [ets:tab2list(Table), ets:lookup(Table, 2)]).

ring(Size) ->
    Self = self(),
    First = lists:foldl(fun(_, Next) -> spawn(fun() -> pass(Next) end) end, Self, lists:seq(1, Size)),
    First ! 0,
    receive Sum -> Sum end.

pass(Next) ->
    receive Number -> Next ! Number + 1 end.

server() ->
    {ok, Server} = tour_counter:start_link(40),
    [tour_counter:add(Server, N) || N <- [1, 2]],
    io:format("~p ~p~n", [tour_counter:value(Server), catch gen_server:call(no_such_server, value)]),
    ok = gen_server:stop(Server),
    receive {'EXIT', Server, Reason} -> io:format("the server has ended: ~p~n", [Reason]) end.

timers() ->
    Start = erlang:monotonic_time(millisecond),
    Late = erlang:send_after(300, self(), late),
    Early = erlang:start_timer(20, self(), early),
    receive One -> io:format("~p~n", [One =:= {timeout, Early, early}]) end,
    receive Other -> io:format("~p~n", [Other]) end,
    io:format("~p ~p~n", [erlang:cancel_timer(Late), erlang:monotonic_time(millisecond) - Start >= 300]),
    Never = erlang:send_after(3600000, self(), never),
    io:format("~p~n", [is_integer(erlang:cancel_timer(Never))]),
    receive never -> io:format("never~n") after 10 -> io:format("nothing came~n") end.
