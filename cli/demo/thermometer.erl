%% The demo of `emberl demo`: a web page with temperatures, which counts its visits. This process supervises the two that do
%% the work: it is linked to them, and starts again which of them ends. (A program of yours has OTP's supervisor for
%% that; here it must do without OTP's modules.)
-module(thermometer).
-export([start/0, settle/0]).

start() ->
    register(?MODULE, self()),
    process_flag(trap_exit, true),
    [Port] = init:get_plain_arguments(),
    Server = #{port => list_to_integer(Port), ip => {127, 0, 0, 1}, handler => page},
    Starts = [fun visits:start_link/0, fun() -> http_server:start_link(Server) end],
    supervise(maps:from_list([child(Start) || Start <- Starts])).

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
