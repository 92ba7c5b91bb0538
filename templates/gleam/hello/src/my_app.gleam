//// Says hello.

/// What Erlang answers when something is done: the atom `ok`.
pub type Done

@external(erlang, "io", "put_chars")
fn print(text: String) -> Done

/// The program starts here, on this machine and on a board.
pub fn start() -> Done {
  print(greeting("world"))
}

pub fn greeting(name: String) -> String {
  "Hello, " <> name <> "!\n"
}
