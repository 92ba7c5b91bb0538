%% The demo's library. Only two of its functions are used, so `--prune` leaves the rest out.
-module(statistics).
-export([above/2, mean/1, median/1, variance/1, histogram/2]).

above(Limit, Readings) ->
    [Name || {Name, Degrees} <- Readings, Degrees > Limit].

mean(Numbers) ->
    sum(Numbers, 0) / length(Numbers).

median(Numbers) ->
    Sorted = sort(Numbers),
    element(length(Sorted) div 2 + 1, list_to_tuple(Sorted)).

variance(Numbers) ->
    Mean = mean(Numbers),
    mean([(Number - Mean) * (Number - Mean) || Number <- Numbers]).

histogram(Width, Numbers) ->
    count([trunc(Number / Width) || Number <- sort(Numbers)], []).

count([Bin | Rest], [{Bin, Count} | Bins]) -> count(Rest, [{Bin, Count + 1} | Bins]);
count([Bin | Rest], Bins) -> count(Rest, [{Bin, 1} | Bins]);
count([], Bins) -> reverse(Bins, []).

sum([Number | Rest], Sum) -> sum(Rest, Sum + Number);
sum([], Sum) -> Sum.

sort([Pivot | Rest]) ->
    sort([Number || Number <- Rest, Number < Pivot]) ++ [Pivot | sort([Number || Number <- Rest, Number >= Pivot])];
sort([]) -> [].

reverse([Head | Tail], Reversed) -> reverse(Tail, [Head | Reversed]);
reverse([], Reversed) -> Reversed.
