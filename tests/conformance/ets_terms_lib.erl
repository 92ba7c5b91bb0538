-module(ets_terms_lib).
-export([start/0]).

t(Tag, F) ->
    R = try F() catch C:E -> {C, E} end,
    erlang:display({Tag, R}).

deep(0) -> [];
deep(N) -> {deep(N - 1)}.

%% What is put in comes out the same, also when the process that put it in has collected or is gone.
start() ->
    Large = binary:copy(<<"0123456789">>, 100),
    <<_:3, Bits:500/bitstring, _/bitstring>> = Large,
    <<_:100/binary, Part:300/binary, _/binary>> = Large,
    X = lists:seq(1, 5),
    Terms = [
        {large, Large}, {bits, Bits}, {part, Part}, {small, <<1, 2, 3>>}, {odd, <<5:3>>}, {both, [Large, Large, Part]},
        {deep, deep(1000)}, {long, lists:seq(1, 3000)}, {map, maps:from_list([{I, {I}} || I <- lists:seq(1, 100)])},
        {flat, #{a => [1, 2], "b" => #{c => <<>>}}}, {function, fun(Y) -> X ++ [Y] end}, {external, fun lists:map/2},
        {big, 1 bsl 500, -(1 bsl 300)}, {float, 1.5e300}, {pid, self()}, {reference, make_ref()}, {improper, [a | {b}]},
        {tuple, list_to_tuple(lists:seq(1, 300))}, {empty, {}, [], #{}, <<>>, ""}, {text, "text ", 'an atom'}],
    [begin
        T = ets:new(t, [Y]),
        ets:insert(T, Terms),
        erlang:garbage_collect(),
        [t({Y, element(1, O)}, fun() -> ets:lookup(T, element(1, O)) =:= [O] end) || O <- Terms],
        t({Y, call}, fun() -> [{_, F}] = ets:lookup(T, function), F(6) end),
        [ets:insert(T, {junk, I, Large}) || I <- lists:seq(1, 500)],
        ets:delete(T, junk),
        [t({Y, again, element(1, O)}, fun() -> ets:lookup(T, element(1, O)) =:= [O] end) || O <- Terms],
        t({Y, all}, fun() -> lists:sort(ets:tab2list(T)) =:= lists:sort(Terms) end),
        t({Y, by_object}, fun() -> [ets:delete_object(T, O) || O <- Terms], ets:info(T, size) end),
        {P, R} = spawn_monitor(fun() -> exit({made, [{O, byte_size(term_to_binary(O))} || O <- [a, <<0:4000>>]]}) end),
        receive {'DOWN', R, process, P, {made, M}} -> ok end,
        ets:insert(T, M),
        erlang:garbage_collect(),
        t({Y, from_message}, fun() -> ets:lookup(T, <<0:4000>>) =:= [{<<0:4000>>, byte_size(term_to_binary(<<0:4000>>))}] end)
    end || Y <- [set, ordered_set, bag, duplicate_bag]],
    [t({shared, Y}, fun() ->
        T = ets:new(t, [Y, public]),
        {P, R} = spawn_monitor(fun() -> ets:insert(T, [{I, binary:copy(<<I>>, 1000)} || I <- lists:seq(1, 100)]) end),
        receive {'DOWN', R, process, P, normal} -> ok end,
        [begin [{I, B}] = ets:lookup(T, I), true = B =:= binary:copy(<<I>>, 1000) end || I <- lists:seq(1, 100)],
        [ets:delete(T, I) || I <- lists:seq(1, 100, 2)],
        erlang:garbage_collect(),
        [begin [{I, B}] = ets:lookup(T, I), true = B =:= binary:copy(<<I>>, 1000) end || I <- lists:seq(2, 100, 2)],
        ets:info(T, size)
    end) || Y <- [set, ordered_set, bag, duplicate_bag]],
    ok.
