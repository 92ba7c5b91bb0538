-module(calendar_times).
-export([start/0]).

%% Dates: what is one, and universal, local and POSIX times.
start() ->
    Dates = [{{1970, 1, 1}, {0, 0, 0}}, {{2024, 2, 29}, {23, 59, 59}}, {{2023, 2, 29}, {0, 0, 0}}, {{2000, 2, 29}, {1, 2, 3}},
             {{1900, 2, 29}, {1, 2, 3}}, {{1600, 1, 1}, {0, 0, 0}}, {{1599, 12, 31}, {0, 0, 0}}, {{1969, 12, 31}, {23, 59, 59}},
             {{9999, 12, 31}, {12, 0, 0}}, {{2024, 13, 1}, {0, 0, 0}}, {{2024, 0, 1}, {0, 0, 0}}, {{2024, 4, 31}, {0, 0, 0}},
             {{2024, 1, 0}, {0, 0, 0}}, {{2024, 1, 1}, {24, 0, 0}}, {{2024, 1, 1}, {0, 60, 0}}, {{2024, 1, 1}, {0, 0, 60}},
             {{2024, 1, 1}, {-1, 0, 0}}, {{2024, 1, 1}}, {{2024, 1}, {0, 0, 0}}, {2024, 1, 1}, a, {{a, 1, 1}, {0, 0, 0}},
             {{2024, 1, 1.0}, {0, 0, 0}}, {{1 bsl 70, 1, 1}, {0, 0, 0}}, {{1500000000, 6, 15}, {6, 7, 8}}],
    [erlang:display({D, try erlang:universaltime_to_posixtime(D) catch C:R:S -> {C, R, hd(S)} end}) || D <- Dates],
    Seconds = [0, -1, 1, 951782400, 951868799, 4107542399, -62135596800, 1 bsl 40, 1 bsl 59, 1 bsl 63, a, 1.0],
    [erlang:display({N, try erlang:posixtime_to_universaltime(N) catch C:R:S -> {C, R, hd(S)} end}) || N <- Seconds],
    %% The machine's time zone is not known here, but local time is some time.
    Summer = {{2024, 7, 1}, {12, 0, 0}},
    Winter = {{2024, 1, 1}, {12, 30, 0}},
    [erlang:display(erlang:localtime_to_universaltime(erlang:universaltime_to_localtime(T))) || T <- [Summer, Winter]],
    erlang:display(erlang:universaltime_to_localtime(Summer)),
    erlang:display(erlang:universaltime_to_localtime(Winter)),
    erlang:display(erlang:localtime_to_universaltime(Summer, undefined)),
    Bad = [{{1901, 1, 1}, {0, 0, 0}}, {{2024, 6, 31}, {0, 0, 0}}, {{2024, 6, 1}, {0, 0, 61}}, b],
    [erlang:display(try erlang:universaltime_to_localtime(T) catch C:R:S -> {C, R, hd(S)} end) || T <- Bad],
    [erlang:display(try erlang:localtime_to_universaltime(T) catch C:R:S -> {C, R, hd(S)} end) || T <- Bad],
    erlang:display(try erlang:localtime_to_universaltime(Summer, no) catch C:R:S -> {C, R, hd(S)} end),
    near(erlang:localtime(), erlang:universaltime_to_localtime(erlang:universaltime())),
    near({erlang:date(), erlang:time()}, erlang:localtime()),
    ok.

near({_, {H, M, _}}, {_, {H2, M2, _}}) ->
    erlang:display(abs((H * 60 + M) - (H2 * 60 + M2)) rem 1440 =< 1).
