defmodule MyAppTest do
  use ExUnit.Case

  test "visits are counted" do
    # The counter runs while the test does.
    start_supervised!(MyApp.Counter)
    request = %{method: "GET", path: "/"}
    assert {200, _, "This is the first visit.\n"} = MyApp.Web.handle(request, nil)
    assert {200, _, "There were 2 visits.\n"} = MyApp.Web.handle(request, nil)
  end

  test "other paths are not found" do
    assert {404, _} = MyApp.Web.handle(%{method: "GET", path: "/other"}, nil)
  end

  test "the supervisor has two children" do
    {:ok, {flags, children}} = MyApp.Supervisor.init(8080)
    assert flags.strategy == :one_for_one
    assert Enum.map(children, & &1.id) == [MyApp.Counter, :web]
  end
end
