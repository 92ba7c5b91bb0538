%% Being in the network. The Wi-Fi's name and password are in a file of the pack, my_app/priv/wifi.config, which `emberl build`
%% makes of the settings in [wifi]: the list [{ssid, Name}, {psk, Password}], as term_to_binary/1 has it.
%%
%% Boards with a cable, and this machine, need no such file.
-module(my_app_wifi).
-export([connect/0]).

-define(FILE_NAME, "my_app/priv/wifi.config").

%% Waits for an address, half a minute at most; the board goes on trying after that. The answer is Gleam's `Result`.
connect() ->
    case network:wait_for_sta(read(), 30000) of
        {ok, {Address, _Netmask, _Gateway}} -> {ok, list_to_binary(inet:ntoa(Address))};
        {error, Reason} -> {error, text(Reason)}
    end.

%% Most reasons are atoms, like `timeout`. The others are for Erlang's eyes only.
text(Reason) when is_atom(Reason) ->
    atom_to_binary(Reason);
text(Reason) ->
    erlang:display(Reason),
    <<"see above">>.

read() ->
    case prim_file:read_file(?FILE_NAME) of
        {ok, Bytes} -> binary_to_term(Bytes);
        {error, _} -> []
    end.
