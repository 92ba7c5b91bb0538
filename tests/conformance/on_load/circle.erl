%% Two modules whose on_load functions call each other: OTP 25 waits for ever; here the second call is undefined.
-module(circle).
-export([start/0, f/0]).
-on_load(init/0).

start() -> circle = f(), ok.

init() -> circle = circle_back:f(), ok.

f() -> circle.
