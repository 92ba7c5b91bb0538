%% What AtomVM's programs ask drivers by: those here are processes.
-module(port).
-export([call/2, call/3]).

call(Port, Request) ->
    emberl_port:call(Port, Request).

call(Port, Request, Timeout) ->
    emberl_port:call(Port, Request, Timeout).
