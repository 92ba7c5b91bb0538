# Enum, Stream, Map, Keyword, MapSet, Range, Access, comprehensions and with.
# modules: Enum Stream Map Keyword MapSet Range Access Kernel List Tuple
defmodule Collections do
  def start do
    enums()
    streams()
    maps()
    comprehensions()
    withs()
    lists()
    :ok
  end

  defp show(name, value), do: IO.puts("#{name}: #{inspect(value, limit: :infinity)}")

  defp enums do
    list = [5, 3, 8, 1, 9, 2]
    words = ~w(pear fig apple kiwi plum date)
    show("sort", Enum.sort(list, :desc))
    show("sort_by", Enum.sort_by(words, &{String.length(&1), &1}))
    show("group_by", Enum.group_by(words, &String.length/1, &String.upcase/1))
    show("frequencies", Enum.frequencies(String.graphemes("mississippi")))
    show("chunk_every", Enum.chunk_every(1..7, 3, 2, [:pad]))
    show("chunk_by", Enum.chunk_by([1, 1, 2, 3, 3], & &1))
    show("zip", Enum.zip([1..3, [:a, :b, :c], "xyz" |> String.graphemes()]))
    show("reduce_while", Enum.reduce_while(list, 0, fn x, acc -> if acc > 10, do: {:halt, acc}, else: {:cont, acc + x} end))
    show("scan", Enum.scan(1..5, &*/2))
    show("split_with", Enum.split_with(list, &(rem(&1, 2) == 0)))
    show("min_max", {Enum.min_max(list), Enum.max_by(words, &String.length/1)})
    show("map_reduce", Enum.map_reduce(list, 0, &{&1 * 2, &1 + &2}))
    show("dedup", Enum.dedup([1, 1, 2, 1]))
    show("slice", Enum.slice(list, 1..-2//1))
    show("with_index", Enum.with_index(words, 1) |> Enum.take_every(2))
    show("flat_map", Enum.flat_map(1..3, &List.duplicate(&1, &1)))
    show("join", Enum.map_join(list, ", ", &"<#{&1}>"))
    show("into", Enum.into([a: 1, b: 2], %{}, fn {k, v} -> {v, k} end))
    show("find", {Enum.find(list, &(&1 > 7)), Enum.find_index(list, &(&1 == 8)), Enum.find_value(words, &String.at(&1, 4))})
    show("sum", {Enum.sum(1..100), Enum.product(1..10), Enum.count(words, &String.contains?(&1, "i"))})
    show("uniq", {Enum.uniq_by(words, &String.first/1), Enum.reject(list, &(&1 < 5))})
    show("errors", try do Enum.fetch!(list, 99) rescue e -> Exception.message(e) end)
  end

  defp streams do
    show("cycle", Stream.cycle([1, 2, 3]) |> Stream.map(&(&1 * 10)) |> Enum.take(5))
    show("iterate", Stream.iterate(1, &(&1 * 2)) |> Stream.take_while(&(&1 < 100)) |> Enum.to_list())
    show("unfold", Stream.unfold({0, 1}, fn {a, b} -> {a, {b, a + b}} end) |> Enum.at(50))
    show("resource", Stream.resource(fn -> 3 end, fn 0 -> {:halt, 0}; n -> {[n, n], n - 1} end, fn _ -> IO.puts("closed") end) |> Enum.to_list())
    show("zip", Stream.zip(1..3, Stream.repeatedly(fn -> :x end)) |> Enum.to_list())
    show("chunk", 1..10 |> Stream.chunk_every(4) |> Stream.with_index() |> Enum.to_list())
    show("transform", Stream.transform(1..5, 0, fn x, acc -> {[x + acc], acc + x} end) |> Enum.to_list())
    show("dedup", [1, 1, 2] |> Stream.dedup() |> Stream.concat([9]) |> Stream.reject(&(&1 == 2)) |> Enum.to_list())
    show("interval", Stream.flat_map(1..3, fn n -> Stream.take(Stream.iterate(n, &(&1 + 1)), n) end) |> Enum.to_list())
  end

  defp maps do
    map = %{name: "x", nested: %{list: [%{v: 1}, %{v: 2}]}}
    show("get_in", get_in(map, [:nested, :list, Access.all(), :v]))
    show("update_in", update_in(map.nested.list, &length/1))
    show("put_in", put_in(map, [:nested, Access.key(:new, %{}), :deep], 1))
    show("pop_in", pop_in(map, [:nested, :list, Access.at(0)]))
    show("merge", Map.merge(%{a: 1, b: 2}, %{b: 3}, fn _, x, y -> x + y end))
    show("split", Map.split(%{a: 1, b: 2, c: 3}, [:a, :c]))
    show("update", Map.update(%{a: 1}, :a, 0, &(&1 + 1)) |> Map.put_new(:b, 5) |> Map.drop([:z]))
    show("big", Map.new(1..100, &{&1, &1 * &1}) |> Map.filter(fn {k, _} -> k > 97 end))
    show("keyword", Keyword.merge([a: 1, b: 2], b: 3, c: 4) |> Keyword.pop(:a))
    show("keyword2", {Keyword.get_values([a: 1, a: 2], :a), Keyword.validate([x: 1], [:x, y: 2])})
    set = MapSet.new([1, 2, 3])
    show("mapset", {MapSet.union(set, MapSet.new([4])), MapSet.member?(set, 2), MapSet.difference(set, MapSet.new([1]))})
    show("range", {Enum.to_list(10..1//-3), 5 in 1..10, Range.disjoint?(1..5, 6..9), Enum.count(1..1_000_000//7)})
  end

  defp comprehensions do
    show("for", for(x <- 1..4, y <- x..4, rem(x + y, 3) == 0, do: {x, y}))
    show("for into", for({k, v} <- %{a: 1, b: 2}, into: %{}, do: {v, k}))
    show("for bits", for(<<r::4, g::4 <- <<0x12, 0x34>> >>, do: {r, g}))
    show("for into bin", for(c <- 'hal', into: "", do: <<c + 1>>))
    show("for reduce", for(w <- ~w(a b a), reduce: %{}, do: (acc -> Map.update(acc, w, 1, &(&1 + 1)))))
    show("for uniq", for(x <- [1, 1, 2], uniq: true, do: x * 2))
    show("for match", for({:ok, v} <- [{:ok, 1}, :error, {:ok, 2}], do: v))
  end

  defp withs do
    for input <- [%{"a" => "1", "b" => "2"}, %{"a" => "x", "b" => "2"}, %{"b" => "1"}] do
      result =
        with {:ok, a} <- Map.fetch(input, "a"),
             {a, ""} <- Integer.parse(a),
             b = String.to_integer(input["b"]),
             true <- b > 1 do
          {:sum, a + b}
        else
          :error when map_size(input) == 1 -> :too_few
          other -> {:failed, other}
        end

      show("with", result)
    end
  end

  defp lists do
    show("list", {List.flatten([1, [2, [3]]]), List.foldr([1, 2, 3], [], &[&1 | &2]), List.wrap(nil), List.zip([[1], [2]])})
    show("keys", {List.keyfind([a: 1], :a, 0), List.keysort([b: 1, a: 2], 0), List.myers_difference([1, 4, 2], [1, 2, 3])})
    show("edit", {List.insert_at([1, 2], 1, :x), List.replace_at([1, 2], -1, :y), List.pop_at([1, 2], 0), List.starts_with?([1, 2], [1])})
    show("tuple", {Tuple.append({1}, 2), Tuple.to_list({1, 2}), elem({:a, :b}, 1), put_elem({1, 2}, 0, :z), Tuple.sum({1, 2})})
  end
end
