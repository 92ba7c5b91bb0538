defmodule MyAppTest do
  use ExUnit.Case
  doctest MyApp

  test "greets" do
    assert MyApp.greeting("world") == "Hello, world!\n"
  end
end
