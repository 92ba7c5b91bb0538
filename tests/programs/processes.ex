# GenServer, Agent, Task, Registry-free naming, Supervisor, raw processes; no pid and no time is printed.
# modules: GenServer Agent Task Supervisor Process DynamicSupervisor
defmodule Processes.Stack do
  use GenServer

  def start_link({name, items}), do: GenServer.start_link(__MODULE__, items, name: name)
  def push(server, item), do: GenServer.cast(server, {:push, item})
  def pop(server), do: GenServer.call(server, :pop)

  @impl true
  def init(items), do: {:ok, items, {:continue, :announce}}

  @impl true
  def handle_continue(:announce, items) do
    IO.puts("stack with #{length(items)}")
    {:noreply, items}
  end

  @impl true
  def handle_call(:pop, _from, [head | tail]), do: {:reply, {:ok, head}, tail}
  def handle_call(:pop, _from, []), do: {:reply, :empty, []}
  def handle_call({:later, value}, from, items) do
    send(self(), {:reply, from, value})
    {:noreply, items}
  end

  @impl true
  def handle_cast({:push, item}, items), do: {:noreply, [item | items]}
  def handle_cast(:stop, items), do: {:stop, :shutdown, items}

  @impl true
  def handle_info({:reply, from, value}, items) do
    GenServer.reply(from, {:late, value})
    {:noreply, items}
  end

  @impl true
  def terminate(reason, items), do: IO.puts("stack ends: #{inspect(reason)} #{inspect(items)}")
end

defmodule Processes do
  alias Processes.Stack

  def start do
    Process.flag(:trap_exit, true)
    servers()
    agents()
    tasks()
    supervised()
    raw()
    :ok
  end

  defp show(name, value), do: IO.puts("#{name}: #{inspect(value)}")

  defp servers do
    {:ok, pid} = Stack.start_link({:stack, [1, 2]})
    Stack.push(pid, :a)
    Stack.push(:stack, "b")
    show("pops", for(_ <- 1..5, do: Stack.pop(:stack)))
    show("later", GenServer.call(pid, {:later, 5}))
    show("already", match?({:error, {:already_started, ^pid}}, Stack.start_link({:stack, []})))
    :ok = GenServer.stop(pid)
    receive do: ({:EXIT, ^pid, reason} -> show("exit", reason))

    try do
      GenServer.call(:stack, :pop)
    catch
      :exit, {reason, {m, f, _}} -> show("gone", {reason, m, f})
    end
  end

  defp agents do
    {:ok, agent} = Agent.start_link(fn -> %{} end)
    for word <- ~w(to be or not to be), do: Agent.update(agent, &Map.update(&1, word, 1, fn n -> n + 1 end))
    show("agent", Agent.get(agent, &Enum.sort/1))
    show("and", Agent.get_and_update(agent, &Map.pop(&1, "to")))
    show("apply", Agent.get(agent, Map, :fetch, ["be"]))
    Agent.stop(agent)
    receive do: ({:EXIT, ^agent, reason} -> show("agent exit", reason))
  end

  defp tasks do
    show("await", Task.async(fn -> Enum.sum(1..1000) end) |> Task.await())
    many = for n <- 1..5, do: Task.async(fn -> n * n end)
    show("many", Task.await_many(many))
    show("stream", Task.async_stream(1..6, &(&1 * 3), max_concurrency: 2) |> Enum.map(fn {:ok, v} -> v end))
    slow = Task.async(fn -> Process.sleep(:infinity) end)
    show("yield", Task.yield(slow, 10))
    show("shutdown", Task.shutdown(slow, :brutal_kill))
    show("completed", Task.completed(7) |> Task.await())
    flush()
  end

  defp supervised do
    children = [
      Supervisor.child_spec({Stack, {:first, [1]}}, id: :first),
      Supervisor.child_spec({Agent, fn -> 42 end}, id: :agent),
      {DynamicSupervisor, name: :dynamic, strategy: :one_for_one}
    ]

    {:ok, sup} = Supervisor.start_link(children, strategy: :rest_for_one)
    show("children", Supervisor.which_children(sup) |> Enum.map(&elem(&1, 0)) |> Enum.sort())
    show("count", Supervisor.count_children(sup))
    old = Process.whereis(:first)
    ref = Process.monitor(old)
    GenServer.cast(:first, :stop)
    receive do: ({:DOWN, ^ref, _, _, reason} -> show("down", reason))
    Supervisor.which_children(sup)
    show("restarted", {Process.whereis(:first) != old, Stack.pop(:first)})
    {:ok, _} = DynamicSupervisor.start_child(:dynamic, {Stack, {:second, [:x, :y]}})
    show("dynamic", {Stack.pop(:second), DynamicSupervisor.count_children(:dynamic).active})
    :ok = Supervisor.stop(sup)
    show("stopped", Process.whereis(:second))
    flush()
  end

  defp raw do
    parent = self()
    Process.put(:key, 1)
    pids = for n <- 1..3, do: spawn_link(fn -> receive do: (x -> send(parent, {n, x * n, Process.get(:key)})) end)
    for pid <- pids, do: send(pid, 10)
    show("raw", for(n <- 1..3, do: (receive do {^n, v, k} -> {v, k} end)))
    {pid, ref} = spawn_monitor(fn -> exit({:oops, 1}) end)
    receive do: ({:DOWN, ^ref, :process, ^pid, reason} -> show("down", reason))
    Process.send_after(self(), :tick, 5)
    receive do
      :tick -> show("tick", :received)
    after
      5000 -> show("tick", :lost)
    end
    show("catch", try do throw({:ball, 3}) catch {:ball, n} -> n end)
    flush()
  end

  defp flush do
    receive do
      _ -> flush()
    after
      0 -> :ok
    end
  end
end
