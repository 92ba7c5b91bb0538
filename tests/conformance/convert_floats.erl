%% Floats to text and back in all forms.
-module(convert_floats).
-export([start/0, id/1]).

start() ->
    run(1, 11).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [float_to_list(id(F), [short]) || F <- floats()];
t(2) -> [float_to_list(id(F)) || F <- floats()];
t(3) ->
    [float_to_list(id(F), [{decimals, D}]) || F <- [0.0, -0.0, 1.5, 2.5, -1.25, 1234.5678, 0.05, 1.0e10], D <- [0, 1, 2, 10]];
t(4) -> [float_to_list(id(F), [{decimals, 4}, compact]) || F <- [1.5, 2.0, 0.12345, -0.5]];
t(5) -> [float_to_binary(id(F), [{scientific, D}]) || F <- [1.5, -12345.678, 1.0e-10], D <- [0, 1, 5, 20]];
t(6) -> [list_to_float(id(S)) || S <- ["1.0", "-1.5e10", "1.0E-5", "+2.25", "0.1", "123456789.123456789"]];
t(7) ->
    [try list_to_float(id(S)) catch error:R -> R end || S <- ["1", "1.", ".5", "1e5", "1.0e", "1.0e400", "", "a", "1.0 "]];
t(8) ->
    [try binary_to_float(id(S)) catch error:R -> R end || S <- [<<"1.5">>, <<"1">>, <<"-0.0">>, <<"1.0e-400">>]];
t(9) -> float_to_list(id(1.0), [{decimals, -1}]);
t(10) -> float_to_list(id(1), []);
t(11) -> [binary_to_float(float_to_binary(id(F))) =:= F || F <- floats()].

floats() -> [0.0, -0.0, 1.0, -1.0, 0.1, 0.3, 1.5, 100.0, 123456.789, 1.0e15, 1.0e16, 1.0e21, 1.0e22, 1.0e23, 1.0e-4, 1.0e-5, 5.0e-324,
             1.7976931348623157e308, 2.2250738585072014e-308, 9007199254740992.0, 4.35, 2.0e-3].
