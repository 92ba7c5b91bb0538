//// What programs are made of, used and printed.

/// What Erlang answers when something is done: the atom `ok`.
pub type Done

pub type Pid

pub type Shape {
  Circle(radius: Float)
  Rectangle(width: Float, height: Float)
  Named(name: String, shape: Shape)
}

pub type Tree {
  Leaf
  Node(left: Tree, value: Int, right: Tree)
}

@external(erlang, "io", "put_chars")
fn print(text: String) -> Done

@external(erlang, "tour_ffi", "show")
fn show(format: String, value: a) -> Done

@external(erlang, "tour_ffi", "rescue")
fn rescue(run: fn() -> a) -> Result(a, String)

@external(erlang, "erlang", "spawn")
fn spawn(run: fn() -> a) -> Pid

@external(erlang, "erlang", "self")
fn self() -> Pid

@external(erlang, "erlang", "send")
fn send(to: Pid, message: a) -> a

@external(erlang, "tour_ffi", "receive")
fn receive() -> a

@external(erlang, "tour_ffi", "send_after")
fn send_after(milliseconds: Int, to: Pid, message: a) -> Bool

/// The program starts here, on this machine and on a board.
pub fn start() -> Done {
  numbers()
  bits()
  show("~p~n", area(Named("door", Rectangle(2.0, 1.5))))
  show("~p~n", Named("wheel", Circle(0.5)))
  show("~p~n", to_list(insert_all(Leaf, [5, 2, 8, 1, 9, 3]), []))
  show("~p~n", rescue(fn() { fail(7) }))
  show("~p~n", rescue(fn() { insist(Error("no")) }))
  processes()
  timers()
  print("This was all.\n")
}

fn numbers() -> Done {
  show("~p~n", #(7 / 2, 7 % -4))
  show("~p~n", 4_294_967_296 * 4_294_967_296)
  show("~ts~n", "Grüße" <> " " <> "✓")
}

fn bits() -> Done {
  let packet = <<2:size(4), 5:size(4), 513:size(16)-little, "abc":utf8, 9>>
  case packet {
    <<version:size(4), kind:size(4), port:size(16)-little, rest:bytes>> ->
      show("~p~n", #(version, kind, port, rest))
    _ -> print("another packet\n")
  }
}

pub fn area(shape: Shape) -> Float {
  case shape {
    Circle(radius) -> 3.0 *. radius *. radius
    Rectangle(width, height) -> width *. height
    Named(_, shape) -> area(shape)
  }
}

pub fn insert(tree: Tree, number: Int) -> Tree {
  case tree {
    Leaf -> Node(Leaf, number, Leaf)
    Node(left, value, right) if number < value ->
      Node(insert(left, number), value, right)
    Node(left, value, right) -> Node(left, value, insert(right, number))
  }
}

fn insert_all(tree: Tree, numbers: List(Int)) -> Tree {
  case numbers {
    [] -> tree
    [first, ..rest] -> insert_all(insert(tree, first), rest)
  }
}

fn to_list(tree: Tree, after: List(Int)) -> List(Int) {
  case tree {
    Leaf -> after
    Node(left, value, right) -> to_list(left, [value, ..to_list(right, after)])
  }
}

fn fail(number: Int) -> Int {
  case number > 5 {
    True -> panic as "too large"
    False -> number
  }
}

fn insist(result: Result(Int, String)) -> Int {
  let assert Ok(value) = result
  value
}

fn processes() -> Done {
  let parent = self()
  let worker = spawn(fn() { work(parent, 0) })
  send(worker, Ok(40))
  send(worker, Ok(2))
  send(worker, Error(Nil))
  show("sum ~p~n", receive())
}

fn work(parent: Pid, sum: Int) -> Int {
  case receive() {
    Ok(number) -> work(parent, sum + number)
    Error(Nil) -> send(parent, sum)
  }
}

fn timers() -> Done {
  let me = self()
  send_after(300, me, "late")
  send_after(20, me, "early")
  show("~ts~n", receive())
  show("~ts~n", receive())
}
