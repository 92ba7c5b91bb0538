# Elixir's modules on data: many calls, each shown with what it gives.
defmodule ElixirData do
  def start do
    {:ok, _} = Application.ensure_all_started(:elixir)
    enums()
    strings()
    maps()
    streams()
    numbers()
    texts()
    times()
    regexes()
    :ok
  end

  defp show(term), do: IO.puts(inspect(term, limit: :infinity, printable_limit: :infinity))

  # Calls functions of a module with lists of arguments.
  defp calls(module, calls) do
    for {function, arguments} <- calls do
      result =
        try do
          apply(module, function, arguments)
        rescue
          error -> {:raised, error.__struct__, Exception.message(error)}
        catch
          kind, reason -> {kind, reason}
        end

      show({function, result})
    end
  end

  defp enums do
    lists = [[], [3, 1, 2], 1..5, 5..1, %{1 => :a, 2 => :b}, MapSet.new([1, 2]), ~c"abc"]

    for list <- lists do
      calls(Enum, [
        {:count, [list]},
        {:to_list, [list]},
        {:reverse, [list]},
        {:sort, [list]},
        {:sort, [list, :desc]},
        {:max, [list]},
        {:min_max, [list]},
        {:at, [list, 1]},
        {:at, [list, -1]},
        {:fetch!, [list, 4]},
        {:chunk_every, [list, 2]},
        {:chunk_every, [list, 2, 1, [:x]]},
        {:take, [list, 2]},
        {:take, [list, -2]},
        {:drop, [list, 1]},
        {:split, [list, 1]},
        {:slice, [list, 1, 2]},
        {:slice, [list, -2..-1]},
        {:with_index, [list, 1]},
        {:zip, [list, [:x, :y]]},
        {:uniq, [list]},
        {:dedup, [list]},
        {:frequencies, [list]},
        {:intersperse, [list, :s]},
        {:map, [list, &{&1}]},
        {:filter, [list, &is_integer/1]},
        {:reject, [list, &is_integer/1]},
        {:flat_map, [list, &[&1, &1]]},
        {:reduce, [list, [], &[&1 | &2]]},
        {:map_reduce, [list, 0, &{&1, &2 + 1}]},
        {:scan, [list, &{&1, &2}]},
        {:group_by, [list, &is_integer/1]},
        {:split_with, [list, &is_integer/1]},
        {:all?, [list, &is_integer/1]},
        {:any?, [list, &is_integer/1]},
        {:find, [list, :none, &(&1 == 2)]},
        {:find_index, [list, &(&1 == 2)]},
        {:member?, [list, 2]},
        {:empty?, [list]},
        {:join, [list, "-"]},
        {:sum, [list]},
        {:product, [list]},
        {:into, [list, []]},
        {:chunk_by, [list, &(&1 == 2)]},
        {:take_every, [list, 2]},
        {:drop_while, [list, &(&1 == 3)]},
        {:sort_by, [list, &inspect/1, :desc]},
        {:max_by, [list, &inspect/1]},
        {:zip_with, [list, list, &{&1, &2}]},
        {:slide, [list, 0, 1]}
      ])
    end

    Enum.each([exsss: {1, 2, 3}], fn {algorithm, seed} ->
      :rand.seed(algorithm, seed)
      show({Enum.shuffle(1..10), Enum.random(1..100), Enum.take_random(1..20, 4)})
    end)
  end

  defp strings do
    texts = ["", "abc", "Héllo Wörld", " a  b ", "ß İ ǆ", "e\u0301x", "👨‍👩‍👧 a", "a,b;c", "x\r\ny", <<255, 97>>]

    for text <- texts do
      calls(String, [
        {:length, [text]},
        {:reverse, [text]},
        {:upcase, [text]},
        {:downcase, [text]},
        {:capitalize, [text]},
        {:upcase, [text, :ascii]},
        {:graphemes, [text]},
        {:codepoints, [text]},
        {:split, [text]},
        {:split, [text, ","]},
        {:split, [text, [",", ";"], [parts: 2]]},
        {:split, [text, "", [trim: true]]},
        {:split_at, [text, 2]},
        {:trim, [text]},
        {:trim_leading, [text]},
        {:pad_leading, [text, 8]},
        {:pad_trailing, [text, 8, "."]},
        {:replace, [text, "a", "<>"]},
        {:replace, [text, "b", &"[#{&1}]", [global: false]]},
        {:at, [text, 1]},
        {:at, [text, -1]},
        {:slice, [text, 1, 2]},
        {:slice, [text, 1..-2//1]},
        {:contains?, [text, "b"]},
        {:starts_with?, [text, ["a", "H"]]},
        {:ends_with?, [text, "c"]},
        {:first, [text]},
        {:last, [text]},
        {:valid?, [text]},
        {:printable?, [text]},
        {:to_charlist, [text]},
        {:to_integer, [text]},
        {:duplicate, [text, 3]},
        {:normalize, [text, :nfd]},
        {:normalize, [text, :nfkc]},
        {:equivalent?, [text, "éx"]},
        {:jaro_distance, [text, "abd"]},
        {:myers_difference, [text, "abd"]},
        {:next_grapheme, [text]},
        {:chunk, [text, :printable]},
        {:bag_distance, [text, "cab"]}
      ])
    end

    show(for n <- ["12", "-7", "0x", "1_0", ""], do: {n, Integer.parse(n)})
    show(for n <- ["1.5", "-2e3", "1.", "x", "1.5e3rest"], do: {n, Float.parse(n)})
  end

  defp maps do
    map = %{a: 1, b: 2, c: 3}

    calls(Map, [
      {:get, [map, :a]},
      {:get, [map, :z, 0]},
      {:fetch, [map, :z]},
      {:fetch!, [map, :z]},
      {:put_new, [map, :a, 9]},
      {:put_new, [map, :z, 9]},
      {:update, [map, :a, 0, &(&1 * 10)]},
      {:update!, [map, :z, & &1]},
      {:pop, [map, :a]},
      {:take, [map, [:a, :z]]},
      {:drop, [map, [:a]]},
      {:split, [map, [:a]]},
      {:merge, [map, %{a: 5, d: 6}]},
      {:merge, [map, %{a: 5}, fn _, x, y -> {x, y} end]},
      {:to_list, [%{1 => :a, 2 => :b}]},
      {:keys, [%{2 => 1, 1 => 2}]},
      {:values, [%{2 => 1, 1 => 2}]},
      {:new, [[x: 1], &{&1, 1}]},
      {:get_and_update, [map, :a, &{&1, 7}]},
      {:filter, [map, fn {_, v} -> v > 1 end]},
      {:equal?, [map, map]},
      {:from_struct, [1..2]}
    ])

    words = [a: 1, b: 2, a: 3]

    calls(Keyword, [
      {:get, [words, :a]},
      {:get_values, [words, :a]},
      {:delete, [words, :a]},
      {:put, [words, :b, 5]},
      {:merge, [words, [b: 7]]},
      {:keys, [words]},
      {:pop, [words, :a]},
      {:validate, [words, [:a]]},
      {:split, [words, [:a]]},
      {:keyword?, [words]},
      {:fetch!, [words, :z]}
    ])

    set = MapSet.new([1, 2, 3])

    calls(MapSet, [
      {:union, [set, MapSet.new([9])]},
      {:intersection, [set, MapSet.new([1, 9])]},
      {:difference, [set, MapSet.new([1])]},
      {:subset?, [MapSet.new([1]), set]},
      {:disjoint?, [set, MapSet.new([5])]},
      {:put, [set, 4]},
      {:delete, [set, 1]},
      {:member?, [set, 1]}
    ])

    nested = %{a: [%{b: 1}, %{b: 2}], c: %{d: %{e: 1}}}
    show(get_in(nested, [:a, Access.all(), :b]))
    show(put_in(nested.c.d.e, 5))
    show(update_in(nested, [:a, Access.at(1), :b], &(&1 + 1)))
    show(pop_in(nested, [:c, :d]))
    show(List.flatten([1, [2, [3]]]) ++ List.duplicate(:x, 2))
    show(List.zip([[1, 2], [:a, :b]]))
    show({List.keyfind([{:a, 1}], :a, 0), List.pop_at([1, 2], 0), List.insert_at([1, 2], 1, 9), List.to_tuple([1])})
    show({Tuple.append({1}, 2), Tuple.to_list({1, 2}), elem({1, 2}, 1), put_elem({1, 2}, 0, :x)})
  end

  defp streams do
    show(1..20 |> Stream.map(&(&1 * 2)) |> Stream.filter(&(rem(&1, 3) == 0)) |> Enum.to_list())
    show(Stream.iterate(1, &(&1 * 2)) |> Enum.take(10))
    show(Stream.unfold({0, 1}, fn {a, b} -> {a, {b, a + b}} end) |> Enum.take(15))
    show(Stream.cycle([1, 2]) |> Stream.zip(~c"abcd") |> Enum.to_list())
    show(Stream.chunk_every(1..7, 3) |> Stream.with_index() |> Enum.to_list())
    show(Stream.transform(1..10, 0, fn x, acc -> if acc > 10, do: {:halt, acc}, else: {[x, acc], acc + x} end) |> Enum.to_list())
    show(Stream.resource(fn -> 3 end, fn 0 -> {:halt, 0}; n -> {[n], n - 1} end, fn _ -> :ok end) |> Enum.to_list())
    show(Stream.dedup([1, 1, 2]) |> Stream.concat([3]) |> Stream.take_while(&(&1 < 3)) |> Enum.to_list())
    show(Stream.flat_map(1..3, &List.duplicate(&1, &1)) |> Stream.uniq() |> Enum.into(MapSet.new()))
    show(Enum.zip_reduce([1..3, 4..6], 0, fn [a, b], acc -> a * b + acc end))
    show(for <<c <- "abc">>, c > 97, into: "", do: <<c + 1>>)
    show(for x <- 1..3, y <- [x], reduce: %{}, do: (acc -> Map.put(acc, x, y)))
  end

  defp numbers do
    calls(Integer, [
      {:digits, [12345]},
      {:undigits, [[1, 2, 3], 16]},
      {:gcd, [12, 18]},
      {:extended_gcd, [240, 46]},
      {:pow, [3, 100]},
      {:floor_div, [-7, 2]},
      {:mod, [-7, 2]},
      {:to_string, [255, 16]},
      {:parse, ["zz", 36]},
      {:pow, [2, -1]},
      {:is_odd, [3]}
    ])

    calls(Float, [
      {:round, [1.005, 2]},
      {:ceil, [1.21, 1]},
      {:floor, [-1.29, 1]},
      {:ratio, [0.75]},
      {:to_string, [1.0e-10]},
      {:parse, ["3.14abc"]},
      {:round, [5.5]},
      {:pow, [2.0, 0.5]}
    ])

    show({1..10//3, Range.size(1..10//3), Enum.to_list(10..1//-4), 5 in 1..10, Range.disjoint?(1..2, 3..4)})
    show({Bitwise.band(12, 10), Bitwise.bsl(1, 70), rem(-7, 3), div(-7, 3), 7 / 2, trunc(2.9), round(-2.5)})
    show({Base.encode16("abc"), Base.decode64!("YWJj"), Base.encode32("hello"), Base.url_encode64(<<255, 254>>), Base.decode16("zz")})
    show({Version.compare("1.2.3", "1.10.0"), Version.match?("1.5.0", "~> 1.2"), Version.parse("x")})
    show(URI.parse("http://user@host:8080/a/b?c=d#e"))
    show({URI.encode("a b/ü"), URI.decode("%41+"), URI.encode_query(%{"a" => "b c"}), URI.decode_query("x=1&y=%20")})
    show(URI.merge("http://a/b/c", "../d") |> to_string())
  end

  defp texts do
    terms = [
      nil, :a, :"a b", "str\n\t\"q\"", ~c"chars", [1, 2 | 3], {1, {2}}, %{"k" => 2, a: 1}, [a: 1], 1.0, 1.0e30, <<1, 2>>, <<3::3>>, 1..2,
      &String.length/1, %{__struct__: Foo, x: 1}, Enum.to_list(1..60), String, MapSet.new([1]), "\u{1F600}\x00", [97, 1024], :"Élan", [?a, 300]
    ]

    for term <- terms, options <- [[], [width: 20, pretty: true], [limit: 3], [base: :hex], [binaries: :as_binaries], [charlists: :as_lists]] do
      IO.puts(inspect(term, options))
    end

    IO.puts(Inspect.Algebra.format(Inspect.Algebra.container_doc("[", Enum.to_list(1..30), "]", %Inspect.Opts{}, fn x, _ -> "#{x}" end), 40))
    IO.puts(["io", ?d, [" ", "data"]])
    IO.inspect({:inspected, [1]}, label: "label")
    show(Code.string_to_quoted("foo(1, x: [y | z]) |> bar"))
    IO.puts(Macro.to_string(quote do: fn x when x > 1 -> if(x, do: {x, y}, else: %{a | b: 1}) end))
    show({Macro.underscore("FooBar.BazQux"), Macro.camelize("foo_bar"), Module.concat(Foo, Bar), Module.split(Foo.Bar)})
    show({Atom.to_string(:a), String.to_atom("zz"), to_string([97, "b"]), to_charlist("é"), inspect(~D[2024-02-29])})
  end

  defp times do
    date = ~D[2024-02-29]

    show({Date.add(date, 366), Date.diff(date, ~D[2000-01-01]), Date.day_of_week(date), Date.leap_year?(date), Date.to_string(date)})
    show({Date.from_iso8601("2023-02-29"), Date.from_iso8601!("2023-02-28"), Date.range(date, ~D[2024-03-02]) |> Enum.to_list()})
    show({Date.beginning_of_month(date), Date.end_of_week(date), Date.quarter_of_year(date), Date.day_of_year(date), Date.compare(date, ~D[2024-03-01])})
    show({Time.add(~T[23:59:59.5], 2), Time.diff(~T[01:00:00], ~T[00:00:01]), Time.from_iso8601("25:00:00"), Time.truncate(~T[01:02:03.456], :second)})
    moment = ~U[2024-02-29 12:30:45.123456Z]
    show({DateTime.add(moment, 86_400), DateTime.to_unix(moment, :millisecond), DateTime.from_unix!(0), DateTime.to_iso8601(moment), DateTime.truncate(moment, :second)})
    show(DateTime.from_iso8601("2024-02-29T12:30:00+01:30"))
    show({NaiveDateTime.add(~N[2024-01-01 00:00:00], -1), NaiveDateTime.diff(~N[2024-01-02 00:00:00], ~N[2024-01-01 00:00:00]), NaiveDateTime.to_erl(~N[2024-01-01 01:02:03])})
    show(Calendar.strftime(moment, "%Y-%m-%d %H:%M:%S.%f %A %B %j %p %I %a %b %%"))
  end

  defp regexes do
    calls(Regex, [
      {:run, [~r/(\d+)-(\d+)/, "a 12-34 b"]},
      {:run, [~r/(?<y>\d+)-(?<m>\d+)/, "12-34", [capture: :all_names]]},
      {:named_captures, [~r/(?<y>\d+)-(?<m>\d+)/, "x 12-34"]},
      {:names, [~r/(?<b>a)(?<a>b)/]},
      {:scan, [~r/[a-z]+/, "ab 12 cd"]},
      {:scan, [~r/(.)(\d)/u, "é1 b2", [return: :index]]},
      {:split, [~r/\s*,\s*/, "a , b,c"]},
      {:split, [~r/(x)/, "axbxc", [include_captures: true]]},
      {:split, [~r//, "abc", [trim: true]]},
      {:replace, [~r/(\w)(\w)/, "abcd", "\\2\\1"]},
      {:replace, [~r/\d/, "a1b2", fn digit -> "<#{digit}>" end]},
      {:replace, [~r/a/, "aaa", "b", [global: false]]},
      {:match?, [~r/^é$/iu, "É"]},
      {:match?, [~r/a.b/s, "a\nb"]},
      {:match?, [~r/^b$/m, "a\nb"]},
      {:match?, [~r/a b # comment/x, "ab"]},
      {:escape, ["a.b*c[d]"]},
      {:source, [~r/a\/b/]},
      {:opts, [~r/a/iu]},
      {:run, [~r/\p{Lu}\w*/u, "x Élan y"]},
      {:run, [~r/(?<=a)b+?/, "abbb"]}
    ])

    show({elem(Regex.compile("("), 0), elem(Regex.compile("*"), 0), elem(Regex.compile("a"), 0)})
    show("foo bar" =~ ~r/o b/)
    show(String.replace("a1b22", ~r/\d+/, "#"))
    show(String.split("a1b22c", ~r/\d+/))
    show(inspect(~r/a\/b/iu))
  end
end
