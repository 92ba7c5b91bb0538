%% Text taken apart without regular expressions: ini, csv and an expression parser; results as tables.
%% modules: string lists io_lib orddict
-module(parse_text).
-export([start/0]).

start() ->
    Ini = "; comment\n[net]\nhost = example\nport=80\n\n[ui]\ntitle = \"A b\"\nbroken line\n",
    io:format("~p~n", [ini(string:split(Ini, "\n", all), none, 1, [])]),
    Csv = "name,age,note\nAnn,31,\"likes, commas\"\nBob,7,\"says \"\"hi\"\"\"\n",
    Rows = csv(Csv),
    io:format("~p~n", [Rows]),
    table(Rows),
    [io:format("~s = ~s~n", [E, result(E)]) ||
        E <- ["1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "-4 + 10 / 4", "7 - 2 - 1", "1 / 0", "2 * (3 + ", "4 $ 4",
              "123456789012345678901234567890 * 10", "((((1))))"]],
    ok.

ini([], _, _, Acc) -> Acc;
ini([Line | Rest], Section, N, Acc) ->
    case string:trim(Line) of
        "" -> ini(Rest, Section, N + 1, Acc);
        [$; | _] -> ini(Rest, Section, N + 1, Acc);
        [$[ | Name] -> ini(Rest, list_to_atom(string:trim(Name, trailing, "]")), N + 1, Acc);
        Text ->
            case string:split(Text, "=") of
                [Key, Value] ->
                    Pair = {string:trim(Key), value(string:trim(Value))},
                    ini(Rest, Section, N + 1, orddict:append(Section, Pair, Acc));
                [_] -> ini(Rest, Section, N + 1, orddict:append(errors, {line, N}, Acc))
            end
    end.

value([$" | Text]) -> string:trim(Text, trailing, "\"");
value(Text) ->
    try list_to_integer(Text)
    catch error:badarg -> Text
    end.

csv(Text) -> csv(Text, [], [], []).

csv([], [], [], Rows) -> lists:reverse(Rows);
csv([], Cell, Cells, Rows) -> csv([$\n], Cell, Cells, Rows);
csv([$" | T], [], Cells, Rows) -> quoted(T, [], Cells, Rows);
csv([$, | T], Cell, Cells, Rows) -> csv(T, [], [lists:reverse(Cell) | Cells], Rows);
csv([$\n | T], Cell, Cells, Rows) -> csv(T, [], [], [lists:reverse(Cells, [lists:reverse(Cell)]) | Rows]);
csv([C | T], Cell, Cells, Rows) -> csv(T, [C | Cell], Cells, Rows).

quoted([$", $" | T], Cell, Cells, Rows) -> quoted(T, [$" | Cell], Cells, Rows);
quoted([$" | T], Cell, Cells, Rows) -> csv(T, Cell, Cells, Rows);
quoted([C | T], Cell, Cells, Rows) -> quoted(T, [C | Cell], Cells, Rows).

table(Rows) ->
    Widths = [lists:max([length(C) || C <- Column]) || Column <- transpose(Rows)],
    [io:format("|~s|~n", [lists:join("|", [io_lib:format(" ~-*s ", [W, C]) || {W, C} <- lists:zip(Widths, Row)])])
     || Row <- Rows].

transpose([[] | _]) -> [];
transpose(Rows) -> [[hd(R) || R <- Rows] | transpose([tl(R) || R <- Rows])].

result(Text) ->
    try expression(tokens(Text), 0) of
        {Value, []} when is_float(Value) -> float_to_list(Value, [{decimals, 3}, compact]);
        {Value, []} -> integer_to_list(Value);
        {_, Left} -> io_lib:format("unexpected ~p", [Left])
    catch
        throw:Why -> io_lib:format("error: ~p", [Why]);
        error:badarith -> "not a number"
    end.

tokens([]) -> [];
tokens([$\s | T]) -> tokens(T);
tokens([C | _] = Text) when C >= $0, C =< $9 ->
    {N, T} = string:to_integer(Text),
    [N | tokens(T)];
tokens([C | T]) ->
    case lists:member(C, "+-*/^()") of
        true -> [list_to_atom([C]) | tokens(T)];
        false -> throw({bad_character, [C]})
    end.

expression(Tokens, Min) ->
    {Left, Rest} = operand(Tokens),
    climb(Left, Rest, Min).

operand(['-' | T]) -> {V, R} = expression(T, 30), {-V, R};
operand(['(' | T]) ->
    case expression(T, 0) of
        {V, [')' | R]} -> {V, R};
        _ -> throw(missing_parenthesis)
    end;
operand([N | T]) when is_integer(N) -> {N, T};
operand(Other) -> throw({no_operand, Other}).

climb(Left, [Op | T] = Tokens, Min) ->
    case operator(Op) of
        {Power, Next, Fun} when Power >= Min ->
            {Right, Rest} = expression(T, Next),
            climb(Fun(Left, Right), Rest, Min);
        _ -> {Left, Tokens}
    end;
climb(Left, [], _) -> {Left, []}.

operator('+') -> {10, 11, fun erlang:'+'/2};
operator('-') -> {10, 11, fun erlang:'-'/2};
operator('*') -> {20, 21, fun erlang:'*'/2};
operator('/') -> {20, 21, fun erlang:'/'/2};
operator('^') -> {40, 40, fun power/2};
operator(_) -> none.

power(_, 0) -> 1;
power(B, N) when N > 0 -> B * power(B, N - 1).
