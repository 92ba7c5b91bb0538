defmodule MyApp.Supervisor do
  @moduledoc "Starts the counter, and starts it again when it ends."
  use Supervisor

  def start_link(_), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_) do
    # More than 5 crashes in 10 seconds, and the supervisor itself gives up.
    Supervisor.init([MyApp.Counter], strategy: :one_for_one, max_restarts: 5, max_seconds: 10)
  end
end
