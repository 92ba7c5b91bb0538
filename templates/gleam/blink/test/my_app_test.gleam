import my_app

@external(erlang, "my_app_test_ffi", "run")
fn run() -> Nil

/// `gleam test` calls this: it runs the functions whose names end in `_test`.
pub fn main() -> Nil {
  run()
}

pub fn levels_alternate_test() -> Nil {
  let assert my_app.Low = my_app.other(my_app.High)
  let assert my_app.High = my_app.other(my_app.Low)
  Nil
}
