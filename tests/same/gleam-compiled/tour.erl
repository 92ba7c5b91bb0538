-module(tour).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "src/tour.gleam").
-export([area/1, insert/2, start/0]).
-export_type([done/0, pid_/0, shape/0, tree/0]).

-if(?OTP_RELEASE >= 27).
-define(MODULEDOC(Str), -moduledoc(Str)).
-define(DOC(Str), -doc(Str)).
-else.
-define(MODULEDOC(Str), -compile([])).
-define(DOC(Str), -compile([])).
-endif.

?MODULEDOC(" What programs are made of, used and printed.").

-type done() :: any().

-type pid_() :: any().

-type shape() :: {circle, float()} |
    {rectangle, float(), float()} |
    {named, binary(), shape()}.

-type tree() :: leaf | {node, tree(), integer(), tree()}.

-file("src/tour.gleam", 20).
-spec print(binary()) -> done().
print(Text) ->
    io:put_chars(Text).

-file("src/tour.gleam", 23).
-spec show(binary(), any()) -> done().
show(Format, Value) ->
    tour_ffi:show(Format, Value).

-file("src/tour.gleam", 26).
-spec rescue(fun(() -> I)) -> {ok, I} | {error, binary()}.
rescue(Run) ->
    tour_ffi:rescue(Run).

-file("src/tour.gleam", 29).
-spec spawn(fun(() -> any())) -> pid_().
spawn(Run) ->
    erlang:spawn(Run).

-file("src/tour.gleam", 32).
-spec self() -> pid_().
self() ->
    erlang:self().

-file("src/tour.gleam", 35).
-spec send(pid_(), L) -> L.
send(To, Message) ->
    erlang:send(To, Message).

-file("src/tour.gleam", 38).
-spec 'receive'() -> any().
'receive'() ->
    tour_ffi:'receive'().

-file("src/tour.gleam", 41).
-spec send_after(integer(), pid_(), any()) -> boolean().
send_after(Milliseconds, To, Message) ->
    tour_ffi:send_after(Milliseconds, To, Message).

-file("src/tour.gleam", 57).
-spec numbers() -> done().
numbers() ->
    tour_ffi:show(<<"~p~n"/utf8>>, {7 div 2, 7 rem -4}),
    tour_ffi:show(<<"~p~n"/utf8>>, 4294967296 * 4294967296),
    tour_ffi:show(
        <<"~ts~n"/utf8>>,
        <<<<"Grüße"/utf8, " "/utf8>>/binary, "✓"/utf8>>
    ).

-file("src/tour.gleam", 63).
-spec bits() -> done().
bits() ->
    Packet = <<2:4, 5:4, 513:16/little, "abc"/utf8, 9>>,
    case Packet of
        <<Version:4, Kind:4, Port:16/little, Rest/binary>> ->
            tour_ffi:show(<<"~p~n"/utf8>>, {Version, Kind, Port, Rest});

        _ ->
            io:put_chars(<<"another packet\n"/utf8>>)
    end.

-file("src/tour.gleam", 72).
-spec area(shape()) -> float().
area(Shape) ->
    case Shape of
        {circle, Radius} ->
            (3.0 * Radius) * Radius;

        {rectangle, Width, Height} ->
            Width * Height;

        {named, _, Shape@1} ->
            area(Shape@1)
    end.

-file("src/tour.gleam", 80).
-spec insert(tree(), integer()) -> tree().
insert(Tree, Number) ->
    case Tree of
        leaf ->
            {node, leaf, Number, leaf};

        {node, Left, Value, Right} when Number < Value ->
            {node, insert(Left, Number), Value, Right};

        {node, Left@1, Value@1, Right@1} ->
            {node, Left@1, Value@1, insert(Right@1, Number)}
    end.

-file("src/tour.gleam", 89).
-spec insert_all(tree(), list(integer())) -> tree().
insert_all(Tree, Numbers) ->
    case Numbers of
        [] ->
            Tree;

        [First | Rest] ->
            insert_all(insert(Tree, First), Rest)
    end.

-file("src/tour.gleam", 96).
-spec to_list(tree(), list(integer())) -> list(integer()).
to_list(Tree, After) ->
    case Tree of
        leaf ->
            After;

        {node, Left, Value, Right} ->
            to_list(Left, [Value | to_list(Right, After)])
    end.

-file("src/tour.gleam", 103).
-spec fail(integer()) -> integer().
fail(Number) ->
    case Number > 5 of
        true ->
            erlang:error(#{gleam_error => panic,
                    message => <<"too large"/utf8>>,
                    file => <<?FILEPATH/utf8>>,
                    module => <<"tour"/utf8>>,
                    function => <<"fail"/utf8>>,
                    line => 105});

        false ->
            Number
    end.

-file("src/tour.gleam", 110).
-spec insist({ok, integer()} | {error, binary()}) -> integer().
insist(Result) ->
    Value@1 = case Result of
        {ok, Value} -> Value;
        _assert_fail ->
            erlang:error(#{gleam_error => let_assert,
                        message => <<"Pattern match failed, no pattern matched the value."/utf8>>,
                        file => <<?FILEPATH/utf8>>,
                        module => <<"tour"/utf8>>,
                        function => <<"insist"/utf8>>,
                        line => 111,
                        value => _assert_fail})
    end,
    Value@1.

-file("src/tour.gleam", 124).
-spec work(pid_(), integer()) -> integer().
work(Parent, Sum) ->
    case tour_ffi:'receive'() of
        {ok, Number} ->
            work(Parent, Sum + Number);

        {error, nil} ->
            erlang:send(Parent, Sum)
    end.

-file("src/tour.gleam", 115).
-spec processes() -> done().
processes() ->
    Parent = erlang:self(),
    Worker = erlang:spawn(fun() -> work(Parent, 0) end),
    erlang:send(Worker, {ok, 40}),
    erlang:send(Worker, {ok, 2}),
    erlang:send(Worker, {error, nil}),
    tour_ffi:show(<<"sum ~p~n"/utf8>>, tour_ffi:'receive'()).

-file("src/tour.gleam", 131).
-spec timers() -> done().
timers() ->
    Me = erlang:self(),
    tour_ffi:send_after(300, Me, <<"late"/utf8>>),
    tour_ffi:send_after(20, Me, <<"early"/utf8>>),
    tour_ffi:show(<<"~ts~n"/utf8>>, tour_ffi:'receive'()),
    tour_ffi:show(<<"~ts~n"/utf8>>, tour_ffi:'receive'()).

-file("src/tour.gleam", 44).
-spec start() -> done().
start() ->
    numbers(),
    bits(),
    tour_ffi:show(
        <<"~p~n"/utf8>>,
        area({named, <<"door"/utf8>>, {rectangle, 2.0, 1.5}})
    ),
    tour_ffi:show(<<"~p~n"/utf8>>, {named, <<"wheel"/utf8>>, {circle, 0.5}}),
    tour_ffi:show(
        <<"~p~n"/utf8>>,
        to_list(insert_all(leaf, [5, 2, 8, 1, 9, 3]), [])
    ),
    tour_ffi:show(<<"~p~n"/utf8>>, tour_ffi:rescue(fun() -> fail(7) end)),
    tour_ffi:show(
        <<"~p~n"/utf8>>,
        tour_ffi:rescue(fun() -> insist({error, <<"no"/utf8>>}) end)
    ),
    processes(),
    timers(),
    io:put_chars(<<"This was all.\n"/utf8>>).
