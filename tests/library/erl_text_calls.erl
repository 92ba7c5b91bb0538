%% `erl_scan`, `erl_parse`, `erl_pp`, `erl_lint`, `erl_eval`, `erl_anno`, `erl_expand_records`: Erlang as text and as forms.
-module(erl_text_calls).
-export([start/0]).
-include("calls.hrl").

start() ->
    scanning(),
    [expression(Text) || Text <- expressions()],
    module(forms(module_text())),
    module(forms(faulty_text())),
    ok.

scanning() ->
    Texts = [
        "", "a.", "foo(X, 1) -> \"str\" ++ [$a, $\\n | T].", "16#ff 2#101 36#zz 1_000 1.5e-3 1.0E10",
        "'quoted atom' \"\\x{400}\\n\\101\"", "a % comment\n. b.", "<<1:2/integer>> => := <= :: ... .. || ;", "#{a := B}", "\"open",
        "'open", "1.e", "16#", "$", "\\", "\x{e4} = \x{c4}.", [1024, 46], "fun F/1 when true -> ok end", "?MACRO(a)",
        "-spec f() -> any().", "1 . 2.", "a.b", "{}[]()<<>>", "99999999999999999999999"
    ],
    Options = [[], [{3, 5}], [1, [return]], [{1, 1}, [text, return_comments]]],
    calls(erl_scan, [{string, [Text | More]} || Text <- Texts, More <- Options]),
    [show(erl_scan:tokens([], Text, 1)) || Text <- ["a.\nb.", "x. ", "\"op", "a"]],
    {more, More} = erl_scan:tokens([], "foo(", {1, 1}),
    show(erl_scan:tokens(More, "X).\nrest", {1, 5})),
    {ok, [Token | _], _} = erl_scan:string("hello", {2, 3}, [text]),
    calls(erl_scan, [{F, [Token]} || F <- [category, column, end_location, line, location, symbol, text]]),
    Errors = [{illegal, character}, {string, $", "abc"}, char, {base, 40}, {unterminated, atom}],
    calls(erl_scan, [{format_error, [E]} || E <- Errors]),
    show([W || W <- [a, 'and', 'when', 'fun', of_], erl_scan:reserved_word(W)]),
    Anno = erl_anno:new({3, 4}),
    Items = [column, end_location, file, generated, is_anno, line, location, record, text, to_term],
    show([erl_anno:F(Anno) || F <- Items]).

expressions() ->
    [
        "1 + 2 * 3.", "X = 5, Y = X * X, {X, Y}.", "[X || X <- [1, 2, 3, 4], X rem 2 =:= 0].",
        "<< <<(X + 1)>> || <<X>> <= <<1, 2, 3>> >>.", "case {a, 1} of {b, _} -> no; {a, N} when N > 0 -> {yes, N} end.",
        "if 1 > 2 -> a; true -> b end.", "F = fun(0, A) -> A; (N, A) -> N * A end, F(3, 4).",
        "F = fun Fact(0) -> 1; Fact(N) -> N * Fact(N - 1) end, F(20).", "try throw(x) catch throw:Y -> {caught, Y} after ok end.",
        "catch error(oops).", "catch 1 / 0.", "M = #{a => 1, b => 2}, M#{a := 3}.", "#{b := V} = #{a => 1, b => 2}, V.",
        "lists:map(fun(X) -> X * 2 end, [1, 2, 3]).", "<<A:4, B/bits>> = <<16#ab, 16#cd>>, {A, B}.", "{A, B} = {1, 2}, A + B.",
        "{A, A} = {1, 2}.", "foo:bar(1).", "\"abc\" ++ [X || X <- \"def\"].", "begin X = 1, X end.", "X.",
        "(fun lists:reverse/1)([1, 2]).", "[A | B] = [1, 2, 3], B.", "not true orelse false andalso x.", "1 = 2.",
        "self() ! x, receive x -> got after 0 -> none end.", "receive after 1 -> late end.", "is_atom(a) and (1 =< 2) xor false.",
        "-(-5) bsl 3 bor 1.", "$a + $\\n.", "#r{a = 1}.", "apply(erlang, abs, [-3]).",
        "(fun(X) when is_list(X) -> list; (_) -> other end)(a).", "[{X, Y} || X <- [1, 2], Y <- [a, b]].",
        "try 1 of 1 -> one; 2 -> two catch _:_ -> no end.", "1 +.", "foo(", "case x of y -> z end.", "{ok, X} = {error, y}.",
        "tuple_to_list({a, b}) -- [a].", "\"a\" \"b\".", "1.0e3 == 1000."
    ].

expression(Text) ->
    case erl_scan:string(Text) of
        {ok, Tokens, _} ->
            case erl_parse:parse_exprs(Tokens) of
                {ok, Expressions} ->
                    show({Text, Expressions, value(Expressions)}),
                    show(lists:flatten(erl_pp:exprs(Expressions)));
                Error ->
                    show({Text, Error})
            end;
        Error ->
            show({Text, Error})
    end.

value(Expressions) ->
    try erl_eval:exprs(Expressions, erl_eval:new_bindings()) of
        {value, Value, Bindings} ->
            {value, Value, [B || {_, V} = B <- lists:sort(erl_eval:bindings(Bindings)), not is_function(V)]}
    catch
        Class:Reason -> {Class, Reason}
    end.

module_text() ->
    "-module(m).\n-export([f/1, g/2]).\n-record(r, {a = 1, b :: integer(), c}).\n"
    "-type t() :: #r{} | {a, [t()]} | fun((integer()) -> t()).\n"
    "-spec f(X :: t()) -> any() when X :: integer().\nf(#r{a = A} = R) -> R#r{b = A + 1};\n"
    "f(X) when is_integer(X), X > 1; X =:= a -> g(X, [1.5, $a, \"s\"]).\n"
    "g(A, B) ->\n    F = fun(Y) -> {Y, A} end,\n    case B of\n        [H | T] when H > 1 -> [F(H) || _ <- T];\n"
    "        <<X:8, R/binary>> -> {X, R};\n        #{k := V} -> V\n    end.\n".

faulty_text() ->
    "-module(n).\n-export([f/1, missing/0]).\n-record(r, {a}).\nf(X) -> Y = 1, Z.\nf(X, Y) -> g(), #r{b = 1}, #q{}, X.\n"
    "unused() -> case 1 of A -> 1; B -> 2 end, A.\nf(_) -> twice.\n"
    "h(X, X) -> X = 1, erlang:foo(), now(), lists:keysearch(1, 2, 3).\n-spec nothing() -> ok.\n"
    "i() -> X = 1, [X || X <- []], fun(X) -> X end.\n".

forms(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text, {1, 1}),
    [form(Form) || Form <- split(Tokens, [])].

split([], []) -> [];
split([{dot, _} = Dot | Rest], Form) -> [lists:reverse(Form, [Dot]) | split(Rest, [])];
split([Token | Rest], Form) -> split(Rest, [Token | Form]).

form(Tokens) ->
    {ok, Form} = erl_parse:parse_form(Tokens),
    Form.

module(Forms) ->
    show(Forms),
    [show(lists:flatten(erl_pp:form(Form))) || Form <- Forms],
    [show(lists:flatten(erl_pp:form(Form, [{linewidth, 30}, {indent, 2}]))) || Form <- Forms],
    Result = erl_lint:module(Forms, "m.erl", [warn_unused_vars, warn_obsolete_guard, warn_export_all]),
    show(Result),
    [
        show([{Location, lists:flatten(Module:format_error(What))} || {Location, Module, What} <- Messages])
     || {_, Messages} <- lists:append([L || L <- tuple_to_list(Result), is_list(L)])
    ],
    case Result of
        {ok, _} -> show(erl_expand_records:module(Forms, []));
        _ -> ok
    end,
    show(erl_parse:map_anno(fun(A) -> erl_anno:line(A) end, hd(Forms))),
    show(erl_parse:fold_anno(fun(_, N) -> N + 1 end, 0, hd(Forms))),
    show(erl_parse:abstract({a, "b", [1, 2.5], <<"c">>, #{k => v}}, [{line, 7}])),
    show(erl_parse:normalise(erl_parse:abstract([1, {2, "x"}]))).
