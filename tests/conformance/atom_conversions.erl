%% Atoms from and to text: Latin-1, Unicode, lengths, existing ones.
-module(atom_conversions).
-export([start/0, id/1]).

start() ->
    run(1, 15).

%% One line a case, so that a difference names its case.
run(N, Max) when N > Max ->
    ok;
run(N, Max) ->
    Result = try t(N) catch Class:Reason -> {Class, Reason} end,
    erlang:display({N, Result}),
    run(N + 1, Max).

%% Exported, so the compiler knows nothing about what it returns.
id(X) -> X.

t(1) -> [atom_to_list(id(A)) || A <- [a, 'A b', '', 'é', 'Ω', '日本']];
t(2) -> [atom_to_binary(id(A)) || A <- [a, '', 'é', 'Ω', '日本']];
t(3) -> atom_to_binary(id('é'), latin1);
t(4) -> atom_to_binary(id('Ω'), latin1);
t(5) -> list_to_atom(id([233])) =:= 'é';
t(6) -> list_to_atom(id([16#3A9])) =:= 'Ω';
t(7) -> binary_to_atom(id(<<"é"/utf8>>)) =:= 'é';
t(8) -> binary_to_atom(id(<<233>>), latin1) =:= 'é';
t(9) -> binary_to_atom(id(<<233>>), utf8);
t(10) -> list_to_existing_atom(id("atom_conversions"));
t(11) -> list_to_existing_atom(id("no such atom was ever made"));
t(12) -> binary_to_existing_atom(id(<<"id">>), utf8);
t(13) -> length(atom_to_list(list_to_atom(copies(255))));
t(14) -> list_to_atom(copies(256));
t(15) -> list_to_atom(id([16#110000])).

copies(0) -> [];
copies(N) -> [$x | copies(N - 1)].
