defmodule MyApp.Wifi do
  @moduledoc """
  Being in the network. The Wi-Fi's name and password are in a file of the pack, my_app/priv/wifi.config:

      [{ssid, "home"}, {psk, "secret"}].

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
      {:ok, text} -> credentials(text)
      {:error, _} -> []
    end
  end

  @doc "What the file says. (:file.consult/1 could read it, but with it all of Erlang's parser would go to the board.)"
  def credentials(text) do
    for key <- [:ssid, :psk], value <- value(key, text), do: {key, unquoted(value, "")}
  end

  # What follows the first quotation mark after `{ssid`: in a list, which is empty where there is no such key.
  defp value(key, text) do
    case :binary.split(text, "{" <> Atom.to_string(key)) do
      [_, rest] -> tl(:binary.split(rest, "\""))
      [_] -> []
    end
  end

  defp unquoted("\"" <> _, value), do: value
  defp unquoted("\\" <> <<char, rest::binary>>, value), do: unquoted(rest, <<value::binary, char>>)
  defp unquoted(<<char, rest::binary>>, value), do: unquoted(rest, <<value::binary, char>>)
end
