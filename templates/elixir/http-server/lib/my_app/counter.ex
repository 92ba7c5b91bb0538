defmodule MyApp.Counter do
  @moduledoc "A process that holds a number. Requests come from many processes at once, and it answers one after the other."
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, 0, name: __MODULE__)

  @doc "Counts one more, and tells how many there are."
  def next, do: GenServer.call(__MODULE__, :next)

  @impl true
  def init(count), do: {:ok, count}

  @impl true
  def handle_call(:next, _from, count), do: {:reply, count + 1, count + 1}
end
