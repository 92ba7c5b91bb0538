%% Large binaries and parts of them that many processes hold: they stay whole when their makers, senders and other holders are gone.
-module(proc_binaries_shared).
-export([start/0]).

start() ->
    [passed(Size, Way) || Size <- [10, 64, 65, 300, 70000], Way <- [message, spawned, dictionary_message, exit_reason, deep, timer, literal_part, parts, appended, alias]],
    [holders(N, Size) || N <- [2, 20], Size <- [65, 5000]],
    [appends(N) || N <- [1, 10, 300]],
    [counted(Size) || Size <- [10, 1000]],
    ok.

make(Size) -> list_to_binary([K band 255 || K <- numbers(Size)]).

passed(Size, Way) ->
    Me = self(),
    {P, R} = spawn_monitor(fun() ->
        B = make(Size),
        case Way of
            message -> Me ! {it, B};
            spawned -> {Q, QR} = spawn_monitor(fun() -> erlang:garbage_collect(), Me ! {it, B} end), receive {'DOWN', QR, process, Q, _} -> ok end;
            dictionary_message -> put(b, B), erlang:garbage_collect(), Me ! {it, get(b)};
            exit_reason -> exit({it, B});
            deep -> Me ! {it, [{x, #{k => [B, {B}]}}]};
            timer -> erlang:send_after(1, Me, {it, B});
            literal_part -> <<_:3/binary, C/binary>> = B, Me ! {it, C};
            parts -> <<C:5/binary, D/binary>> = B, <<_:3, E/bitstring>> = D, Me ! {it, {C, D, E}};
            appended -> C = <<B/binary, "x">>, D = <<C/binary, "y">>, E = <<C/binary, "z">>, Me ! {it, [C, D, E]};
            alias -> receive {to, A} -> A ! {it, B} end
        end
    end),
    Way =:= alias andalso (P ! {to, alias([reply])}),
    Reason = receive {'DOWN', R, process, P, X} -> X end,
    Got = case Reason of {it, Y} -> Y; normal -> receive {it, Y} -> Y end end,
    numbers(3000), erlang:garbage_collect(),
    erlang:display({Size, Way, erlang:phash2(Got), is_binary(Got) andalso byte_size(Got)}).

holders(N, Size) ->
    B = make(Size),
    Ps = [spawn_monitor(fun() -> hold([]) end) || _ <- numbers(N)],
    [P ! {keep, B} || {P, _} <- Ps],
    [P ! {keep, binary_part(B, K, 64 - K rem 60)} || {{P, _}, K} <- zip(Ps, numbers(N)), K < 2],
    [exit(P, kill) || {P, _} <- half(Ps)],
    [receive {'DOWN', R, process, P, _} -> ok end || {P, R} <- half(Ps)],
    Left = [X || X <- Ps, is_process_alive(element(1, X))],
    [P ! {self(), show} || {P, _} <- Left],
    L = [receive {P, Bs} -> [erlang:phash2(X) || X <- Bs] end || {P, _} <- Left],
    [exit(P, kill) || {P, _} <- Left],
    [receive {'DOWN', R, process, P, _} -> ok end || {P, R} <- Left],
    erlang:display({holders, N, Size, L, B =:= make(Size)}).

hold(L) ->
    receive
        {keep, B} -> hold([B | L]);
        {From, show} -> erlang:garbage_collect(), From ! {self(), L}, hold(L)
    end.

%% Appended to here, while others hold what it was before.
appends(N) ->
    Me = self(),
    Ps = numbers(N),
    Last = append(Ps, <<>>, Me),
    Got = [receive {part, K, B} -> byte_size(B) =:= K * 3 andalso erlang:phash2(B) end || K <- Ps],
    erlang:display({appends, N, byte_size(Last), erlang:phash2(Got)}).

append([], B, _) -> B;
append([K | T], B, Me) ->
    C = <<B/binary, K:16, 7>>,
    Me ! {part, K, C},
    K rem 10 =:= 0 andalso erlang:garbage_collect(),
    append(T, C, Me).

%% process_info tells of those that do not lie on the heap.
counted(Size) ->
    {P, R} = spawn_monitor(fun() -> B = make(Size), erlang:garbage_collect(), {binary, L} = process_info(self(), binary), exit({length([1 || {_, S, _} <- L, S =:= Size]), byte_size(B)}) end),
    receive {'DOWN', R, process, P, X} -> erlang:display({counted, Size, X}) end.

half([A, _ | T]) -> [A | half(T)];
half(L) -> L.

zip([], _) -> [];
zip([A | As], [B | Bs]) -> [{A, B} | zip(As, Bs)].

numbers(N) -> numbers(1, N).
numbers(A, B) when A > B -> [];
numbers(A, B) -> [A | numbers(A + 1, B)].
