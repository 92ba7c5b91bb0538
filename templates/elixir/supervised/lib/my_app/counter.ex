defmodule MyApp.Counter do
  @moduledoc "A process that holds a number, and answers one call after the other."
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, 0, name: __MODULE__)

  @doc "Counts one more, and tells how many there are."
  def next, do: GenServer.call(__MODULE__, :next)

  @doc "The counter ends before it answers, which the caller gets as an exit."
  def crash do
    GenServer.call(__MODULE__, :crash)
  catch
    :exit, _ -> :ok
  end

  @impl true
  def init(count), do: {:ok, count}

  @impl true
  def handle_call(:next, _from, count), do: {:reply, count + 1, count + 1}
  def handle_call(:crash, _from, count), do: {:stop, :on_purpose, count}
end
