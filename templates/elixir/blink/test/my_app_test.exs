defmodule MyAppTest do
  use ExUnit.Case

  test "levels alternate" do
    assert MyApp.other(:high) == :low
    assert MyApp.other(MyApp.other(:high)) == :high
  end
end
