defmodule MyApp do
  @moduledoc "A web page that counts its visits."

  @port 8080

  @doc "The program starts here: it goes into the network, and starts the supervisor."
  def start do
    case MyApp.Wifi.connect() do
      {:ok, address} -> :io.format("http://~s:~w/~n", [:inet.ntoa(address), @port])
      {:error, reason} -> :io.format("no network: ~p~n", [reason])
    end

    {:ok, _} = MyApp.Supervisor.start_link(@port)
    # The supervisor is linked to this process, so this one must not come to its end.
    :timer.sleep(:infinity)
  end
end
