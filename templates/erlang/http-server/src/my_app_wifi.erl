%% Being in the network. The Wi-Fi's name and password are in a file of the pack, my_app/priv/wifi.config, which `emberl build`
%% makes of the settings in [wifi]: the list [{ssid, Name}, {psk, Password}], as term_to_binary/1 has it.
%%
%% Boards with a cable, and this machine, need no such file.
-module(my_app_wifi).
-export([connect/0]).

-define(FILE_NAME, "my_app/priv/wifi.config").

%% Waits for an address, half a minute at most; the board goes on trying after that.
connect() ->
    case network:wait_for_sta(read(), 30000) of
        {ok, {Address, _Netmask, _Gateway}} -> {ok, Address};
        {error, Reason} -> {error, Reason}
    end.

read() ->
    case prim_file:read_file(?FILE_NAME) of
        {ok, Bytes} -> binary_to_term(Bytes);
        {error, _} -> []
    end.
