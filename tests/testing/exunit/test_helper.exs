# Loaded before the tests.
defmodule Helper do
  def greeting, do: "hello"
end

ExUnit.start(exclude: [:never])
Application.put_env(:ex_unit, :helper_ran, true)
