%% Trains of pulses: each call of rmt.
-module(trains).
-export([start/0]).

start() ->
    {ok, Lamps} = rmt:open([{pin, 8}]),
    ok = rmt:send(Lamps, [{high, 4}, {low, 8}, {1, 2}, {0, 1}]),
    ok = rmt:send(Lamps, []),
    %% Lamps with one data line: 0.4 and 0.8 microseconds.
    ok = rmt:send_bits(Lamps, <<2#101:3>>, [{high, 4}, {low, 8}], [{high, 8}, {low, 4}]),
    ok = rmt:send_bits(Lamps, <<>>, [{high, 4}], [{high, 8}]),
    {error, ebusy} = rmt:open([{pin, 8}]),
    {'EXIT', {badarg, _}} = (catch rmt:send(Lamps, [{high, 0}])),
    {'EXIT', {badarg, _}} = (catch rmt:send(Lamps, [{up, 1}])),
    {'EXIT', {badarg, _}} = (catch rmt:send(Lamps, [high])),
    {'EXIT', {badarg, _}} = (catch rmt:send(Lamps, <<1, 2>>)),
    {'EXIT', {badarg, _}} = (catch rmt:send_bits(Lamps, 5, [], [])),
    {'EXIT', {badarg, _}} = (catch rmt:send(lamps, [])),
    %% Longer than a second, and too many.
    {error, einval} = rmt:send(Lamps, [{high, 10000000}, {low, 1}]),
    {error, einval} = rmt:send_bits(Lamps, <<0:65537>>, [{low, 1}], []),
    ok = rmt:close(Lamps),
    {error, closed} = rmt:send(Lamps, [{high, 1}]),
    {'EXIT', {badarg, _}} = (catch rmt:close(8)),
    %% A remote control: ticks of a microsecond, a carrier of 38 kHz. A pulse beyond a word's ticks is more than one.
    {ok, Remote} = rmt:open(#{pin => 8, resolution => 1000000, idle => high, carrier => {38000, 33}}),
    ok = rmt:send(Remote, [{high, 40000}, {low, 4500}]),
    ok = rmt:close(Remote),
    {error, einval} = rmt:open([{pin, 8}, {resolution, 0}]),
    {error, einval} = rmt:open([{pin, 8}, {resolution, 90000000}]),
    {error, einval} = rmt:open([{pin, 8}, {carrier, {38000, 100}}]),
    {error, enodev} = rmt:open([{pin, 99}]),
    {'EXIT', {badarg, _}} = (catch rmt:open([{pin, x}])),
    {'EXIT', {badarg, _}} = (catch rmt:open([{pin, 8}, {idle, up}])),
    {'EXIT', {badarg, _}} = (catch rmt:open([{pin, 8}, {carrier, 38000}])),
    {'EXIT', {badarg, _}} = (catch rmt:open([])),
    ok.
