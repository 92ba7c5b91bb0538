# A protocol for structs and built-in types, and to_string/inspect of structs.
# modules: Protocol String.Chars Inspect Inspect.Algebra Kernel
defprotocol Shapes.Area do
  @fallback_to_any true
  def area(shape)
end

defmodule Shapes.Circle do
  defstruct radius: 1, tag: nil
end

defmodule Shapes.Box do
  @derive {Inspect, only: [:width, :height]}
  @enforce_keys [:width]
  defstruct [:width, height: 2, secret: "hidden"]
end

defmodule Shapes.Plain do
  defstruct [:x, list: [1, 2]]
end

defimpl Shapes.Area, for: Shapes.Circle do
  def area(%{radius: r}), do: 3 * r * r
end

defimpl Shapes.Area, for: Shapes.Box do
  def area(%{width: w, height: h}), do: w * h
end

defimpl Shapes.Area, for: [Integer, Float] do
  def area(n), do: n
end

defimpl Shapes.Area, for: List do
  def area(list), do: Enum.reduce(list, 0, &(Shapes.Area.area(&1) + &2))
end

defimpl Shapes.Area, for: Any do
  def area(_), do: 0
end

defimpl String.Chars, for: Shapes.Circle do
  def to_string(%{radius: r}), do: "circle of radius #{r}"
end

defimpl Inspect, for: Shapes.Circle do
  import Inspect.Algebra

  def inspect(%{radius: r, tag: tag}, opts) do
    concat(["#Circle<", to_doc(r, opts), ", ", to_doc(tag, opts), ">"])
  end
end

defmodule Shapes do
  alias Shapes.{Area, Box, Circle, Plain}

  def start do
    circle = %Circle{radius: 2, tag: {:a, "b"}}
    box = %Box{width: 5}
    shapes = [circle, box, 7, 1.5, [circle, [box, 1]], :none, %Plain{x: 1}, "text", %{}]

    for shape <- shapes do
      IO.puts("#{inspect(shape)} has #{Area.area(shape)}")
    end

    IO.puts("interpolated: #{circle}, #{:atom}, #{12}, #{1.0e-3}, #{~c"chars"}, #{nil}|")
    IO.puts(inspect(shapes, pretty: true, width: 30))
    IO.puts(inspect(%{circle => [box]}, limit: 3))
    IO.puts(inspect(Enum.to_list(1..60), limit: 10))
    IO.puts(inspect({"bin\n\"q\"", <<0, 255>>, <<1::3>>, 'list', :"odd atom", Shapes.Area, &is_atom/1}))
    IO.puts(inspect(%{:a => 1, "b" => 2.5, nil => [k: :v, w: true]}))
    IO.puts(inspect([1..10, 1..10//3, MapSet.new([3, 1]), ~D[2024-02-29], ~T[01:02:03], ~N[2024-01-01 00:00:00]]))
    IO.puts(inspect("żółć 👩‍👧", binaries: :as_binaries))
    IO.puts(inspect(%Plain{x: %Plain{}}, structs: false))
    IO.inspect(circle, label: "labelled")

    IO.puts(inspect(Area.impl_for(1)) <> " " <> inspect(Area.impl_for(circle)))
    failing(fn -> to_string({1, 2}) end)
    failing(fn -> struct!(Box, height: 1) end)
    failing(fn -> Map.fetch!(Map.new(a: 1), :b) end)
    failing(fn -> String.to_integer(String.first("xy")) end)
    failing(fn -> raise ArgumentError, "given" end)
    failing(fn -> %{circle | radius: 1} |> Map.get(:radius) |> Kernel.+(hd([:a])) end)
    :ok
  end

  defp failing(fun) do
    fun.()
  rescue
    error in [ArgumentError, KeyError] -> IO.puts("#{inspect(error.__struct__)}: #{first_line(error)}")
    error -> IO.puts("other #{inspect(error.__struct__)}: #{first_line(error)}")
  end

  defp first_line(error), do: error |> Exception.message() |> String.split("\n") |> hd()
end
