-module(base64_lib).
-export([start/0]).

%% Base64 both ways, of binaries and lists.
start() ->
    Data = [<<>>, <<"a">>, <<"ab">>, <<"abc">>, <<255, 254, 253, 252>>, <<0, 0, 0, 0, 0>>, "list", [],
            list_to_binary(lists:seq(0, 255))],
    [begin
         Text = base64:encode(D),
         erlang:display(Text),
         erlang:display(base64:encode_to_string(D) =:= binary_to_list(Text)),
         erlang:display(base64:decode(Text) =:= iolist_to_binary(D)),
         erlang:display(base64:decode_to_string(Text) =:= binary_to_list(iolist_to_binary(D))),
         erlang:display(base64:decode(binary_to_list(Text)) =:= iolist_to_binary(D))
     end || D <- Data],
    erlang:display(base64:decode(<<" Y W\nJj\tZ\r\nA = = ">>)),
    Large = binary:copy(<<"some text, ">>, 3000),
    erlang:display(erlang:md5(base64:encode(Large))),
    erlang:display(base64:decode(base64:encode(Large)) =:= Large),
    Bad = [<<"Y">>, <<"YQ">>, <<"YQ=">>, <<"YW!j">>, <<"=">>, a, [300], 1],
    [erlang:display(try base64:decode(B) of _ -> wrong catch error:_ -> error end) || B <- Bad],
    [erlang:display(try base64:encode(B) of _ -> wrong catch error:_ -> error end) || B <- [a, [300], 1, [a], <<1:3>>]],
    ok.
