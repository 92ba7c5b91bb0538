//// A counter that crashes, and a supervisor that starts it again.

/// What the counter is asked: in Erlang the atoms `next` and `crash`.
pub type Question {
  Next
  Crash
}

/// What a gen_server answers: in Erlang `{reply, Answer, State}` and `{stop, Reason, State}`.
pub type Answer {
  Reply(answer: Int, state: Int)
  Stop(reason: Reason, state: Int)
}

pub type Reason {
  OnPurpose
}

/// What Erlang answers when something is done: the atom `ok`.
pub type Done

@external(erlang, "io", "put_chars")
fn print(text: String) -> Done

@external(erlang, "erlang", "integer_to_binary")
fn int_to_string(number: Int) -> String

// The processes are small Erlang modules beside this one, since OTP's behaviours are Erlang's. What the counter does is
// here: `handle` below.

@external(erlang, "my_app_sup", "start")
fn start_supervisor() -> Nil

@external(erlang, "my_app_sup", "settle")
fn settle() -> Nil

@external(erlang, "my_app_counter", "next")
fn next() -> Int

@external(erlang, "my_app_counter", "crash")
fn crash() -> Nil

/// The program starts here.
pub fn start() -> Done {
  start_supervisor()
  count(3)
  print("It crashes, on purpose: what follows is the report of it.\n")
  crash()
  settle()
  print("It is there again, and begins anew.\n")
  count(2)
}

fn count(times: Int) -> Done {
  let done = print(int_to_string(next()) <> "\n")
  case times {
    1 -> done
    _ -> count(times - 1)
  }
}

/// The counter's answer to a question, and its state from then on.
pub fn handle(question: Question, count: Int) -> Answer {
  case question {
    Next -> Reply(count + 1, count + 1)
    Crash -> Stop(OnPurpose, count)
  }
}
