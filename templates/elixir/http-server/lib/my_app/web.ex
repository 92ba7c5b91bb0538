defmodule MyApp.Web do
  @moduledoc "The answers to requests. Each connection has a process of its own, which calls handle/2."

  def handle(%{method: "GET", path: "/"}, _) do
    {200, [{"content-type", "text/plain"}], page(MyApp.Counter.next())}
  end

  def handle(_, _), do: {404, "There is nothing here.\n"}

  defp page(1), do: "This is the first visit.\n"
  defp page(count), do: "There were " <> Integer.to_string(count) <> " visits.\n"
end
