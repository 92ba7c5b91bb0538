defprotocol Shown do
  @doc "A line about a value"
  def line(value)
end

defmodule Reading do
  defstruct [:sensor, celsius: 0.0]

  defimpl Shown do
    def line(reading), do: "#{reading.sensor}: #{reading.celsius} °C"
  end
end

defimpl Shown, for: Integer do
  def line(number), do: "number #{number}"
end

defmodule Tour do
  @moduledoc "What programs are made of, used and printed."

  # Nothing ends by an error that nobody catches: the report of one goes to another output here than on a board. Maps that are
  # printed have one key that is an atom at most: the order of those is the release's own.

  def start do
    text()
    data()
    protocols()
    crashes()
    processes()
    timers()
    :ok
  end

  defp text do
    <<version::4, _::4, port::little-16, name::binary-size(3), rest::binary>> = <<0x25, 1, 2, "abc", "rest">>
    IO.puts("#{version} #{port} #{name} #{inspect(rest)} #{inspect(<<1, 2, 255>>)} #{inspect(<<5::3>>)}")
    IO.puts(String.upcase("grüße") <> " " <> String.pad_leading("7", 3, "0") <> " ✓")
    IO.puts("a,b,,c" |> String.split(",") |> inspect())
    IO.puts(:io_lib.format(~c"~p ~.2f ~ts", [{:a, ~c"b"}, 2.5, "é"]))
  end

  defp data do
    counted = "the cat and the dog and the bird" |> String.split() |> Enum.frequencies()
    IO.inspect(counted)
    IO.inspect(for {word, count} <- counted, count > 1, into: %{}, do: {word, count * 10})
    IO.inspect(1..20 |> Stream.filter(&(rem(&1, 3) == 0)) |> Stream.map(&(&1 * &1)) |> Enum.to_list())
    IO.inspect(Enum.group_by(1..7, &rem(&1, 3)))
    IO.inspect(%{Map.new(1..40, &{&1, &1}) | 7 => :seven} |> Map.get(7))
    IO.inspect([a: 1, b: [c: nil, d: "x"]], label: "options")
    IO.inspect(Date.add(~D[2024-02-28], 2))
    IO.inspect({1 / 3, 2 ** 80, :"an atom", MapSet.new([3, 1, 2])})
  end

  defp protocols do
    for value <- [%Reading{sensor: "attic", celsius: 21.5}, 42], do: IO.puts(Shown.line(value))
    IO.inspect(%Reading{sensor: "cellar"}.celsius)
  end

  defp crashes do
    IO.puts(caught(fn -> 1 / zero() end))
    IO.puts(caught(fn -> raise "on purpose" end))
    IO.puts(caught(fn -> Map.fetch!(Map.new(), "key") end))
    IO.puts(caught(fn -> Shown.line(:atom) end))
    IO.inspect(catch_throw())
  end

  defp zero, do: length([])

  defp caught(function) do
    function.()
    "fine"
  rescue
    error in [ArithmeticError] -> "arithmetic: " <> Exception.message(error)
    error in Protocol.UndefinedError -> "no protocol for #{inspect(error.value)}"
    error -> "#{inspect(error.__struct__)}: #{Exception.message(error)}"
  end

  defp catch_throw do
    throw({:ball, 1})
  catch
    :throw, value -> {:caught, value}
  end

  defp processes do
    parent = self()
    pids = for n <- 1..5, do: spawn(fn -> send(parent, {self(), n * n}) end)
    IO.inspect(for pid <- pids, do: receive(do: ({^pid, square} -> square)))
    {_, monitor} = spawn_monitor(fn -> exit({:on_purpose, 1}) end)
    receive(do: ({:DOWN, ^monitor, :process, _, reason} -> IO.inspect(reason, label: "down")))
    {:ok, agent} = Agent.start_link(fn -> 40 end)
    Agent.update(agent, &(&1 + 2))
    IO.inspect(Agent.get(agent, & &1))
    Agent.stop(agent)
    IO.inspect([1, 2, 3] |> Enum.map(&Task.async(fn -> &1 * 10 end)) |> Enum.map(&Task.await/1))
  end

  defp timers do
    start = System.monotonic_time(:millisecond)
    Process.send_after(self(), :late, 300)
    Process.send_after(self(), :early, 20)
    for _ <- 1..2, do: receive(do: (message -> IO.inspect(message)))
    IO.inspect(System.monotonic_time(:millisecond) - start >= 300)

    receive do
      :never -> IO.puts("never")
    after
      10 -> IO.puts("nothing came")
    end
  end
end
