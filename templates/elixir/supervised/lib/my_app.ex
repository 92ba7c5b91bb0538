defmodule MyApp do
  @moduledoc "A counter that crashes, and a supervisor that starts it again."

  def start do
    {:ok, supervisor} = MyApp.Supervisor.start_link([])
    count(3)
    :io.put_chars("It crashes, on purpose: what follows is the report of it.\n")
    MyApp.Counter.crash()
    # The supervisor answers when it has started the counter again.
    _ = Supervisor.count_children(supervisor)
    :io.put_chars("It is there again, and begins anew.\n")
    count(2)
  end

  defp count(0), do: :ok

  defp count(times) do
    :io.format("~w~n", [MyApp.Counter.next()])
    count(times - 1)
  end
end
