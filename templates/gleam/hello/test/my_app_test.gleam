import my_app

@external(erlang, "my_app_test_ffi", "run")
fn run() -> Nil

/// `gleam test` calls this: it runs the functions whose names end in `_test`.
pub fn main() -> Nil {
  run()
}

pub fn greeting_test() -> Nil {
  let assert "Hello, board!\n" = my_app.greeting("board")
  Nil
}
