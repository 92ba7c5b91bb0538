%% Erlang's own scanner, parser, linter, printer and evaluator at work on source text.
%% modules: erl_scan erl_parse erl_eval erl_lint erl_pp erl_anno
-module(evaluate).
-export([start/0]).

start() ->
    [io:format("~ts => ~tp~n", [T, eval(T)]) || T <- expressions()],
    {ok, Tokens, _} = erl_scan:string(module()),
    Forms = [Form || {ok, Form} <- [erl_parse:parse_form(F) || F <- split(Tokens, [], [])]],
    [io:put_chars(erl_pp:form(F)) || F <- Forms],
    io:format("~p~n", [erl_lint:module(Forms, "text")]),
    io:format("~p~n", [erl_scan:string("'unterminated", {7, 3})]),
    io:format("~p~n", [erl_scan:tokens([], "a, b. rest", 1)]),
    {error, {Line, Module, Why}} = parse("foo(1, ."),
    io:format("~p ~ts~n", [Line, Module:format_error(Why)]),
    ok.

expressions() ->
    ["1 + 2 * 3.", "lists:reverse([X * X || X <- lists:seq(1, 5), X rem 2 =:= 1]).",
     "case {a, 5} of {a, N} when N > 3 -> {big, N}; _ -> other end.",
     "F = fun (0, _) -> 1; (N, G) -> N * G(N - 1, G) end, F(25, F).",
     "A = #{x => 1}, A#{y => A}.", "try throw(up) catch throw:T -> {caught, T} after ok end.",
     "<<X:4, Y/bits>> = <<16#ab, 16#cd>>, {X, Y}.", "if 1 > 2 -> yes; true -> no end.",
     "begin P = self(), P ! hello, receive hello -> received after 10 -> nothing end end.",
     "Fib = fun Fib(N) when N < 2 -> N; Fib(N) -> Fib(N - 1) + Fib(N - 2) end, Fib(15).",
     "1 / 0.", "unbound + Variable.", "syntax error here", "\"str\" \"ing\" ++ [$a, 16#42].",
     "<< <<(X + 1)>> || <<X>> <= <<\"HAL\">> >>.", "catch erlang:error(boom, []), 5."].

eval(Text) ->
    case parse(Text) of
        {ok, Expressions} ->
            try erl_eval:exprs(Expressions, erl_eval:new_bindings()) of
                {value, Value, Bindings} -> {Value, [Name || {Name, _} <- lists:sort(erl_eval:bindings(Bindings))]}
            catch Class:Reason -> {Class, Reason}
            end;
        {error, {Line, Module, Why}} -> {error, Line, lists:flatten(Module:format_error(Why))}
    end.

parse(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    erl_parse:parse_exprs(Tokens).

module() ->
    "-module(text). -export([area/1, unused/0]). -record(shape, {kind = circle :: atom(), size}). "
    "-spec area(#shape{}) -> number(). "
    "area(#shape{kind = circle, size = R}) when R > 0 -> 3 * R * R; "
    "area(#shape{size = S} = Shape) -> case S of {W, H} -> W * H; _ -> throw({bad, Shape}) end. "
    "helper(X) -> Y = X. ".

split([], [], Acc) -> lists:reverse(Acc);
split([{dot, _} = D | T], Form, Acc) -> split(T, [], [lists:reverse([D | Form]) | Acc]);
split([H | T], Form, Acc) -> split(T, [H | Form], Acc).
