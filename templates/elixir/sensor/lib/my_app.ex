defmodule MyApp do
  @moduledoc """
  A sensor that runs for months from a battery: it measures, tells a web server, and sleeps. A board that wakes up from deep
  sleep starts anew, so there is no loop here.
  """

  # A thermometer LM75 or TMP102 on an I2C bus: its address, and the register with the temperature.
  @scl 9
  @sda 8
  @thermometer 0x48
  @temperature 0
  # Where the temperature goes: the address of your own server. (On a board, 127.0.0.1 is the board itself.)
  @url "http://127.0.0.1:8080/temperature"
  # Milliseconds.
  @sleep 60_000

  def start do
    case open() do
      {:ok, bus} ->
        measure(bus)
        :esp.deep_sleep(@sleep)

      :error ->
        :erlang.display("There is no I2C bus here: emberl run --board mock has some.")
        :ok
    end
  end

  defp open do
    {:ok, :i2c.open(scl: @scl, sda: @sda, clock_speed_hz: 100_000)}
  catch
    :error, :badarg -> :error
  end

  defp measure(bus) do
    case :i2c.read_bytes(bus, @thermometer, @temperature, 2) do
      {:ok, bytes} -> report(celsius(bytes))
      {:error, reason} -> :erlang.display({:no_thermometer, reason})
    end
  end

  @doc "The first 12 bits are sixteenths of a degree; bit syntax takes them, with their sign."
  def celsius(<<sixteenths::signed-12, _::4>>), do: sixteenths / 16

  # Nothing here may keep the board awake: what goes wrong is told, and the next measurement comes after the sleep.
  # :erlang.display/1 prints any term; IO.puts/1 could say it nicer, and would add much of Elixir and OTP to the pack.
  defp report(celsius) do
    text = :erlang.float_to_binary(celsius, decimals: 1)
    :erlang.display({:celsius, text})

    case MyApp.Wifi.connect() do
      {:ok, _} -> tell(:http_client.post(@url, [{"content-type", "text/plain"}], text, %{timeout: 10_000}))
      {:error, reason} -> :erlang.display({:no_network, reason})
    end
  end

  defp tell({:ok, %{status: status}}), do: :erlang.display({:answer, status})
  defp tell({:error, reason}), do: :erlang.display({:no_answer, reason})
end
