%% The demo of `emberl demo`: a web page with temperatures, which counts its visits. This process supervises the two that do
%% the work: it is linked to them, and starts again which of them ends. (A program of yours has OTP's supervisor for
%% that; here it must do without OTP's modules.)
-module(thermometer).
-export([start/0, settle/0]).

start() ->
    register(?MODULE, self()),
    process_flag(trap_exit, true),
    {Where, Server} = place(init:get_plain_arguments()),
    Starts = [fun visits:start_link/0, fun() -> http_server:start_link(Server#{handler => page}) end],
    Children = maps:from_list([child(Start) || Start <- Starts]),
    tell(Where),
    supervise(Children).

%% Where it serves. On a desktop an argument names the port, and nobody else is served. A board has no arguments: it gets into
%% its network first, and serves that.
place([Port]) ->
    {here, #{port => list_to_integer(Port), ip => {127, 0, 0, 1}}};
place([]) ->
    {ok, {Address, _Netmask, _Gateway}} = network:wait_for_sta([]),
    {Address, #{port => 80}}.

tell(here) -> ok;
tell(Address) -> erlang:display({serves, Address}).

child(Start) ->
    {ok, Pid} = Start(),
    {Pid, Start}.

supervise(Children) ->
    receive
        {'EXIT', Pid, _} when is_map_key(Pid, Children) ->
            {New, Start} = child(map_get(Pid, Children)),
            supervise((maps:remove(Pid, Children))#{New => Start});
        {settle, From} ->
            From ! settled,
            supervise(Children)
    end.

%% Returns when all that has ended was started again.
settle() ->
    ?MODULE ! {settle, self()},
    receive settled -> ok end.
