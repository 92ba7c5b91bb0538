defmodule MyAppTest do
  use ExUnit.Case

  test "counts" do
    start_supervised!(MyApp.Counter)
    assert [MyApp.Counter.next(), MyApp.Counter.next()] == [1, 2]
  end

  test "a crashed counter is started again" do
    supervisor = start_supervised!(MyApp.Supervisor)
    assert MyApp.Counter.next() == 1
    assert MyApp.Counter.crash() == :ok
    _ = Supervisor.count_children(supervisor)
    assert MyApp.Counter.next() == 1
  end
end
