defmodule MyApp.Wifi do
  @moduledoc """
  Being in the network. The Wi-Fi's name and password are in a file of the pack, my_app/priv/wifi.config, which `emberl build`
  makes of the settings in [wifi]: the list `[ssid: name, psk: password]`, as `:erlang.term_to_binary/1` has it.

  Boards with a cable, and this machine, need no such file.
  """

  @file_name "my_app/priv/wifi.config"

  @doc "Waits for an address, half a minute at most; the board goes on trying after that."
  def connect do
    case :network.wait_for_sta(read(), 30_000) do
      {:ok, {address, _netmask, _gateway}} -> {:ok, address}
      {:error, reason} -> {:error, reason}
    end
  end

  defp read do
    case :prim_file.read_file(@file_name) do
      {:ok, bytes} -> :erlang.binary_to_term(bytes)
      {:error, _} -> []
    end
  end
end
