%% Tests that end the run, hang it, fill the memory or use a board: each is run alone.
-module(ends).

-include_lib("eunit/include/eunit.hrl").

first_test() ->
    ok.

halts_test() ->
    halt(3).

hangs_test_() ->
    {timeout, 3600, fun() -> calc:forever() end}.

waits_test_() ->
    {timeout, 3600, fun() -> receive after infinity -> ok end end}.

fills_test() ->
    fill([]).

fill(List) -> fill([make_ref() | List]).

lamp_test() ->
    ok = gpio:set_pin_mode(4, output),
    ok = gpio:digital_write(4, high).

%% What Gleam's `assert` raises.
gleam_test() ->
    erlang:error(#{gleam_error => let_assert, message => <<"Pattern match failed, no pattern matched the value.">>,
                   value => {error, nil}, file => <<"test/calc_test.gleam">>, module => <<"calc_test">>,
                   function => <<"add_test">>, line => 7}).
