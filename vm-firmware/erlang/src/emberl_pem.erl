%% The text form of certificates and keys (RFC 7468). Owns which blocks a text has; what is in them is for the machine.
-module(emberl_pem).
-export([certificates/1, key/1]).

%% The certificates of a text: DER, in their order.
-spec certificates(binary()) -> [binary()].
certificates(Text) -> [Der || {<<"CERTIFICATE">>, Der} <- blocks(Text)].

%% The first private key: DER of PKCS#8, SEC 1 or PKCS#1.
-spec key(binary()) -> {ok, binary()} | {error, encrypted | no_key}.
key(Text) -> first_key(blocks(Text)).

first_key([{<<"ENCRYPTED PRIVATE KEY">>, _} | _]) -> {error, encrypted};
first_key([{Kind, Der} | _]) when
    Kind =:= <<"PRIVATE KEY">>; Kind =:= <<"EC PRIVATE KEY">>; Kind =:= <<"RSA PRIVATE KEY">>
->
    case Der of
        error -> {error, encrypted};
        _ -> {ok, Der}
    end;
first_key([_ | Rest]) -> first_key(Rest);
first_key([]) -> {error, no_key}.

blocks(Text) ->
    case binary:split(Text, <<"-----BEGIN ">>) of
        [_, Rest] ->
            case binary:split(Rest, <<"-----">>) of
                [Kind, Body] -> block(Kind, Body);
                [_] -> []
            end;
        [_] ->
            []
    end.

block(Kind, Body) ->
    case binary:split(Body, <<"-----END ">>) of
        [Base64, Rest] -> [{Kind, der(Base64)} | blocks(Rest)];
        [_] -> []
    end.

%% An encrypted block of the old form has header lines, which are no base64.
der(Base64) ->
    try
        base64:decode(Base64)
    catch
        error:_ -> error
    end.
