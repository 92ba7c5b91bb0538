import my_app

@external(erlang, "my_app_test_ffi", "run")
fn run() -> Nil

@external(erlang, "my_app_test_ffi", "with_counter")
fn with_counter(body: fn() -> a) -> a

/// `gleam test` calls this: it runs the functions whose names end in `_test`.
pub fn main() -> Nil {
  run()
}

// The counter runs while the test does.
pub fn visits_are_counted_test() -> Nil {
  use <- with_counter()
  let assert #(200, _, "This is the first visit.\n") = my_app.answer("GET", "/")
  let assert #(200, _, "There were 2 visits.\n") = my_app.answer("GET", "/")
  Nil
}

pub fn other_paths_are_not_found_test() -> Nil {
  let assert #(404, _, _) = my_app.answer("GET", "/other")
  Nil
}
