defmodule MyAppTest do
  use ExUnit.Case

  test "the thermometer's bytes are degrees" do
    assert MyApp.celsius(<<0x19, 0x80>>) == 25.5
    assert MyApp.celsius(<<0x00, 0x10>>) == 0.0625
    assert MyApp.celsius(<<0xE7, 0x00>>) == -25.0
  end
end
