%% file: reading, writing, positions, folders, information, consulting, copying, and io on files.
%% pruned: unresolved
-module(files).
-export([start/0]).
-include_lib("kernel/include/file.hrl").

-define(P(X), io:format("~w ~tp~n", [?LINE, X])).

start() ->
    ok = file:make_dir("work"),
    ok = file:set_cwd("work"),
    {ok, Cwd} = file:get_cwd(),
    ?P(filename:basename(Cwd)),
    ?P([file:write_file("a.txt", X) || X <- ["one\ntwo\n", <<"binary">>, [<<"deep">>, ["list", $\n]], bad, ["x" | y], "\x{20ac}"]]),
    ?P([file:read_file(X) || X <- ["a.txt", <<"a.txt">>, 'a.txt', "none", "", "a\0b", {bad}, "."]]),
    ?P(file:write_file("b.txt", "appended", [append])),
    ?P(file:write_file("b.txt", " twice", [append])),
    ?P(file:write_file("b.txt", "x", [exclusive])),
    ?P(file:read_file("b.txt")),
    raw(), cooked(), texts(), folders(), information(), consulting(), copies(), errors(),
    ?P([filelib:F(N) || F <- [is_file, is_regular, is_dir, file_size], N <- ["b.txt", "sub", "none"]]),
    ?P(lists:sort(filelib:wildcard("*.txt"))),
    ?P(filelib:ensure_dir("x/y/z.txt")),
    ?P(filelib:is_dir("x/y")),
    ?P(file:set_cwd("..")),
    ?P(file:del_dir_r("work")),
    ?P(file:read_file_info("work")),
    ok.

raw() ->
    {ok, F} = file:open("raw", [raw, read, write, binary]),
    ?P([file:write(F, X) || X <- ["abcdefghij", <<"\nsecond\n">>, bad]]),
    ?P([file:position(F, X) || X <- [0, {bof, 3}, {cur, 2}, {cur, -1}, {eof, -2}, eof, bof, cur, {bof, -1}, bad]]),
    ?P([file:read(F, N) || N <- [0, 4, 100, 1]]),
    ?P([file:pread(F, 2, 3), file:pread(F, [{0, 1}, {100, 5}, {4, 2}]), file:pread(F, 1000, 1)]),
    ?P([file:pwrite(F, 1, "XY"), file:pwrite(F, [{0, "0"}, {5, "5"}])]),
    ?P(file:position(F, 0)),
    ?P([file:read_line(F), file:read_line(F), file:read_line(F)]),
    ?P([file:position(F, 4), file:truncate(F), file:position(F, 0), file:read(F, 100), file:sync(F), file:datasync(F)]),
    ?P([file:close(F), file:read(F, 1), file:close(F)]),
    ?P([element(1, file:open("raw", M)) || M <- [[raw, read], [raw, write], [raw, append], [raw, exclusive], [raw, nonsense]]]),
    {ok, L} = file:open("raw", [raw, write, read]),
    ?P([file:write(L, "list"), file:position(L, 0), file:read(L, 10), file:close(L)]).

cooked() ->
    {ok, F} = file:open("cooked", [write]),
    ?P([io:format(F, "~p line~n", [N]) || N <- [1, 2]]),
    ?P([io:put_chars(F, "third \x{e4}\n"), io:nl(F), file:write(F, "w\n"), file:close(F)]),
    ?P(catch io:format(F, "x", [])),
    ?P(file:read_file("cooked")),
    {ok, G} = file:open("cooked", [read]),
    ?P([io:get_line(G, ""), io:get_chars(G, "", 3), io:get_line(G, ""), io:get_line(G, ""), file:read(G, 1), file:read_line(G), io:get_line(G, ""), file:position(G, 2), file:read(G, 4)]),
    ?P([file:position(G, bof), io:fread(G, "", "~d ~s"), io:read(G, ""), io:getopts(G) =/= [], file:close(G)]),
    {ok, H} = file:open("cooked", [read, binary]),
    ?P([file:read(H, 6), io:get_line(H, ""), file:pread(H, 0, 4), file:close(H)]),
    {ok, W} = file:open("cooked", [read]),
    ?P([catch file:write(W, "no"), catch io:put_chars(W, "no"), file:close(W)]),
    %% The owner's end closes it.
    Self = self(),
    {P, M} = spawn_monitor(fun() -> {ok, X} = file:open("cooked", [read]), Self ! {file, X} end),
    receive {'DOWN', M, process, P, _} -> ok end,
    receive {file, X} -> timer:sleep(10), ?P([is_pid(X), is_process_alive(X)]) end,
    ?P([file:open("none", [read]), file:open("none/x", [write]), file:open(".", [write]), file:open("cooked", [exclusive])]).

texts() ->
    {ok, F} = file:open("utf8", [write, {encoding, utf8}]),
    ?P([io:put_chars(F, "\x{20ac}\x{e4}\n"), io:format(F, "~ts~n", [[1024]]), file:close(F), file:read_file("utf8")]),
    {ok, G} = file:open("utf8", [read, {encoding, utf8}]),
    ?P([io:get_line(G, ""), io:get_chars(G, "", 1), io:get_line(G, ""), io:get_line(G, ""), file:close(G)]),
    {ok, H} = file:open("utf8", [read, binary, {encoding, unicode}]),
    ?P([io:get_line(H, ""), file:close(H)]),
    {ok, I} = file:open("utf16", [write, {encoding, {utf16, little}}]),
    ?P([io:put_chars(I, "a\x{20ac}"), file:close(I), file:read_file("utf16")]),
    {ok, L} = file:open("latin", [write]),
    ?P([io:put_chars(L, "\x{e4}"), catch io:put_chars(L, "\x{20ac}"), file:close(L), file:read_file("latin")]).

folders() ->
    ?P([file:make_dir(D) || D <- ["sub", "sub", "sub/deep", "no/where"]]),
    ?P([file:write_file(N, "x") || N <- ["sub/f1", "sub/f2"]]),
    {ok, Names} = file:list_dir("sub"),
    ?P(lists:sort(Names)),
    ?P([file:list_dir(X) || X <- ["sub/deep", "none", "b.txt"]]),
    ?P([file:del_dir(X) || X <- ["sub", "sub/deep", "none", "b.txt"]]),
    ?P([file:rename("sub/f1", "sub/g1"), file:rename("none", "x"), file:delete("sub/g1"), file:delete("none"), file:delete("sub")]),
    ?P([file:make_symlink("f2", "sub/link"), file:read_link("sub/link"), file:read_file("sub/link"), file:read_link("sub/f2"), file:make_link("sub/f2", "sub/hard"), file:read_file("sub/hard")]).

information() ->
    {ok, I} = file:read_file_info("b.txt"),
    ?P({I#file_info.size, I#file_info.type, I#file_info.access, I#file_info.links, tuple_size(I#file_info.mtime)}),
    {ok, D} = file:read_file_info("sub", [{time, posix}]),
    ?P({D#file_info.type, is_integer(D#file_info.mtime)}),
    {ok, L} = file:read_link_info("sub/link"),
    ?P(L#file_info.type),
    ?P([file:change_mode("b.txt", 8#600), file:write_file_info("b.txt", #file_info{mtime = {{2020, 1, 2}, {3, 4, 6}}, atime = {{2020, 1, 2}, {3, 4, 6}}})]),
    {ok, J} = file:read_file_info("b.txt"),
    ?P({J#file_info.mode band 8#777, J#file_info.mtime}),
    ?P(filelib:last_modified("b.txt")).

consulting() ->
    ok = file:write_file("terms", "{a, 1}.\n%% comment\n\"text\". [x,\n y].\n"),
    ?P(file:consult("terms")),
    ok = file:write_file("wrong", "{a, 1}.\n{b.\n"),
    ?P(file:consult("wrong")),
    {error, E} = file:consult("wrong"),
    ?P(lists:flatten(file:format_error(E))),
    ?P(file:consult("none")),
    ok = file:write_file("script", "X = 1,\nY = X + 1,\n{X, Y}.\n"),
    ?P([file:script("script"), file:eval("script"), file:script("none")]),
    ok = file:write_file("bound", "Z + 1.\n"),
    ?P(file:script("bound", [{'Z', 5}])),
    ?P(file:path_open(["none", "."], "terms", [read]) =/= none),
    ?P(element(1, file:path_consult([".", "x"], "terms"))).

copies() ->
    ?P([file:copy("terms", "copy"), file:copy("terms", "copy", 3), file:read_file("copy"), file:copy("none", "copy")]),
    {ok, A} = file:open("terms", [read, binary]),
    {ok, B} = file:open("copy", [write]),
    ?P([file:copy(A, B, 5), file:copy(A, B), file:close(A), file:close(B), file:read_file("copy")]).

errors() ->
    ?P([lists:flatten(file:format_error(E)) || E <- [enoent, eacces, eexist, einval, badarg, terminated, system_limit, {3, erl_parse, ["x"]}, nonsense]]),
    ?P([file:native_name_encoding()]).
