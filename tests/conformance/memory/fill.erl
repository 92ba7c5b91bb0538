%% Lists of more and more cells, the one before each being garbage by then, up to 85 % of a megabyte: a cell takes 8 bytes.
-module(fill).
-export([start/0]).

start() -> fill(1000, 1024 * 1024 * 85 div 100 div 8).

fill(Most, Most) -> cells(Most);
fill(Cells, Most) -> cells(Cells), fill(min(Cells + Cells div 20, Most), Most).

cells(Cells) -> Cells = count(build(Cells, []), 0), ok.

build(0, List) -> List;
build(N, List) -> build(N - 1, [N | List]).

count([], N) -> N;
count([_ | Tail], N) -> count(Tail, N + 1).
