-module(my_app).
-compile([no_auto_import, nowarn_unused_vars, nowarn_unused_function, nowarn_nomatch, inline]).
-define(FILEPATH, "src/my_app.gleam").
-export([greeting/1, start/0]).
-export_type([done/0]).

-if(?OTP_RELEASE >= 27).
-define(MODULEDOC(Str), -moduledoc(Str)).
-define(DOC(Str), -doc(Str)).
-else.
-define(MODULEDOC(Str), -compile([])).
-define(DOC(Str), -compile([])).
-endif.

?MODULEDOC(" Says hello.").

-type done() :: any().

-file("src/my_app.gleam", 7).
-spec print(binary()) -> done().
print(Text) ->
    io:put_chars(Text).

-file("src/my_app.gleam", 14).
-spec greeting(binary()) -> binary().
greeting(Name) ->
    <<<<"Hello, "/utf8, Name/binary>>/binary, "!\n"/utf8>>.

-file("src/my_app.gleam", 10).
-spec start() -> done().
start() ->
    io:put_chars(greeting(<<"world"/utf8>>)).
