# Elixir's processes: GenServer, Supervisor, Agent, Task, Registry, DynamicSupervisor.
defmodule ElixirProcesses do
  defmodule Counter do
    use GenServer

    def start_link(options), do: GenServer.start_link(__MODULE__, Keyword.get(options, :from, 0), Keyword.take(options, [:name]))

    @impl true
    def init(from), do: {:ok, from, {:continue, :ready}}

    @impl true
    def handle_continue(:ready, state), do: {:noreply, state + 1}

    @impl true
    def handle_call(:value, _from, state), do: {:reply, state, state}
    def handle_call({:add, n}, _from, state), do: {:reply, :ok, state + n}
    def handle_call(:later, from, state) do
      GenServer.reply(from, :replied)
      {:noreply, state}
    end
    def handle_call(:stop, _from, state), do: {:stop, :normal, :stopping, state}

    @impl true
    def handle_cast({:set, n}, _state), do: {:noreply, n}

    @impl true
    def handle_info(:tick, state), do: {:noreply, state * 2}

    @impl true
    def terminate(_reason, state), do: IO.puts("terminated at #{state}")
  end

  def start do
    {:ok, _} = Application.ensure_all_started(:elixir)
    servers()
    agents()
    tasks()
    supervisors()
    registries()
    :ok
  end

  defp show(term), do: IO.puts(inspect(term))

  defp servers do
    {:ok, server} = Counter.start_link(from: 5)
    show(GenServer.call(server, :value))
    show(GenServer.call(server, {:add, 4}))
    GenServer.cast(server, {:set, 100})
    send(server, :tick)
    show(GenServer.call(server, :value))
    show(GenServer.call(server, :later))
    show(catch_exit(fn -> GenServer.call(:nobody, :value) end))
    show(:sys.get_state(server))
    show(GenServer.call(server, :stop))
    Process.sleep(10)
    show(Process.alive?(server))
  end

  defp catch_exit(fun) do
    fun.()
  catch
    :exit, {reason, _} -> {:exit, reason}
  end

  defp agents do
    {:ok, agent} = Agent.start_link(fn -> %{} end)
    :ok = Agent.update(agent, &Map.put(&1, :a, 1))
    show(Agent.get_and_update(agent, &{&1.a, Map.put(&1, :b, 2)}))
    show(Agent.get(agent, & &1))
    show(Agent.stop(agent))
  end

  defp tasks do
    show(Task.await(Task.async(fn -> 1 + 1 end)))
    show(Enum.map(Enum.map(1..5, &Task.async(fn -> &1 * &1 end)), &Task.await/1))
    show(Task.async_stream(1..6, &(&1 * 10), max_concurrency: 2, ordered: true) |> Enum.to_list())
    task = Task.async(fn -> Process.sleep(:infinity) end)
    show(Task.yield(task, 10))
    show(Task.shutdown(task, :brutal_kill))
    show(Task.yield_many([Task.async(fn -> :quick end)], 1000) |> Enum.map(&elem(&1, 1)))
  end

  defp supervisors do
    {:ok, supervisor} =
      Supervisor.start_link([{Counter, [name: :first]}, Supervisor.child_spec({Counter, [name: :second, from: 7]}, id: :other)],
        strategy: :one_for_one
      )

    show(Supervisor.count_children(supervisor))
    show({GenServer.call(:first, :value), GenServer.call(:second, :value)})
    before = Process.whereis(:second)
    reference = Process.monitor(before)
    Process.exit(before, :kill)
    receive do: ({:DOWN, ^reference, _, _, reason} -> show(reason))
    restarted(:second, before)
    show(GenServer.call(:second, :value))
    show(for {id, _, kind, modules} <- Supervisor.which_children(supervisor), do: {id, kind, modules})
    show(Supervisor.terminate_child(supervisor, :other))
    show(Supervisor.delete_child(supervisor, :other))
    show(Supervisor.stop(supervisor))
    {:ok, dynamic} = DynamicSupervisor.start_link(strategy: :one_for_one)
    {:ok, child} = DynamicSupervisor.start_child(dynamic, {Agent, fn -> :state end})
    show(Agent.get(child, & &1))
    show(DynamicSupervisor.count_children(dynamic))
    show(DynamicSupervisor.terminate_child(dynamic, child))
    show(DynamicSupervisor.stop(dynamic))
  end

  # Waits until the name is another process's.
  defp restarted(name, before) do
    case Process.whereis(name) do
      pid when pid in [nil, before] ->
        Process.sleep(5)
        restarted(name, before)

      _ ->
        :ok
    end
  end

  defp registries do
    {:ok, _} = Registry.start_link(keys: :unique, name: Names)
    {:ok, _} = Agent.start_link(fn -> 1 end, name: {:via, Registry, {Names, "one", :value}})
    show(Agent.get({:via, Registry, {Names, "one"}}, & &1))
    show(Registry.lookup(Names, "one") |> Enum.map(&elem(&1, 1)))
    show({Registry.count(Names), Registry.lookup(Names, "two")})
    show(Registry.register(Names, "mine", 1) |> elem(0))
    show(Registry.register(Names, "one", 1) |> elem(0))
    show(Registry.update_value(Names, "mine", &(&1 + 1)))
    show(Registry.keys(Names, self()))
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Topics)
    {:ok, _} = Registry.register(Topics, "t", :a)
    Registry.dispatch(Topics, "t", fn entries -> for {pid, value} <- entries, do: send(pid, {:topic, value}) end)
    receive do: (message -> show(message))
    show(Registry.unregister(Topics, "t"))
  end
end
