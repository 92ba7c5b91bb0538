# String, Integer, Float, Base, Bitwise, URI-like parsing, Version, Date and Calendar without time zones.
# modules: String Integer Float Base Bitwise Version Date NaiveDateTime Calendar.ISO OptionParser
defmodule Text do
  import Bitwise

  def start do
    strings()
    numbers()
    dates()
    others()
    :ok
  end

  defp show(name, value), do: IO.puts("#{name}: #{inspect(value)}")

  defp strings do
    s = "Elixir łódź e\u0301 👩‍👧 end"
    show("length", {String.length(s), byte_size(s), length(String.codepoints(s))})
    show("graphemes", String.graphemes(s) |> Enum.take(-8))
    show("cases", {String.upcase(s), String.downcase("ΣΑΣ", :greek), String.capitalize("éa B")})
    show("reverse", String.reverse(s))
    show("split", {String.split(" a b  c "), String.split("a,b,,c", ",", trim: true), String.split("a-b_c", ["-", "_"], parts: 2)})
    show("replace", {String.replace("a.b.c", ".", "--", global: false), String.replace("hello", "l", &"[#{&1}]")})
    show("slice", {String.slice(s, 0, 6), String.slice(s, -3..-1), String.at(s, 7), String.first(s), String.last(s)})
    show("pad", {String.pad_leading("7", 3, "0"), String.pad_trailing("ab", 5, "12"), String.duplicate("ab", 3)})
    show("trim", {String.trim("  x "), String.trim_leading("xxa", "x"), String.trim_trailing("a\n")})
    show("tests", {String.starts_with?(s, ["E", "x"]), String.ends_with?(s, "end"), String.contains?(s, "łó"), String.valid?(<<255>>), String.printable?("a\0")})
    show("jaro", Float.round(String.jaro_distance("Dwayne", "Duane"), 4))
    show("myers", String.myers_difference("abcdef", "abxdeg"))
    show("normalize", {String.normalize("é", :nfd) == "e\u0301", String.equivalent?("é", "e\u0301"), String.to_charlist("hé")})
    show("split_at", {String.split_at("sweetelixir", 5), String.next_grapheme("e\u0301x"), String.bag_distance("abc", "cd")})
    show("chunk", {String.chunk("ab\0cd", :printable), String.to_existing_atom("ok")})
    show("heredoc", """
      indented
    text #{1 + 1}
    """)
    show("sigils", {~w(a b)a, ~s(q "x"), ~S(no #{x}), ~c"chars"})
    IO.puts(["io", [?l, "ist"], ?\s | "data"])
  end

  defp numbers do
    show("digits", {Integer.digits(1234, 16), Integer.undigits([1, 0, 1], 2), Integer.to_string(-255, 16), Integer.parse("12px")})
    show("math", {Integer.gcd(84, 36), Integer.pow(3, 50), Integer.mod(-7, 3), Integer.floor_div(-7, 2), Integer.extended_gcd(240, 46)})
    show("float", {Float.round(3.14159, 2), Float.ceil(2.1, 0), Float.parse("1.5e3x"), Float.ratio(0.375), Float.to_string(1.0e-10)})
    show("bits", {band(12, 10), bor(12, 10), bxor(12, 10), bnot(5), 1 <<< 70, -17 >>> 2})
    show("base", {Base.encode16("hi!"), Base.encode32("hello"), Base.encode64("any carnal", padding: false), Base.url_encode64(<<250, 255>>)})
    show("decode", {Base.decode16("6869"), Base.decode64("aGk="), Base.decode32("!"), Base.hex_decode32!("D1IMOR3F", padding: false)})
  end

  defp dates do
    d = ~D[2024-02-28]
    show("date", {Date.add(d, 2), Date.diff(~D[2025-01-01], d), Date.day_of_week(d), Date.quarter_of_year(d), Date.beginning_of_month(d)})
    show("range", Date.range(d, ~D[2024-03-01]) |> Enum.map(&Date.to_string/1))
    n = ~N[2024-02-28 23:59:59.250]
    show("naive", {NaiveDateTime.add(n, 1), NaiveDateTime.diff(n, ~N[2024-01-01 00:00:00], :millisecond), NaiveDateTime.truncate(n, :second)})
    show("parse", {Date.from_iso8601("2024-13-01"), NaiveDateTime.from_iso8601("2024-01-02T03:04:05"), Time.from_iso8601("25:00:00")})
    show("compare", {Date.compare(d, ~D[2024-02-29]), Time.add(~T[23:00:00], 7200), Enum.max([d, ~D[2023-01-01]], Date)})
    show("strftime", Calendar.strftime(n, "%A %d %B %Y, %I:%M %p, day %j"))
    show("utc", DateTime.from_unix!(1_700_000_000) |> DateTime.to_iso8601())
  end

  defp others do
    show("version", {Version.compare("1.2.3-rc.1", "1.2.3"), Version.match?("1.4.2", "~> 1.3"), Version.parse("bad")})
    show("options", OptionParser.parse(~w(--level 3 -v --no-color file), strict: [level: :integer, verbose: :boolean, color: :boolean], aliases: [v: :verbose]))
    show("split", OptionParser.split(~s(run "two words" --x)))
    show("uri", URI.decode_www_form("a+b%20c") <> URI.encode(" é"))
    show("path", {Path.join(["a", "../b", "c.txt"]), Path.extname("x/y.tar.gz"), Path.rootname("f.ex"), Path.split("/a/b")})
    show("atom", {Atom.to_string(:x), Module.concat([Foo, "Bar"]), Module.split(Foo.Bar), Macro.underscore("FooBarBaz"), Macro.camelize("foo_bar")})
    show("function", {Function.info(&String.length/1, :arity), is_function(&show/2, 2), Function.identity(3)})
  end
end
