defmodule MyApp do
  @moduledoc "Says hello."

  @doc "The program starts here, on this machine and on a board."
  def start do
    # Erlang's own function: IO.puts/1 would bring much of Elixir's library to the board.
    :io.put_chars(greeting("world"))
  end

  @doc """
  The text that is printed.

      iex> MyApp.greeting("board")
      "Hello, board!\\n"
  """
  def greeting(name), do: "Hello, " <> name <> "!\n"
end
