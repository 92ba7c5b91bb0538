%% Terms and how `~p' prints them, for tests/layout.rs.
%%
%% main(["terms", Seed, Count, File]) writes Count terms that the seed gives, each as two texts: in one line (`~0p'),
%% and as `~p' lays it out. A text is its size (32 bits, big endian) and its bytes, in UTF-8.
%%
%% main(["recorded", File]) writes the same texts of chosen terms, for the unit tests of layout.rs: the line, the layout
%% and an empty line for each.
%%
%% main(["reports", Module, Count]) runs Module:start() in a process, and prints the first Count reports of crashed
%% processes as the default handler prints them, without the heading with the time.
-module(layout_terms).
-export([log/2, main/1]).

main(["terms", Seed, Count, File]) ->
    rand:seed(exsss, list_to_integer(Seed)),
    Terms = [any_term(N rem 8) || N <- lists:seq(1, list_to_integer(Count))],
    Texts = [[text("~0p", Term), text("~p", Term)] || Term <- Terms],
    ok = file:write_file(File, Texts),
    erlang:halt(0);
main(["recorded", File]) ->
    Format = fun(Term) -> unicode:characters_to_binary(io_lib:format("~0p~n~p~n~n", [Term, Term])) end,
    ok = file:write_file(File, [Format(Term) || Term <- chosen()]),
    erlang:halt(0);
main(["reports", Module, Count]) ->
    ok = logger:remove_handler(default),
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => #{to => self()}}),
    spawn(list_to_atom(Module), start, []),
    ok = io:setopts([{encoding, unicode}]),
    [receive {report, Text} -> io:put_chars(Text) end || _ <- lists:seq(1, list_to_integer(Count))],
    erlang:halt(0).

%% What a handler of reports is called with.
log(Event, #{config := #{to := Pid}}) ->
    Pid ! {report, logger_formatter:format(Event, #{template => [msg], single_line => false})}.

chosen() ->
    Trace = [{boom, g, 1, [{file, "boom.erl"}, {line, 9}]}, {boom, start, 0, [{file, "boom.erl"}, {line, 4}]}],
    Info = [{error_info, #{module => erl_erts_errors}}],
    Long = list_to_atom(lists:duplicate(60, $x)),
    Deep = fun Deep(0, Inner) -> Inner; Deep(N, Inner) -> {deeper, Deep(N - 1, Inner)} end,
    Nest = fun Nest(0, Inner) -> Inner; Nest(N, Inner) -> [Nest(N - 1, Inner)] end,
    Tag = fun(N) -> list_to_atom(lists:duplicate(N, $t)) end,
    Numbers = lists:seq(1000, 1030),
    Bytes = list_to_binary(lists:seq(100, 160)),
    [
        ok,
        {},
        "text",
        lists:duplicate(78, $a),
        lists:duplicate(200, $a),
        {tag, lists:duplicate(200, $\")},
        [lists:duplicate(N, $a) || N <- [73, 1, 72, 1, 74, 1]],
        {badarith, [{erlang, '*', [[1, a], 2], Info} | Trace]},
        {function_clause, [{boom, g, [#{1 => a, 2 => [x, y]}, "a string"], [{file, "boom.erl"}, {line, 9}]} | Trace]},
        {{badmatch, {error, enoent}}, Trace},
        {{nocatch, {hello, world}}, Trace},
        {{case_clause, Numbers}, Trace},
        {undef, [{lists, no_such_function_is_there, [Numbers, []], []} | Trace]},
        {{badmap, <<"a binary of characters">>}, [{maps, get, [key, <<"a binary of characters">>], Info} | Trace]},
        Numbers,
        [0 | Numbers] ++ {tail},
        Numbers ++ tail,
        [{Numbers} | {Numbers, tail}],
        {Numbers, Numbers},
        {1, Numbers, 2, Long},
        {Long, Long, Long},
        {Long, [Long], {Long, {Long, Long}}},
        #{Long => Long},
        #{key => Numbers},
        #{1 => Long, 2 => a, 3 => {b}, 4 => Long, 5 => "c"},
        #{{Numbers, key} => #{inner => Numbers}},
        Bytes,
        <<Bytes/binary, 5:3>>,
        {tag, [Bytes], #{bytes => Bytes}},
        [Bytes | Bytes],
        [[[Bytes, a], [1, 2, {Bytes, 255}]], Bytes],
        Deep(3, Numbers),
        Deep(4, Numbers),
        Deep(9, Numbers),
        Deep(30, Numbers),
        Deep(30, #{key => [Numbers | Long]}),
        Deep(3, [Numbers | {Long, Numbers}]),
        [Deep(2, []) || _ <- Numbers],
        {fun lists:map/2, fun 'a, b':'c|d}'/1, 'it\'s, }', [16#e4, 16#f6, 16#fc], [Long | '|'], 1.5e300, -3}
    ]
    %% About where half of a line is left, and where a line is full.
    ++ [{Tag(N), Numbers} || N <- lists:seq(35, 38)]
    ++ [Nest(N, Deep(8, Numbers)) || N <- lists:seq(4, 9)]
    ++ [Nest(N, Bytes) || N <- [68, 69, 70, 71, 72, 80]]
    ++ [{t, {u, binary:part(Bytes, 0, N)}} || N <- lists:seq(14, 20)]
    ++ [binary:part(Bytes, 0, N) || N <- lists:seq(18, 22)].

text(Format, Term) ->
    Text = unicode:characters_to_binary(io_lib:format(Format, [Term])),
    <<(byte_size(Text)):32, Text/binary>>.

%% Half of the terms are what reports tell.
any_term(N) when N < 4 -> {reason(), trace()};
any_term(4) -> {nested(3), trace()};
any_term(5) -> deep(pick(30));
any_term(_) -> nested(1 + pick(4)).

%% Tags until half of a line is left, and on.
deep(0) -> nested(1);
deep(Depth) ->
    case pick(4) of
        1 -> [deep(Depth - 1), leaf()];
        2 -> #{atom() => deep(Depth - 1)};
        3 -> {atom(), leaf(), deep(Depth - 1)};
        4 -> {atom(), deep(Depth - 1)}
    end.

reason() ->
    case pick(8) of
        1 -> badarg;
        2 -> badarith;
        3 -> function_clause;
        4 -> {badmatch, nested(3)};
        5 -> {nocatch, nested(2)};
        6 -> {case_clause, nested(4)};
        7 -> {badmap, nested(2)};
        8 -> {test_case_failed, string()}
    end.

trace() ->
    [frame() || _ <- lists:seq(1, pick(6))].

frame() ->
    Arguments =
        case pick(4) of
            1 -> [nested(pick(4)) || _ <- lists:seq(1, pick(3))];
            _ -> pick(5)
        end,
    Location =
        case pick(5) of
            1 -> [];
            2 -> [{error_info, #{module => erl_erts_errors}}];
            3 -> [{error_info, #{cause => badkey, module => atom()}}];
            _ -> [{file, atom_to_list(atom()) ++ ".erl"}, {line, pick(3000)}]
        end,
    {atom(), atom(), Arguments, Location}.

nested(0) -> leaf();
nested(Depth) ->
    case pick(12) of
        1 -> leaf();
        N when N < 5 -> list_to_tuple(elements(Depth));
        N when N < 7 -> list_to_tuple([atom() | elements(Depth)]);
        N when N < 10 -> elements(Depth);
        10 -> elements(Depth) ++ leaf();
        _ -> maps:from_list([{nested(pick(Depth) - 1), nested(Depth - 1)} || _ <- lists:seq(1, pick(4))])
    end.

elements(Depth) ->
    Length = element(pick(5), {1, 2, 3, 5, 20 div Depth + 1}),
    case pick(3) of
        1 -> [leaf() || _ <- lists:seq(1, Length)];
        _ -> [nested(pick(Depth) - 1) || _ <- lists:seq(1, Length)]
    end.

leaf() ->
    case pick(16) of
        1 -> [];
        2 -> {};
        3 -> #{};
        4 -> pick(1 bsl pick(200));
        5 -> -pick(100000);
        6 -> rand:uniform() * 1000;
        7 -> string();
        8 -> list_to_binary(string());
        9 -> bytes(pick(60));
        10 -> <<(bytes(pick(12)))/binary, (pick(7)):3>>;
        11 -> self();
        12 -> make_ref();
        13 -> fun lists:map/2;
        14 -> fun 'a, b':'c|d}'/1;
        _ -> atom()
    end.

bytes(Size) -> rand:bytes(Size).

string() ->
    Characters = "abc defgh,[]{}()<>#|=>\"\\'\n\t" ++ [16#e4, 16#df],
    [lists:nth(pick(length(Characters)), Characters) || _ <- lists:seq(1, pick(pick(90)))].

atom() ->
    case pick(10) of
        1 -> list_to_atom(string());
        2 -> list_to_atom(lists:append(lists:duplicate(pick(12), "longer_")));
        3 -> 'fun';
        4 -> element(pick(4), {'Elixir.Enum', 'A b', 'it\'s', 'a=>b'});
        5 -> list_to_atom([16#e4, 16#f6]);
        _ -> element(pick(8), {ok, a, error, lists, undefined, gen_server, '-start/0-fun-1-', application_controller})
    end.

pick(N) -> rand:uniform(N).
