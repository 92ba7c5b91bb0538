%% A web page that counts its visits. This is where the program starts: it goes into the network, and starts the supervisor.
-module(my_app).
-export([start/0]).

-define(PORT, 8080).

start() ->
    case my_app_wifi:connect() of
        {ok, Address} -> io:format("http://~s:~w/~n", [inet:ntoa(Address), ?PORT]);
        {error, Reason} -> io:format("no network: ~p~n", [Reason])
    end,
    {ok, _} = my_app_sup:start_link(?PORT),
    %% The supervisor is linked to this process, so this one must not come to its end.
    timer:sleep(infinity).
