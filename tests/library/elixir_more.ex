# Elixir: inspection and protocols, streams, tasks, registries, restarts, text, and what goes wrong.
defmodule ElixirMore do
  defmodule Point do
    defstruct [:x, y: 0]
  end

  defmodule Hidden do
    @derive {Inspect, only: [:name]}
    defstruct [:name, :secret]
  end

  defmodule Odd do
    defstruct [:n]
  end

  defimpl Inspect, for: Odd do
    import Inspect.Algebra
    def inspect(odd, opts), do: concat(["#Odd<", to_doc(odd.n, opts), ">"])
  end

  defimpl String.Chars, for: Point do
    def to_string(point), do: "(#{point.x}, #{point.y})"
  end

  defprotocol Area do
    @fallback_to_any true
    def area(shape)
  end

  defimpl Area, for: Point do
    def area(_), do: 0
  end

  defimpl Area, for: [Integer, Float] do
    def area(n), do: n * n
  end

  defimpl Area, for: Any do
    def area(_), do: :unknown
  end

  defmodule Mistake do
    defexception [:code, message: "a mistake"]
  end

  defmodule Slow do
    use GenServer
    def init(:stop), do: {:stop, :refused}
    def init(:ignore), do: :ignore
    def init(state), do: {:ok, state, 20}
    def handle_call(:slow, _from, state), do: {:noreply, state}
    def handle_call(:get, _from, state), do: {:reply, state, state}
    def handle_call(:bad, _from, _state), do: :nonsense
    def handle_cast({:stop, reason}, state), do: {:stop, reason, state}
    def handle_info(:timeout, state), do: {:noreply, [:timeout | List.wrap(state)]}
    def handle_info(_, state), do: {:noreply, state}
    def format_status(_reason, [_dictionary, state]), do: [data: [{~c"State", {:formatted, state}}]]
  end

  def start do
    inspection()
    protocols()
    streams()
    texts()
    access()
    exceptions()
    io()
    tasks()
    registries()
    restarts()
    servers()
    evaluation()
    :ok
  end

  defp show(term), do: IO.puts(inspect(term))

  defp try_it(fun) do
    fun.()
  rescue
    error -> {:raised, error.__struct__, Exception.message(error)}
  catch
    kind, reason -> {kind, reason}
  end

  defp inspection do
    nested = Enum.reduce(1..12, [], fn n, acc -> [n, acc] end)

    terms = [
      %Point{x: 1}, %Hidden{name: "n", secret: 1}, %Odd{n: [1, {2}]}, nested, {%Point{x: %Odd{n: nil}}, [a: 1, b: [c: %{}]]},
      ~r/a+/i, 1..3, 1..10//2, Date.range(~D[2024-01-01], ~D[2024-01-03]), ~T[01:02:03.5], ~N[2024-01-01 00:00:00],
      ~U[2024-01-01 00:00:00Z], MapSet.new([3, 1]), &Enum.map/2, Version.parse!("1.2.3-rc.1+b"), URI.parse("http://a/b"),
      Enum.to_list(?a..?z), Enum.to_list(1..120), String.duplicate("long ", 40), %{1 => %{2 => %{3 => 4}}}, {:a, nil, true, [false]},
      :"quoted atom", :+, :foo?, Foo.Bar, :"Elixir.foo", [{:"a b", 1}], [nil: 1], <<0, 255>>, <<1::5>>, "tab\tnul\0é", ~c"it's", {}, -0.0
    ]

    options = [
      [], [limit: 5], [width: 20], [pretty: true, width: 30], [printable_limit: 6], [base: :binary],
      [custom_options: [x: 1], limit: :infinity]
    ]

    for term <- terms, option <- options, do: IO.puts(inspect(term, option))
    IO.inspect([1, %Point{x: 2}], label: "l", width: 5)
    IO.inspect(:err, label: "to stderr") |> show()
    IO.puts(inspect([1, :a, nil, "s"], syntax_colors: [number: :red, atom: :blue]))
    import Inspect.Algebra
    doc = group(nest(concat(["if", line(), "x", break(), glue("y", ",", "z")]), 2))
    for width <- [2, 10, 80], do: IO.puts(Inspect.Algebra.format(doc, width))
    show(Inspect.Algebra.format(fold_doc(["a", "b", "c"], fn x, acc -> concat([x, "|", acc]) end), 10))
  end

  defp protocols do
    for value <- [%Point{x: 1}, 3, 1.5, "text", nil], do: show(Area.area(value))
    show("#{%Point{x: 1, y: 2}} #{:atom} #{1.5} #{~c"abc"} #{nil}")
    show(try_it(fn -> to_string({1}) end) |> elem(1))
    show(try_it(fn -> Enum.count(5) end) |> elem(1))
    show({Area.impl_for(1), Area.impl_for(%Point{}), Enumerable.impl_for([]), Enumerable.impl_for(1), Inspect.impl_for(%Odd{})})
    show(struct(Point, x: 5, z: 1))
    show(try_it(fn -> struct!(Point, z: 1) end))
    show(Map.from_struct(%Point{x: 1}) |> Enum.sort())
    show(Enum.into([a: 1], %{}) == %{a: 1})
    show(Collectable.impl_for(""))
  end

  defp streams do
    show(1..20 |> Stream.map(&(&1 * 2)) |> Stream.filter(&(rem(&1, 3) == 0)) |> Enum.take(3))
    show(Stream.unfold({0, 1}, fn {a, b} -> {a, {b, a + b}} end) |> Enum.take(10))
    show(Stream.iterate(1, &(&1 * 3)) |> Stream.take_while(&(&1 < 500)) |> Enum.to_list())
    show(Stream.resource(fn -> 3 end, fn 0 -> {:halt, 0}; n -> {[n, n], n - 1} end, fn n -> IO.puts("closed #{n}") end) |> Enum.to_list())
    show(Stream.resource(fn -> 3 end, fn n -> {[n], n - 1} end, fn n -> IO.puts("closed early #{n}") end) |> Enum.take(2))
    show(try_it(fn -> Stream.resource(fn -> 1 end, fn _ -> raise "inside" end, fn n -> IO.puts("closed after #{n}") end) |> Enum.to_list() end))
    show(Stream.chunk_every(1..10, 3, 2, [:pad]) |> Enum.to_list())
    show(Stream.chunk_by([1, 1, 2, 3, 3], & &1) |> Enum.to_list())
    show(Stream.chunk_while(1..7, [], fn x, acc -> if rem(x, 3) == 0, do: {:cont, Enum.reverse([x | acc]), []}, else: {:cont, [x | acc]} end, fn acc -> {:cont, acc, []} end) |> Enum.to_list())
    show(Stream.zip([1..3, [:a, :b, :c], Stream.cycle(["x"])]) |> Enum.to_list())
    show(Stream.zip_with(1..3, 4..6, &+/2) |> Enum.sum())
    show(Stream.transform(1..5, 0, fn x, acc -> if acc > 5, do: {:halt, acc}, else: {[x, acc], acc + x} end) |> Enum.to_list())
    show(Stream.flat_map(1..3, &List.duplicate(&1, &1)) |> Enum.to_list())
    show(Stream.concat([1..2, [3], Stream.repeatedly(fn -> 9 end)]) |> Enum.take(5))
    show(Stream.with_index(~w(a b), 5) |> Enum.to_list())
    show({Stream.dedup([1, 1, 2]) |> Enum.to_list(), Stream.uniq_by(1..6, &rem(&1, 3)) |> Enum.to_list(), Stream.scan(1..4, &+/2) |> Enum.to_list()})
    show({Stream.drop_every(1..7, 3) |> Enum.to_list(), Stream.take_every(1..7, 3) |> Enum.to_list(), Stream.intersperse(1..3, 0) |> Enum.to_list()})
    show(Stream.into(1..2, []) |> Stream.run())
    show(Stream.interval(1) |> Enum.take(3))
    show(Enum.zip_reduce([1, 2], [3, 4], 0, fn a, b, acc -> a * b + acc end))
    show(Stream.each(1..2, &IO.puts/1) |> Stream.run())
    {:ok, device} = StringIO.open("one\ntwo\nthree")
    show(IO.stream(device, :line) |> Enum.map(&String.trim/1))
  end

  defp texts do
    for text <- ["", "héllo wörld", "e\u0301x", "👨‍👩‍👧 family", "ÀÉ", "ß", "İI", "  pad ", "a-b_c d", "Straße\r\nx", "日本語"] do
      show({String.length(text), String.graphemes(text), String.codepoints(text), byte_size(text), String.reverse(text)})
      show({String.upcase(text), String.downcase(text), String.capitalize(text), String.downcase(text, :ascii), String.upcase(text, :turkic)})
      show(for form <- [:nfc, :nfd, :nfkc, :nfkd], do: String.normalize(text, form))
      show({String.trim(text), String.split(text), String.pad_leading(text, 8, "."), String.slice(text, 1..-2//1), String.at(text, -1), String.first(text)})
      show({String.next_grapheme(text), String.split_at(text, 2), String.valid?(text), String.printable?(text), String.to_charlist(text)})
    end

    show({String.jaro_distance("martha", "marhta"), String.myers_difference("abcd", "axcd"), String.bag_distance("a", "b")})
    show({String.replace("a.b.c", ".", "-", global: false), String.replace_prefix("aab", "a", "b"), String.contains?("abc", ["x", "c"])})
    show({String.to_integer("ff", 16), String.to_float("1.5"), try_it(fn -> String.to_integer("x") end) |> elem(1), Integer.parse("12ab"), Float.parse("1.5e3x")})
    show(String.splitter("1,2 3", [" ", ","]) |> Enum.to_list())
    show({String.equivalent?("é", "e\u0301"), String.starts_with?("abc", "ab"), "abc" <> <<0>>, String.chunk(<<255, ?a>>, :valid)})
    show(for <<c <- "abc">>, c > ?a, into: "", do: <<c>>)
    show({~w(a b)a, ~s(x#{1 + 1}), ~S(x#{1}), ~c(abc), ~D[2024-02-29], "a" |> String.duplicate(3)})
  end

  defp access do
    data = %{users: [%{name: "a", tags: [x: 1]}, %{name: "b", tags: [x: 2]}]}
    show(get_in(data, [:users, Access.all(), :name]))
    show(get_in(data, [:users, Access.at(1), :tags, :x]))
    show(update_in(data, [:users, Access.all(), :tags, :x], &(&1 + 10)) |> get_in([:users, Access.at(0), :tags]))
    show(put_in(data.users, []))
    show(pop_in(data, [:users, Access.at(0), :name]) |> elem(0))
    show(get_in(data, [:users, Access.filter(&(&1.name == "b")), :name]))
    show(get_in({1, [2]}, [Access.elem(1), Access.at(0)]))
    show(try_it(fn -> get_in([1], [:a]) end))
    show(Keyword.merge([a: 1, b: 2], [b: 3], fn _, x, y -> x + y end))
    show({Keyword.pop([a: 1, a: 2], :a), Keyword.get_values([a: 1, a: 2], :a), Keyword.validate([x: 1], [:x, y: 2]), Keyword.split([a: 1, b: 2], [:a])})
    show(try_it(fn -> Keyword.fetch!([a: 1], :b) end))
    show(try_it(fn -> Map.fetch!(%{a: 1}, :b) end) |> elem(1))
    show(try_it(fn -> %{a: 1}.b end) |> elem(1))
    show(try_it(fn -> Keyword.validate!([z: 1], [:a]) end) |> elem(1))
  end

  defp exceptions do
    for fun <- [
          fn -> raise "plain" end, fn -> raise Mistake end, fn -> raise Mistake, code: 5, message: "own" end, fn -> raise ArgumentError end,
          fn -> :erlang.error(:badarith) end, fn -> 1 / List.first([0]) end, fn -> throw(:ball) end, fn -> exit(:out) end,
          fn -> List.first(:a) end, fn -> {:ok, _} = List.first([:error]) end, fn -> case List.first([3]) do 4 -> 1 end end,
          fn -> apply(Nowhere, :fun, [1]) end, fn -> apply(String, :nothing, []) end, fn -> (fn x when x > 1 -> x end).(0) end,
          fn -> apply(fn x -> x end, [1, 2]) end, fn -> cond do List.first([nil]) -> 1 end end, fn -> with {:ok, x} <- List.first([:no]), do: x end,
          fn -> String.to_existing_atom("never seen before") end, fn -> Enum.fetch!([1], 5) end, fn -> hd(List.wrap(nil)) end,
          fn -> Date.new!(2023, 2, 30) end, fn -> :erlang.error({:badmap, 1}) end, fn -> <<List.first([:a])>> end,
          fn -> Integer.parse(:a) end, fn -> Enum.max([]) end
        ] do
      show(try_it(fun) |> then(fn {:raised, kind, text} -> {kind, hd(String.split(text, "\n"))}; other -> other end))
    end

    show(Exception.format_banner(:error, %Mistake{}))
    show(Exception.normalize(:error, :badarg).__struct__)
    show(Exception.format_exit({:noproc, {GenServer, :call, [:x, :y, 5000]}}))
    show(Exception.format_mfa(String, :length, 1))
    show(Exception.format_stacktrace_entry({String, :length, 1, [file: ~c"s.ex", line: 3]}))

    try do
      raise Mistake
    rescue
      error in [Mistake] -> show({error.code, hd(__STACKTRACE__) |> elem(0)})
    else
      _ -> :never
    after
      IO.puts("after")
    end

    show(try do List.first([1]) rescue _ -> 0 else 1 -> :else end)
  end

  defp io do
    {:ok, device} = StringIO.open("line 1\nline 2\nrest", capture_prompt: true)
    show({IO.read(device, :line), IO.gets(device, "> "), IO.getn(device, "? ", 2), IO.read(device, :line), IO.read(device, :line)})
    IO.write(device, ["out", ?!])
    show(StringIO.contents(device))
    show(StringIO.close(device))
    IO.puts(:stderr, "to the errors")
    IO.write("no newline")
    IO.puts("")
    IO.binwrite("bytes\n")
    path = "elixir_more.txt"
    show({File.write(path, "a\nb\n"), File.read(path), File.exists?(path), File.stream!(path) |> Enum.map(&String.trim/1), File.rm(path), File.read(path)})
    show(try_it(fn -> File.read!("none") end))
    show({Path.join("a", "../b"), Path.expand("/a/../b"), Path.basename("a/b.ex", ".ex"), Path.extname("x.tar.gz"), Path.split("/a/b")})
    show({System.get_env("NO_SUCH"), is_integer(System.system_time()), System.monotonic_time() <= System.monotonic_time(), is_binary(System.version())})
    show(IO.iodata_to_binary(["a", [98 | "c"]]))
    show(IO.ANSI.format([:red, "x"], false) |> IO.iodata_to_binary())
    show(IO.ANSI.format([:red, "x"], true) |> IO.iodata_to_binary())
  end

  defp tasks do
    Process.flag(:trap_exit, true)
    show(Task.async_stream([30, 1], fn n -> Process.sleep(n); n end, timeout: 15, on_timeout: :kill_task) |> Enum.to_list())
    show(Task.async_stream(1..4, & &1, ordered: false, max_concurrency: 1) |> Enum.map(fn {:ok, n} -> n end) |> Enum.sort())
    show(try_it(fn -> Task.await(Task.async(fn -> Process.sleep(:infinity) end), 5) end) |> elem(0))
    task = Task.async(fn -> exit(:bad) end)
    show(Task.yield(task))
    {:ok, supervisor} = Task.Supervisor.start_link()
    show(Task.Supervisor.async(supervisor, fn -> :done end) |> Task.await())
    show(Task.Supervisor.async_nolink(supervisor, fn -> exit(:oops) end) |> Task.yield())
    show(Task.Supervisor.async_stream(supervisor, 1..3, &(&1 * 2)) |> Enum.to_list())
    show(Task.Supervisor.children(supervisor))
    tasks = for n <- [1, 60], do: Task.async(fn -> Process.sleep(n); n end)
    show(Task.yield_many(tasks, 20) |> Enum.map(fn {task, result} -> result || Task.shutdown(task, :brutal_kill) end))
    show(Task.completed(5) |> Task.await())
    show(Task.start(fn -> :ok end) |> elem(0))
    flush()
    Process.flag(:trap_exit, false)
  end

  defp flush do
    receive do
      _ -> flush()
    after
      10 -> :ok
    end
  end

  defp registries do
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Many, partitions: 2)
    for n <- 1..3, do: Registry.register(Many, :k, n)
    show(Registry.lookup(Many, :k) |> Enum.map(&elem(&1, 1)) |> Enum.sort())
    show(Registry.match(Many, :k, :"$1", [{:>, :"$1", 1}]) |> Enum.map(&elem(&1, 1)) |> Enum.sort())
    show(Registry.count_match(Many, :k, 2))
    show(Registry.select(Many, [{{:"$1", :_, :"$2"}, [], [{{:"$1", :"$2"}}]}]) |> Enum.sort())
    show(Registry.unregister_match(Many, :k, 1))
    show({Registry.count(Many), Registry.keys(Many, self())})
    {:ok, _} = Registry.start_link(keys: :unique, name: One, listeners: [])
    parent = self()
    pid = spawn(fn -> Registry.register(One, :gone, 1); send(parent, :ready); receive do: (:stop -> :ok) end)
    receive do: (:ready -> :ok)
    show(Registry.lookup(One, :gone) == [{pid, 1}])
    monitor = Process.monitor(pid)
    send(pid, :stop)
    receive do: ({:DOWN, ^monitor, _, _, _} -> :ok)
    Process.sleep(20)
    show(Registry.lookup(One, :gone))
    show({Registry.put_meta(One, :m, 1), Registry.meta(One, :m), Registry.meta(One, :z), Registry.whereis_name({One, :x})})
    show(try_it(fn -> Registry.lookup(Nothing, 1) end) |> elem(0))
    {:ok, _} = GenServer.start_link(Slow, :state, name: {:via, Registry, {One, :server}})
    show(GenServer.call({:via, Registry, {One, :server}}, :get))
  end

  defp restarts do
    Process.flag(:trap_exit, true)
    child = fn id, restart -> %{id: id, start: {Agent, :start_link, [fn -> id end, [name: id]]}, restart: restart} end

    for strategy <- [:one_for_one, :one_for_all, :rest_for_one] do
      {:ok, supervisor} = Supervisor.start_link([child.(:p1, :permanent), child.(:p2, :transient), child.(:p3, :temporary)], strategy: strategy)
      before = for id <- [:p1, :p2, :p3], do: Process.whereis(id)
      Process.exit(Process.whereis(:p2), :kill)
      Process.sleep(30)
      show({strategy, for({id, old} <- Enum.zip([:p1, :p2, :p3], before), do: {id, Process.whereis(id) == old, Process.whereis(id) != nil})})
      Supervisor.stop(supervisor)
    end

    {:ok, supervisor} = Supervisor.start_link([child.(:p1, :permanent)], strategy: :one_for_one, max_restarts: 1, max_seconds: 5)
    for _ <- 1..2, do: (Process.exit(Process.whereis(:p1), :kill); Process.sleep(20))
    receive do: ({:EXIT, ^supervisor, reason} -> show(reason))
    {:ok, dynamic} = DynamicSupervisor.start_link(strategy: :one_for_one, max_children: 1)
    {:ok, one} = DynamicSupervisor.start_child(dynamic, child.(:d1, :temporary))
    show(DynamicSupervisor.start_child(dynamic, child.(:d2, :temporary)))
    show(DynamicSupervisor.which_children(dynamic) |> Enum.map(&elem(&1, 2)))
    Process.exit(one, :kill)
    Process.sleep(20)
    show(DynamicSupervisor.count_children(dynamic) |> Enum.sort())
    show(DynamicSupervisor.terminate_child(dynamic, one))
    {:ok, partitions} = PartitionSupervisor.start_link(child_spec: {Agent, fn -> :part end}, name: Parts, partitions: 3)
    show({PartitionSupervisor.partitions(Parts), Agent.get({:via, PartitionSupervisor, {Parts, 1}}, & &1)})
    Supervisor.stop(partitions)
    flush()
    Process.flag(:trap_exit, false)
  end

  defp servers do
    Process.flag(:trap_exit, true)
    show({GenServer.start(Slow, :stop), GenServer.start(Slow, :ignore)})
    {:ok, server} = GenServer.start(Slow, 1)
    Process.sleep(60)
    show(GenServer.call(server, :get))
    show(try_it(fn -> GenServer.call(server, :slow, 10) end) |> then(fn {kind, {reason, _}} -> {kind, reason} end))
    show(try_it(fn -> GenServer.call(:nobody_here, :x) end) |> then(fn {kind, {reason, _}} -> {kind, reason} end))
    show({GenServer.whereis(:nobody_here), GenServer.cast(:nobody_here, :x)})
    show(GenServer.multi_call([node()], :nobody_here, :x))
    monitor = Process.monitor(server)
    GenServer.cast(server, {:stop, :shutdown})
    receive do: ({:DOWN, ^monitor, _, _, reason} -> show(reason))
    {:ok, agent} = Agent.start(fn -> 1 end)
    show({Agent.get_and_update(agent, fn n -> {n, n + 1} end), Agent.cast(agent, &(&1 * 10)), Agent.get(agent, & &1), Agent.stop(agent)})
    show(Process.info(self(), :trap_exit))
    show({Process.get(:k), Process.put(:k, 1), Process.delete(:k), Process.alive?(self()), is_reference(Process.send_after(self(), :m, 0))})
    receive do: (m -> show(m))
    flush()
    Process.flag(:trap_exit, false)
  end

  defp evaluation do
    show(Code.eval_string("a + b * 2", a: 1, b: 2))
    show(Code.eval_string("for x <- 1..3, do: x * x"))
    show(Code.eval_string("x = 5; fn y -> x + y end") |> elem(0) |> apply([1]))
    show(Code.string_to_quoted("1 +") |> elem(0))
    show(Code.eval_quoted(quote do: Enum.sum([1, 2])) |> elem(0))
    show(Macro.to_string(Code.string_to_quoted!("if a, do: b |> c(1), else: %{x: [y: 2]}")))
    show(Code.format_string!("foo( 1,2 )") |> IO.iodata_to_binary())
    show(Macro.expand(quote(do: unless(true, do: 1)), __ENV__) |> is_tuple())
    show(Code.ensure_loaded(Enum))
    show(Code.ensure_loaded(Nowhere))
    show(function_exported?(Enum, :map, 2))
  end
end
