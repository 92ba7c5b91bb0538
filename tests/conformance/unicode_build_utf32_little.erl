%% Code points built as utf32-little, and what is none.
-module(unicode_build_utf32_little).
-export([start/0, id/1]).

start() ->
    run(1, 9).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) ->
    [<<(id(C))/utf32-little>> || C <- [0, 16#7F, 16#80, 16#7FF, 16#800, 16#D7FF, 16#E000, 16#FFFF, 16#10000, 16#10FFFF]];
t(2) -> <<1:3, (id(16#20AC))/utf32-little>>;
t(3) -> <<(id(16#D800))/utf32-little>>;
t(4) -> <<(id(16#DFFF))/utf32-little>>;
t(5) -> <<(id(16#110000))/utf32-little>>;
t(6) -> <<(id(-1))/utf32-little>>;
t(7) -> <<(id(a))/utf32-little>>;
t(8) -> <<(id(1.0))/utf32-little>>;
t(9) -> <<(id(1 bsl 70))/utf32-little>>.
