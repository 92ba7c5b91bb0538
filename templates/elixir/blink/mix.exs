defmodule MyApp.MixProject do
  use Mix.Project

  def project do
    [
      app: :my_app,
      version: "0.1.0",
      elixir: "~> 1.14",
      # Modules of Emberl's virtual machine, which this machine's Erlang has not.
      elixirc_options: [no_warn_undefined: [:gpio]],
      deps: []
    ]
  end

  def application do
    []
  end
end
