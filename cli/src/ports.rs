//! `emberl ports`: the serial ports of this machine; and which of them is meant where none is named.

use clap::Args;
use emberl_flash::ports::{self, Choice, Kind, Port};
use serde::Serialize;

use crate::args::Format;
use crate::console::{self, STRONG, styled};
use crate::failure::{Failure, Result, TOOL};
use crate::report::plain;

const AFTER_HELP: &str = "\
Ports that lead to boards come first.

Examples:
  emberl ports
  emberl ports --format json";

/// List the serial ports, and what is at them
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// What `ports --format json` prints (`cli/schemas/ports.schema.json`).
#[derive(Debug, Serialize)]
struct Listing<'p> {
    /// The ports; those that lead to boards first.
    ports: Vec<Row<'p>>,
}

/// A port.
#[derive(Debug, Serialize)]
struct Row<'p> {
    /// What it is opened by.
    name: &'p str,
    /// `usb`, `pci`, `bluetooth` or `unknown`.
    kind: &'static str,
    /// What is at it, for people.
    description: String,
    /// Whether it is a bridge or chip that boards have.
    board: bool,
    /// The USB device; `null` for other ports.
    usb: Option<Device<'p>>,
}

/// A USB device. What it does not tell is `null`.
#[derive(Debug, Serialize)]
struct Device<'p> {
    vendor: u16,
    product: u16,
    serial: Option<&'p str>,
    vendor_name: Option<&'p str>,
    product_name: Option<&'p str>,
}

impl<'p> Row<'p> {
    fn of(port: &'p Port) -> Self {
        let kind = match port.kind {
            Kind::Usb(_) => "usb",
            Kind::Pci => "pci",
            Kind::Bluetooth => "bluetooth",
            Kind::Unknown => "unknown",
        };
        let usb = match &port.kind {
            Kind::Usb(usb) => Some(Device {
                vendor: usb.vendor,
                product: usb.product,
                serial: usb.serial.as_deref(),
                vendor_name: usb.vendor_name.as_deref(),
                product_name: usb.product_name.as_deref(),
            }),
            _ => None,
        };
        Self { name: &port.name, kind, description: port.describe(), board: port.rank() == 2, usb }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let ports = list()?;
    if arguments.format == Format::Json {
        return console::json(&Listing { ports: ports.iter().map(Row::of).collect() });
    }
    if ports.is_empty() {
        console::note("There is no serial port. Connect a board; some cables only charge.");
        return Ok(());
    }
    console::out(|out| {
        for line in table(&ports) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    })
}

fn list() -> Result<Vec<Port>> {
    ports::list().map_err(|why| Failure::Message {
        what: format!("the system does not list its serial ports: {why}"),
        cure: "name one with --port".into(),
        exit: TOOL,
    })
}

/// The lines of the table.
fn table(ports: &[Port]) -> Vec<String> {
    let rows: Vec<[String; 4]> = ports
        .iter()
        .map(|port| {
            let (id, serial) = match &port.kind {
                Kind::Usb(usb) => {
                    (format!("{:04x}:{:04x}", usb.vendor, usb.product), usb.serial.clone().unwrap_or_default())
                }
                _ => Default::default(),
            };
            [plain(&port.name), id, plain(&serial), plain(&port.describe())]
        })
        .collect();
    let head = ["PORT", "USB", "SERIAL", "WHAT"].map(str::to_owned);
    let wide = |column: usize| {
        let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (name, id, serial) = (wide(0), wide(1), wide(2));
    let line = |[a, b, c, d]: &[String; 4]| format!("{a:name$}  {b:id$}  {c:serial$}  {d}");
    [styled(STRONG, line(&head))].into_iter().chain(rows.iter().map(line)).collect()
}

/// The port that is meant: the one that is named, else the only one that leads to a board.
pub(crate) fn chosen(named: Option<&str>) -> Result<String> {
    match named {
        Some(name) => Ok(name.to_owned()),
        None => pick(&list()?),
    }
}

fn pick(ports: &[Port]) -> Result<String> {
    let lines = |ports: &[&Port]| {
        ports.iter().map(|port| format!("{} ({})", port.name, port.describe())).collect::<Vec<_>>().join(", ")
    };
    match ports::choose(ports) {
        Choice::One(port) => Ok(port.name.clone()),
        Choice::Several(ports) => Err(Failure::usage(
            format!("several ports may lead to the board: {}", lines(&ports)),
            "name one of them with --port",
        )),
        Choice::None if ports.is_empty() => Err(Failure::input(
            "no board is connected: there is no serial port",
            "connect it; some cables only charge. A port that is not found is named with --port",
        )),
        Choice::None => Err(Failure::input(
            format!("no board is connected by USB; there is {}", lines(&ports.iter().collect::<Vec<_>>())),
            "connect it, or name a port with --port",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emberl_flash::ports::Usb;

    fn ports() -> Vec<Port> {
        let usb = |vendor, product, serial: &str| {
            Kind::Usb(Usb { vendor, product, serial: Some(serial.into()), ..Usb::default() })
        };
        vec![
            Port { name: "/dev/ttyACM0".into(), kind: usb(0x303A, 0x1001, "60:55:F9:00:00:01") },
            Port { name: "/dev/ttyUSB0".into(), kind: usb(0x1A86, 0x7523, "") },
            Port { name: "/dev/ttyS0".into(), kind: Kind::Pci },
        ]
    }

    #[test]
    fn the_table_has_a_line_for_each_port() {
        let lines = table(&ports());
        let lines: Vec<String> = lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        assert_eq!(
            lines,
            [
                "PORT          USB        SERIAL             WHAT",
                "/dev/ttyACM0  303a:1001  60:55:F9:00:00:01  Espressif USB-serial and JTAG of the chip",
                "/dev/ttyUSB0  1a86:7523                     WCH CH340",
                "/dev/ttyS0                                  a port of this machine",
            ]
        );
    }

    #[test]
    fn json_has_every_port() {
        let value = serde_json::to_value(Listing { ports: ports().iter().map(Row::of).collect() }).unwrap();
        assert_eq!(value["ports"][0]["usb"]["vendor"], 0x303A);
        assert_eq!(value["ports"][1]["board"], true);
        assert_eq!(value["ports"][2]["usb"], serde_json::Value::Null);
        assert_eq!(value["ports"][2]["kind"], "pci");
    }

    #[test]
    fn a_port_is_picked_or_all_are_told() {
        let told = |ports: &[Port]| match pick(ports) {
            Ok(name) => name,
            Err(Failure::Message { what, exit, .. }) => format!("{exit}: {what}"),
            Err(other) => panic!("{other:?}"),
        };
        let all = ports();
        assert_eq!(told(&all[1..]), "/dev/ttyUSB0");
        assert_eq!(
            told(&all),
            "2: several ports may lead to the board: /dev/ttyACM0 (Espressif USB-serial and JTAG of the chip), \
             /dev/ttyUSB0 (WCH CH340)"
        );
        assert_eq!(told(&all[2..]), "1: no board is connected by USB; there is /dev/ttyS0 (a port of this machine)");
        assert_eq!(told(&[]), "1: no board is connected: there is no serial port");
    }
}
