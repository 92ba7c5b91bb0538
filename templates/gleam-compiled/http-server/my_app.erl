-module(my_app).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "src/my_app.gleam").
-export([answer/2, start/0]).
-export_type([done/0]).

-if(?OTP_RELEASE >= 27).
-define(MODULEDOC(Str), -moduledoc(Str)).
-define(DOC(Str), -doc(Str)).
-else.
-define(MODULEDOC(Str), -compile([])).
-define(DOC(Str), -compile([])).
-endif.

?MODULEDOC(" A web page that counts its visits.").

-type done() :: any().

-file("src/my_app.gleam", 9).
-spec print(binary()) -> done().
print(Text) ->
    io:put_chars(Text).

-file("src/my_app.gleam", 12).
-spec int_to_string(integer()) -> binary().
int_to_string(Number) ->
    erlang:integer_to_binary(Number).

-file("src/my_app.gleam", 17).
-spec connect() -> {ok, binary()} | {error, binary()}.
connect() ->
    my_app_wifi:connect().

-file("src/my_app.gleam", 20).
-spec run(integer()) -> done().
run(Port) ->
    my_app_sup:run(Port).

-file("src/my_app.gleam", 23).
-spec next() -> integer().
next() ->
    my_app_counter:next().

-file("src/my_app.gleam", 47).
-spec page(integer()) -> binary().
page(Count) ->
    case Count of
        1 ->
            <<"This is the first visit.\n"/utf8>>;

        _ ->
            <<<<"There were "/utf8, (erlang:integer_to_binary(Count))/binary>>/binary,
                " visits.\n"/utf8>>
    end.

-file("src/my_app.gleam", 36).
-spec answer(binary(), binary()) -> {integer(), list({binary(), binary()}), binary()}.
answer(Method, Path) ->
    Headers = [{<<"content-type"/utf8>>, <<"text/plain"/utf8>>}],
    case {Method, Path} of
        {<<"GET"/utf8>>, <<"/"/utf8>>} ->
            {200, Headers, page(my_app_counter:next())};

        {_, _} ->
            {404, Headers, <<"There is nothing here.\n"/utf8>>}
    end.

-file("src/my_app.gleam", 26).
-spec start() -> done().
start() ->
    case my_app_wifi:connect() of
        {ok, Address} ->
            io:put_chars(
                <<<<<<<<"http://"/utf8, Address/binary>>/binary, ":"/utf8>>/binary,
                        (erlang:integer_to_binary(8080))/binary>>/binary,
                    "/\n"/utf8>>
            );

        {error, Reason} ->
            io:put_chars(
                <<<<"no network: "/utf8, Reason/binary>>/binary, "\n"/utf8>>
            )
    end,
    my_app_sup:run(8080).
