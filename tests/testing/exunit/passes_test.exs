defmodule PassesTest do
  # Tests that pass: setup, tags, describe, skipped and excluded ones, in a module that may run beside others.
  use ExUnit.Case, async: true

  setup_all do
    {:ok, shared: 1}
  end

  setup context do
    on_exit(fn -> :ok end)
    {:ok, number: Map.get(context, :number, 0)}
  end

  test "setup gives values", %{shared: shared, number: number} do
    assert {shared, number} == {1, 0}
  end

  @tag number: 7
  test "tags are in the context", %{number: number} do
    assert number == 7
  end

  test "the helper ran" do
    assert Application.get_env(:ex_unit, :helper_ran)
    assert Helper.greeting() == "hello"
  end

  @tag :skip
  test "is not run" do
    flunk("it ran")
  end

  @tag :never
  test "is excluded by the helper" do
    flunk("it ran")
  end

  describe "messages" do
    setup do
      {:ok, pid: self()}
    end

    test "arrive", %{pid: pid} do
      spawn(fn -> send(pid, {:number, 1}) end)
      assert_receive {:number, 1}
      refute_received :other
    end

    test "in größe" do
      assert String.upcase("größe") == "GRÖSSE" or String.upcase("größe") == "GRÖßE"
    end
  end

  test "exceptions" do
    assert_raise ArgumentError, "no", fn -> raise ArgumentError, "no" end
    assert catch_throw(throw(:ball)) == :ball
  end
end

defmodule OthersTest do
  use ExUnit.Case, async: true

  for n <- 1..3 do
    test "number #{n}" do
      Process.sleep(10 * unquote(n))
      assert unquote(n) in 1..3
    end
  end
end
