%% max_heap_size against growth of every kind, with every setting: who dies of it, what is told, and what goes on.
-module(proc_heap_limit_kinds).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [one(Kind, Setting, Where) || Kind <- [list, tuple, map, dictionary, bignum, messages_own, small, binary_small_parts],
                                  Setting <- [{4000, true}, {4000, false}, {0, true}, {20000000, true}], Where <- [option, flag]],
    told(),
    ok.

one(Kind, {Size, Kill}, Where) ->
    Limit = #{size => Size, kill => Kill, error_logger => false},
    Run = fun() ->
        Where =:= flag andalso process_flag(max_heap_size, Limit),
        R = work(Kind),
        {max_heap_size, #{size := S, kill := K}} = process_info_limit(),
        exit({done, R, S, K})
    end,
    {P, R} = case Where of
                 option -> spawn_opt(Run, [monitor, {max_heap_size, Limit}]);
                 flag -> spawn_monitor(Run)
             end,
    erlang:display({Kind, Size, Kill, Where, receive {'DOWN', R, process, P, Why} -> Why end}).

process_info_limit() -> {max_heap_size, process_flag(max_heap_size, 0)}.

work(list) -> length(numbers(40000, []));
work(tuple) -> tuple_size(list_to_tuple(numbers(30000, [])));
work(map) -> map_size(grow(5000, #{}));
work(dictionary) -> [put({key, K}, [K]) || K <- numbers(5000, [])], length(get());
work(bignum) -> L = [1 bsl (64 * (K rem 40 + 40)) || K <- numbers(3000, [])], length(L);
work(messages_own) -> [self() ! {message, K, [K]} || K <- numbers(10000, [])], erlang:garbage_collect(), element(2, process_info(self(), message_queue_len));
work(small) -> length(numbers(50, []));
work(binary_small_parts) -> B = list_to_binary([K band 255 || K <- numbers(200, [])]), L = [binary_part(B, K rem 100, 60) || K <- numbers(20000, [])], length(L).

numbers(0, L) -> L;
numbers(N, L) -> numbers(N - 1, [N | L]).

grow(0, M) -> M;
grow(N, M) -> grow(N - 1, M#{{key, N} => [N]}).

%% Its links hear `killed`, whatever it traps and catches; those that trap go on.
told() ->
    Me = self(),
    Limit = {max_heap_size, #{size => 4000, kill => true, error_logger => false}},
    [begin
         P = spawn_opt(fun() ->
             process_flag(trap_exit, Traps),
             Child = spawn_link(fun() -> receive never -> ok end end),
             Me ! {child, Child},
             receive go -> ok end,
             try work(list) catch _:_ -> Me ! caught after Me ! after_it end
         end, [link, Limit]),
         C = receive {child, X} -> X end,
         R = monitor(process, C),
         P ! go,
         erlang:display({told, Traps, receive {'EXIT', P, Why} -> Why end, receive {'DOWN', R, process, C, Why2} -> Why2 end, receive caught -> caught; after_it -> after_it after 0 -> none end})
     end || Traps <- [true, false]],
    %% One whose limit is below what it has already.
    {Q, S} = spawn_monitor(fun() -> L = numbers(20000, []), process_flag(max_heap_size, #{size => 4000, kill => true, error_logger => false}), erlang:garbage_collect(), exit({alive, length(L)}) end),
    erlang:display({below, receive {'DOWN', S, process, Q, Y} -> Y end}).
