defmodule MyApp do
  @moduledoc "A lamp that blinks, until a button is pressed."

  # The pins: the lamp is at 2 on many boards (the Raspberry Pi Pico: 25), the button that starts an ESP32-C3 at 9.
  @lamp 2
  @button 9
  # Milliseconds.
  @pause 500

  def start do
    case :gpio.set_pin_mode(@lamp, :output) do
      :ok ->
        watch_button()
        blink(:high)

      :error ->
        # Prints any term. IO.puts/1 could say it nicer, and would add much of Elixir and OTP to the pack.
        :erlang.display("There is no pin for the lamp here: emberl run --board mock has some.")
        :ok
    end
  end

  # The button connects its pin to ground; the resistor inside of the board pulls it up otherwise. This process gets a
  # message when it is pressed.
  defp watch_button do
    :ok = :gpio.set_pin_mode(@button, :input)
    :ok = :gpio.set_pin_pull(@button, :up)
    :ok = :gpio.set_int(:gpio.start(), @button, :falling)
  end

  # A loop is a function that calls itself last: it can run for years.
  defp blink(level) do
    :ok = :gpio.digital_write(@lamp, level)

    receive do
      {:gpio_interrupt, @button} -> :gpio.digital_write(@lamp, :low)
    after
      @pause -> blink(other(level))
    end
  end

  @doc "The lamp's next level."
  def other(:high), do: :low
  def other(:low), do: :high
end
