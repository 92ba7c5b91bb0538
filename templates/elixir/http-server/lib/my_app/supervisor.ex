defmodule MyApp.Supervisor do
  @moduledoc "Starts the counter and the web server, and starts again which of them ends."
  use Supervisor

  def start_link(port), do: Supervisor.start_link(__MODULE__, port, name: __MODULE__)

  @impl true
  def init(port) do
    web = %{id: :web, start: {:http_server, :start_link, [%{port: port, handler: MyApp.Web}]}}
    # One for one: the others go on when one crashes. More than 5 crashes in 10 seconds, and the supervisor gives up.
    Supervisor.init([MyApp.Counter, web], strategy: :one_for_one, max_restarts: 5, max_seconds: 10)
  end
end
