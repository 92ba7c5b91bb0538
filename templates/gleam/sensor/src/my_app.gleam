//// A sensor that runs for months from a battery: it measures, tells a web server, and sleeps. A board that wakes up from
//// deep sleep starts anew, so there is no loop here.

// A thermometer LM75 or TMP102 on an I2C bus: its address, and the register with the temperature.
const scl = 9

const sda = 8

const thermometer = 0x48

const temperature = 0

// Where the temperature goes: the address of your own server. (On a board, 127.0.0.1 is the board itself.)
const url = "http://127.0.0.1:8080/temperature"

// Milliseconds.
const sleep_time = 60_000

/// An I2C bus.
pub type Bus

/// What Erlang answers when something is done: the atom `ok`.
pub type Done

@external(erlang, "my_app_ffi", "say")
fn say(text: String) -> Done

@external(erlang, "erlang", "float")
fn int_to_float(number: Int) -> Float

@external(erlang, "esp", "deep_sleep")
fn deep_sleep(milliseconds: Int) -> Done

@external(erlang, "my_app_wifi", "connect")
fn connect() -> Result(String, String)

// What needs more than a call is in my_app_ffi.erl.

@external(erlang, "my_app_ffi", "open")
fn open(scl: Int, sda: Int) -> Result(Bus, Nil)

@external(erlang, "my_app_ffi", "read")
fn read(
  bus: Bus,
  address: Int,
  register: Int,
  count: Int,
) -> Result(BitArray, String)

@external(erlang, "my_app_ffi", "one_decimal")
fn one_decimal(number: Float) -> String

@external(erlang, "my_app_ffi", "post")
fn post(url: String, text: String) -> Result(String, String)

/// The program starts here.
pub fn start() -> Done {
  case open(scl, sda) {
    Ok(bus) -> {
      measure(bus)
      deep_sleep(sleep_time)
    }
    Error(_) ->
      say("There is no I2C bus here: emberl run --board mock has some.")
  }
}

fn measure(bus: Bus) -> Done {
  case read(bus, thermometer, temperature, 2) {
    Ok(bytes) -> report(celsius(bytes))
    Error(reason) ->
      say("no answer from the thermometer: " <> reason <> "")
  }
}

/// The first 12 bits are sixteenths of a degree; a bit array's pattern takes them, with their sign.
pub fn celsius(bytes: BitArray) -> Float {
  case bytes {
    <<sixteenths:size(12)-signed, _:size(4)>> ->
      int_to_float(sixteenths) *. 0.0625
    _ -> 0.0
  }
}

// Nothing here may keep the board awake: what goes wrong is told, and the next measurement comes after the sleep.
fn report(celsius: Float) -> Done {
  let text = one_decimal(celsius)
  say(text <> " degrees")
  case connect() {
    Ok(_) ->
      case post(url, text) {
        Ok(status) -> say("the server's answer: " <> status <> "")
        Error(reason) ->
          say("no answer from the server: " <> reason <> "")
      }
    Error(reason) -> say("no network: " <> reason <> "")
  }
}
