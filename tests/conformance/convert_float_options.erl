%% float_to_binary and float_to_list with every kind of option, over floats of all sizes; integers' own text beside them.
-module(convert_float_options).
-export([start/0, id/1]).

start() ->
    Floats = [0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 0.125, -0.375, 9.5, 99.5, 9.995, 0.1, 0.3, 1.0e-5, 123456.789, 1.0e15, 1.0e16, 1.0e22, 4.5e15, -7.25e-3],
    [erlang:display({decimals, D, [float_to_binary(id(F), [{decimals, D}]) || F <- Floats]}) || D <- [0, 1, 2, 3, 6, 12, 20]],
    [erlang:display({compact, D, [float_to_binary(id(F), [compact, {decimals, D}]) || F <- Floats]}) || D <- [0, 1, 4, 17]],
    [erlang:display({scientific, D, [float_to_list(id(F), [{scientific, D}]) || F <- Floats ++ large()]}) || D <- [0, 1, 5, 15, 17, 20]],
    [erlang:display({short, F, float_to_binary(id(F), [short]), float_to_list(id(F), [short]), list_to_float(float_to_list(id(F), [short])) =:= F, binary_to_float(float_to_binary(id(F))) =:= F})
     || F <- Floats ++ large()],
    [erlang:display({options, O, attempt(fun() -> float_to_binary(id(12.5), id(O)) end), attempt(fun() -> float_to_list(id(12.5), id(O)) end)})
     || O <- [[], [short], [compact], [{decimals, 2}, compact], [compact, {decimals, 2}], [{decimals, 1}, {decimals, 3}], [{scientific, 2}, {decimals, 1}],
              [{decimals, 1}, {scientific, 2}], [{decimals, 253}], [{decimals, 254}], [{scientific, 249}], [{scientific, 250}], [{decimals, -1}], [{decimals, 1.0}],
              [decimals], [{scientific, a}], [x], a, [short | a], [{decimals, 1 bsl 64}], [{compact, 1}], {decimals, 1}]],
    [erlang:display({term, T, [attempt(fun() -> float_to_binary(id(T)) end), attempt(fun() -> float_to_list(id(T), [{decimals, 1}]) end), attempt(fun() -> float_to_binary(id(T), [short]) end)]})
     || T <- [1, a, [], <<"1.0">>, "1.0", 1 bsl 64]],
    [erlang:display({text, S, attempt(fun() -> list_to_float(id(S)) =:= binary_to_float(id(list_to_binary(S))) end), attempt(fun() -> float_to_binary(list_to_float(id(S)), [short]) end)})
     || S <- ["0.1", "1.0e0", "1.0E+2", "1.0e-2", "+1.5", "-1.5", "--1.5", "1.5e", "1.5e+", ".5", "5.", "5", "1e5", " 1.0", "1.0 ", "1.0e308", "1.8e308", "1.0e-323", "1.0e-400", "0.30000000000000004", "123456789012345678901234567890.0", "1_0.0", "1.0e1.0", ""]],
    ok.

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

large() -> [1.7976931348623157e308, 2.2250738585072014e-308, 4.9e-324, 1.0e100, -1.0e-100, 1.0e300, 6.02214076e23].

attempt(F) -> try F() catch C:R -> {C, R} end.
