%% Most of lists, and every directive of io_lib's format and scan.
%% modules: lists io io_lib io_lib_format io_lib_pretty io_lib_fread
-module(lists_iolib).
-export([start/0]).

start() ->
    L = [7, 3, 9, 1, 3, 8, 2],
    [io:format("~w: ~w~n", [Name, Value]) || {Name, Value} <- on_lists(L)],
    [io:format("~w: ~w~n", [Name, Value]) || {Name, Value} <- on_tuples()],
    formats(),
    pretty(),
    scans(),
    errors(),
    ok.

on_lists(L) ->
    [{sort, lists:sort(L)}, {usort, lists:usort(L)}, {reverse, lists:reverse(L)},
     {sort2, lists:sort(fun(A, B) -> A > B end, L)},
     {foldl, lists:foldl(fun(X, A) -> X - A end, 0, L)},
     {foldr, lists:foldr(fun(X, A) -> X - A end, 0, L)},
     {mapfoldl, lists:mapfoldl(fun(X, A) -> {X * 2, A + X} end, 0, L)},
     {partition, lists:partition(fun(X) -> X rem 2 =:= 0 end, L)},
     {splitwith, lists:splitwith(fun(X) -> X > 2 end, L)},
     {split, lists:split(3, L)}, {nthtail, lists:nthtail(4, L)},
     {sublist, lists:sublist(L, 2, 3)}, {seq, lists:seq(10, -10, -5)},
     {max, lists:max(L)}, {min, lists:min(L)}, {sum, lists:sum(L)}, {last, lists:last(L)},
     {zip, lists:zip([1, 2, 3], [a, b, c])}, {zip3, lists:zip3([1, 2], [a, b], "xy")},
     {zipwith, lists:zipwith(fun(X, Y) -> X + Y end, L, lists:reverse(L))},
     {unzip, lists:unzip([{1, a}, {2, b}])},
     {flatten, lists:flatten([1, [2, [3, [4, []], 5]], [[6]]])},
     {flatmap, lists:flatmap(fun(X) -> [X, X] end, [1, 2])},
     {merge, lists:merge([1, 3, 5], [2, 4])}, {umerge, lists:umerge([[1, 3], [1, 2], [3]])},
     {subtract, lists:subtract(L, [3, 9])}, {delete, lists:delete(3, L)},
     {droplast, lists:droplast(L)}, {dropwhile, lists:dropwhile(fun(X) -> X > 1 end, L)},
     {prefix, lists:prefix([7, 3], L)}, {suffix, lists:suffix([8, 2], L)},
     {all, lists:all(fun is_integer/1, L)}, {any, lists:any(fun is_atom/1, L)},
     {join, lists:join(x, [1, 2, 3])}, {search, lists:search(fun(X) -> X > 7 end, L)},
     {filtermap, lists:filtermap(fun(X) when X > 5 -> {true, X * X}; (_) -> false end, L)},
     {concat, lists:concat([a, 1, "b", 2.5])}, {duplicate, lists:duplicate(3, z)}].

on_tuples() ->
    T = [{b, 2}, {a, 1}, {c, 3}, {a, 0}],
    [{keysort, lists:keysort(1, T)}, {ukeysort, lists:ukeysort(1, T)},
     {keyfind, lists:keyfind(c, 1, T)}, {keytake, lists:keytake(3, 2, T)},
     {keystore, lists:keystore(d, 1, T, {d, 4})}, {keyreplace, lists:keyreplace(a, 1, T, {x, x})},
     {keydelete, lists:keydelete(a, 1, T)}, {keymember, lists:keymember(z, 1, T)},
     {keymap, lists:keymap(fun(X) -> X + 10 end, 2, T)},
     {keymerge, lists:keymerge(1, [{a, 1}, {c, 1}], [{b, 2}])},
     {rkeymerge, lists:rkeymerge(1, [{c, 1}, {a, 1}], [{b, 2}])}].

formats() ->
    io:format("~~|~5w|~-5w|~5..0w|~.3f|~10.2f|~e|~g~n", [1, 2, 3, 3.14159, -2.5, 12345.678, 0.1]),
    io:format("~s|~10s|~-10s|~.3s|~c|~5c~n", ["text", "right", <<"left">>, "cutting", $x, $y]),
    io:format("~ts|~tp|~tw|~p|~w~n", [[1087, 1088, 1080], [1087, 1088], '\x{43f}', "abc", "abc"]),
    io:format("~.16b ~.2B ~.36b ~b~n", [255, 10, 123456, -7]),
    io:format("~.16# ~.16+ ~.8#~n", [255, 255, -8]),
    io:format("~i~w ~*c ~*.*.0f~n", [skipped, shown, 3, $=, 9, 3, 2.71828]),
    io:format("~p~n", [[{float, [1.0, 1.0e22, 1.0e-7, 123456789.125, -0.0]}, {int, [1 bsl 70, -1]}]]),
    io:format("~W ~P~n", [[1, 2, 3, 4, 5, 6], 4, {a, [b, {c, d}]}, 3]).

pretty() ->
    Nested = #{list => lists:seq(1, 40), tuple => {a, "string", <<"binary">>, [<<1, 2, 3>>]},
               deep => [{K, [{K, V} || V <- [one, two]]} || K <- [first, second, third]]},
    io:format("~p~n", [Nested]),
    io:format("~30p~n", [lists:duplicate(5, {some_longer_atom, 'Quoted Atom', 1.5})]),
    io:format("~s~n", [io_lib:print({record, 1, [2]}, 1, 20, -1)]),
    io:format("~s~n", [io_lib:write_string("tab\tnew\nquote\"")]),
    io:format("~s ~s~n", [io_lib:write_atom('an atom'), io_lib:write({1, [a | b]})]),
    io:format("~w ~w~n", [io_lib:printable_list("abc"), io_lib:printable_unicode_list([0, 1])]).

scans() ->
    io:format("~p~n", [io_lib:fread("~d ~s ~f", "42 word 2.5 rest")]),
    io:format("~p~n", [io_lib:fread("~16u-~a~c", "ff-atomx")]),
    io:format("~p~n", [io_lib:fread("~d", "none")]),
    io:format("~p~n", [io_lib:fread("~d,~d", "12,")]).

errors() ->
    [io:format("~w~n", [catch_class(F)]) ||
        F <- [fun() -> lists:nth(9, [1]) end, fun() -> io_lib:format([$~ | "d"], [1]) end,
              fun() -> lists:zip([1], [1, 2]) end, fun() -> lists:max([]) end]].

catch_class(F) ->
    try F() of Value -> {returned, Value}
    catch Class:Reason -> {Class, Reason}
    end.
