//// A web page that counts its visits.

const port = 8080

/// What Erlang answers when something is done: the atom `ok`.
pub type Done

@external(erlang, "io", "put_chars")
fn print(text: String) -> Done

@external(erlang, "erlang", "integer_to_binary")
fn int_to_string(number: Int) -> String

// The network, the supervisor and the counter are small Erlang modules beside this one: OTP's behaviours are Erlang's.

@external(erlang, "my_app_wifi", "connect")
fn connect() -> Result(String, String)

@external(erlang, "my_app_sup", "run")
fn run(port: Int) -> Done

@external(erlang, "my_app_counter", "next")
fn next() -> Int

/// The program starts here: it goes into the network, and starts the supervisor.
pub fn start() -> Done {
  case connect() {
    Ok(address) ->
      print("http://" <> address <> ":" <> int_to_string(port) <> "/\n")
    Error(reason) -> print("no network: " <> reason <> "\n")
  }
  run(port)
}

/// The answer to a request: status, headers and body. Each connection has a process of its own, which calls this.
pub fn answer(
  method: String,
  path: String,
) -> #(Int, List(#(String, String)), String) {
  let headers = [#("content-type", "text/plain")]
  case method, path {
    "GET", "/" -> #(200, headers, page(next()))
    _, _ -> #(404, headers, "There is nothing here.\n")
  }
}

fn page(count: Int) -> String {
  case count {
    1 -> "This is the first visit.\n"
    _ -> "There were " <> int_to_string(count) <> " visits.\n"
  }
}
