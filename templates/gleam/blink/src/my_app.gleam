//// A lamp that blinks, until a button is pressed.

// The pins: the lamp is at 2 on many boards (the Raspberry Pi Pico: 25), the button that starts an ESP32-C3 at 9.
const lamp = 2

const button = 9

// Milliseconds.
const pause = 500

/// A pin's level: in Erlang the atoms `high` and `low`.
pub type Level {
  High
  Low
}

/// What Erlang answers when something is done: the atom `ok`.
pub type Done

@external(erlang, "gpio", "digital_write")
fn write(pin: Int, level: Level) -> Done

// What needs more than a call is in my_app_ffi.erl.

@external(erlang, "my_app_ffi", "say")
fn say(text: String) -> Done

@external(erlang, "my_app_ffi", "open_lamp")
fn open_lamp(pin: Int) -> Result(Nil, Nil)

@external(erlang, "my_app_ffi", "watch_button")
fn watch_button(pin: Int) -> Nil

@external(erlang, "my_app_ffi", "is_pressed")
fn is_pressed(pin: Int, milliseconds: Int) -> Bool

/// The program starts here.
pub fn start() -> Done {
  case open_lamp(lamp) {
    Ok(_) -> {
      watch_button(button)
      blink(High)
    }
    Error(_) ->
      say(
        "There is no pin for the lamp here: emberl run --board mock has some.",
      )
  }
}

// A loop is a function that calls itself last: it can run for years.
fn blink(level: Level) -> Done {
  write(lamp, level)
  case is_pressed(button, pause) {
    True -> write(lamp, Low)
    False -> blink(other(level))
  }
}

pub fn other(level: Level) -> Level {
  case level {
    High -> Low
    Low -> High
  }
}
