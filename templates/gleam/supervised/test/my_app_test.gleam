import my_app

@external(erlang, "my_app_test_ffi", "run")
fn run() -> Nil

/// `gleam test` calls this: it runs the functions whose names end in `_test`.
pub fn main() -> Nil {
  run()
}

pub fn counting_test() -> Nil {
  let assert my_app.Reply(answer: 1, state: 1) = my_app.handle(my_app.Next, 0)
  let assert my_app.Reply(answer: 3, state: 3) = my_app.handle(my_app.Next, 2)
  Nil
}

pub fn a_crash_stops_it_test() -> Nil {
  let assert my_app.Stop(reason: my_app.OnPurpose, state: 2) =
    my_app.handle(my_app.Crash, 2)
  Nil
}
