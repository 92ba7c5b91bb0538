defmodule Tour.MixProject do
  use Mix.Project

  def project do
    [app: :tour, version: "0.1.0", elixir: "~> 1.14", deps: []]
  end

  def application do
    []
  end
end
