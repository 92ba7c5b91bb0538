%% Being in the network. The Wi-Fi's name and password are in a file of the pack, my_app/priv/wifi.config:
%%
%%     [{ssid, "home"}, {psk, "secret"}].
%%
%% Boards with a cable, and this machine, need no such file.
-module(my_app_wifi).
-export([connect/0, credentials/1]).

-define(FILE_NAME, "my_app/priv/wifi.config").

%% Waits for an address, half a minute at most; the board goes on trying after that.
connect() ->
    case network:wait_for_sta(read(), 30000) of
        {ok, {Address, _Netmask, _Gateway}} -> {ok, Address};
        {error, Reason} -> {error, Reason}
    end.

read() ->
    case prim_file:read_file(?FILE_NAME) of
        {ok, Text} -> credentials(Text);
        {error, _} -> []
    end.

%% What the file says. (file:consult/1 could read it, but with it all of Erlang's parser would go to the board.)
credentials(Text) ->
    [{Key, unquoted(Value)} || Key <- [ssid, psk], Value <- value(Key, Text)].

%% What follows the first quotation mark after `{ssid`: in a list, which is empty where there is no such key.
value(Key, Text) ->
    case binary:split(Text, <<"{", (atom_to_binary(Key))/binary>>) of
        [_, Rest] -> tl(binary:split(Rest, <<"\"">>));
        [_] -> []
    end.

unquoted(Text) -> list_to_binary(until_quote(Text)).

until_quote(<<"\"", _/binary>>) -> [];
until_quote(<<"\\", Char, Rest/binary>>) -> [Char | until_quote(Rest)];
until_quote(<<Char, Rest/binary>>) -> [Char | until_quote(Rest)].
