-module(my_app).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "src/my_app.gleam").
-export([handle/2, start/0]).
-export_type([question/0, answer/0, reason/0, done/0]).

-if(?OTP_RELEASE >= 27).
-define(MODULEDOC(Str), -moduledoc(Str)).
-define(DOC(Str), -doc(Str)).
-else.
-define(MODULEDOC(Str), -compile([])).
-define(DOC(Str), -compile([])).
-endif.

?MODULEDOC(" A counter that crashes, and a supervisor that starts it again.").

-type question() :: next | crash.

-type answer() :: {reply, integer(), integer()} | {stop, reason(), integer()}.

-type reason() :: on_purpose.

-type done() :: any().

-file("src/my_app.gleam", 23).
-spec print(binary()) -> done().
print(Text) ->
    io:put_chars(Text).

-file("src/my_app.gleam", 26).
-spec int_to_string(integer()) -> binary().
int_to_string(Number) ->
    erlang:integer_to_binary(Number).

-file("src/my_app.gleam", 32).
-spec start_supervisor() -> nil.
start_supervisor() ->
    my_app_sup:start().

-file("src/my_app.gleam", 35).
-spec settle() -> nil.
settle() ->
    my_app_sup:settle().

-file("src/my_app.gleam", 38).
-spec next() -> integer().
next() ->
    my_app_counter:next().

-file("src/my_app.gleam", 41).
-spec crash() -> nil.
crash() ->
    my_app_counter:crash().

-file("src/my_app.gleam", 54).
-spec count(integer()) -> done().
count(Times) ->
    Done = io:put_chars(
        <<(erlang:integer_to_binary(my_app_counter:next()))/binary, "\n"/utf8>>
    ),
    case Times of
        1 ->
            Done;

        _ ->
            count(Times - 1)
    end.

-file("src/my_app.gleam", 44).
-spec start() -> done().
start() ->
    my_app_sup:start(),
    count(3),
    io:put_chars(
        <<"It crashes, on purpose: what follows is the report of it.\n"/utf8>>
    ),
    my_app_counter:crash(),
    my_app_sup:settle(),
    io:put_chars(<<"It is there again, and begins anew.\n"/utf8>>),
    count(2).

-file("src/my_app.gleam", 63).
-spec handle(question(), integer()) -> answer().
handle(Question, Count) ->
    case Question of
        next ->
            {reply, Count + 1, Count + 1};

        crash ->
            {stop, on_purpose, Count}
    end.
