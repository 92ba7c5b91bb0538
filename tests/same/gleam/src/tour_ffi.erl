%% What Gleam has no words for by itself.
-module(tour_ffi).
-export([show/2, rescue/1, 'receive'/0, send_after/3]).

show(Format, Value) -> io:format(Format, [Value]).

%% The message of an error of Gleam's, which is a map.
rescue(Run) ->
    try {ok, Run()}
    catch error:#{gleam_error := Kind, message := Message, line := Line} ->
        {error, iolist_to_binary(io_lib:format("~p in line ~p: ~ts", [Kind, Line, Message]))}
    end.

'receive'() -> receive Message -> Message end.

send_after(Milliseconds, To, Message) ->
    is_reference(erlang:send_after(Milliseconds, To, Message)).
