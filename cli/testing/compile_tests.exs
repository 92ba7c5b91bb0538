# Compiles files of ExUnit's tests into a folder, for `emberl test`: ExUnit runs while they are compiled, since their
# modules tell it of themselves, but no test does.
#
# Arguments: the folder; the file test_helper.exs, or nothing; the files of tests.
#
# What the helper does when it is loaded becomes EmberlTestHelper.run/0, which is called before the tests: there, not here,
# is where they run. The modules that it defines are compiled as those of any file.
[into, helper | files] = System.argv()
ExUnit.start(autorun: false)

write = fn modules ->
  for {module, bytes} <- modules, do: File.write!(Path.join(into, "#{module}.beam"), bytes)
end

if helper != "" do
  statements =
    case Code.string_to_quoted!(File.read!(helper), file: helper) do
      {:__block__, _, statements} -> statements
      statement -> [statement]
    end

  {modules, statements} = Enum.split_with(statements, &match?({:defmodule, _, _}, &1))
  for module <- modules, do: write.(Code.compile_quoted(module, helper))

  write.(
    Code.compile_quoted(
      quote do
        defmodule EmberlTestHelper do
          def run do
            (unquote_splicing(statements))
          end
        end
      end,
      helper
    )
  )
end

case Kernel.ParallelCompiler.compile_to_path(files, into, return_diagnostics: true) do
  {:ok, _, _} -> :ok
  # The compiler has printed them.
  {:error, _, _} -> System.halt(1)
end
