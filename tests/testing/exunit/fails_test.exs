defmodule FailsTest do
  # Tests that fail, each in a way of its own.
  use ExUnit.Case

  test "lists differ" do
    assert [1, 2, 3] == Enum.map([1, 2, 4], & &1)
  end

  test "maps differ" do
    assert %{name: "lamp", on: true} == Map.put(%{name: "lamp"}, :on, false)
  end

  test "a match fails" do
    assert {:ok, _} = Map.fetch(%{}, :key)
  end

  test "something is false" do
    assert Enum.empty?([1])
  end

  test "a message does not come" do
    send(self(), :other)
    assert_receive :never, 10
  end

  test "an exception" do
    raise ArgumentError, "not this"
  end

  test "a crash" do
    assert String.to_integer(Enum.random(["one"])) == 1
  end

  test "an exit" do
    exit(:oops)
  end

  test "a linked process ends" do
    spawn_link(fn -> exit(:oops) end)
    Process.sleep(:infinity)
  end

  @tag timeout: 50
  test "it takes too long" do
    Process.sleep(:infinity)
  end

  describe "in a describe" do
    setup do
      raise "no setup"
    end

    test "setup fails" do
      :ok
    end
  end
end

defmodule SetupAllTest do
  use ExUnit.Case

  setup_all do
    raise "no setup at all"
  end

  test "one" do
    :ok
  end

  test "two" do
    :ok
  end
end
