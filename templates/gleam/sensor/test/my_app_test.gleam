import my_app

@external(erlang, "my_app_test_ffi", "run")
fn run() -> Nil

/// `gleam test` calls this: it runs the functions whose names end in `_test`.
pub fn main() -> Nil {
  run()
}

pub fn celsius_test() -> Nil {
  let assert 25.5 = my_app.celsius(<<0x19, 0x80>>)
  let assert 0.0625 = my_app.celsius(<<0x00, 0x10>>)
  let assert True = my_app.celsius(<<0xE7, 0x00>>) == -25.0
  Nil
}
