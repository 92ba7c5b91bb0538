//! The serial ports of this machine, and what is at them.

use std::path::Path;

use serialport::{SerialPortType, UsbPortInfo};

/// A USB device that is a serial port, by its numbers.
struct Bridge {
    vendor: u16,
    /// `None`: any of this vendor's that is not listed before.
    product: Option<u16>,
    name: &'static str,
}

const fn bridge(vendor: u16, product: u16, name: &'static str) -> Bridge {
    Bridge { vendor, product: Some(product), name }
}

/// What is found on boards. Numbers: the USB ID Repository (usb.org and linux-usb.org), and Espressif's list of its own.
const BRIDGES: [Bridge; 22] = [
    bridge(0x303A, 0x1001, "Espressif USB-serial and JTAG of the chip"),
    bridge(0x303A, 0x0002, "Espressif ESP32-S2 boot loader"),
    bridge(0x303A, 0x0009, "Espressif ESP32-S3 boot loader"),
    Bridge { vendor: 0x303A, product: None, name: "Espressif" },
    bridge(0x10C4, 0xEA60, "Silicon Labs CP210x"),
    bridge(0x10C4, 0xEA70, "Silicon Labs CP2105"),
    bridge(0x10C4, 0xEA71, "Silicon Labs CP2108"),
    bridge(0x1A86, 0x7522, "WCH CH340K"),
    bridge(0x1A86, 0x7523, "WCH CH340"),
    bridge(0x1A86, 0x5523, "WCH CH341"),
    bridge(0x1A86, 0x55D3, "WCH CH343"),
    bridge(0x1A86, 0x55D4, "WCH CH9102"),
    bridge(0x0403, 0x6001, "FTDI FT232R"),
    bridge(0x0403, 0x6010, "FTDI FT2232"),
    bridge(0x0403, 0x6011, "FTDI FT4232H"),
    bridge(0x0403, 0x6014, "FTDI FT232H"),
    bridge(0x0403, 0x6015, "FTDI FT-X"),
    bridge(0x067B, 0x2303, "Prolific PL2303"),
    bridge(0x067B, 0x23A3, "Prolific PL2303GC"),
    bridge(0x2E8A, 0x000A, "Raspberry Pi Pico"),
    bridge(0x2E8A, 0x000C, "Raspberry Pi Debug Probe"),
    Bridge { vendor: 0x2E8A, product: None, name: "Raspberry Pi" },
];

/// The USB device behind a port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usb {
    /// The vendor's number.
    pub vendor: u16,
    /// The product's number.
    pub product: u16,
    /// Its serial number.
    pub serial: Option<String>,
    /// The vendor's name, as the device says it.
    pub vendor_name: Option<String>,
    /// The product's name, as the device says it.
    pub product_name: Option<String>,
}

impl Usb {
    /// The name of the bridge or chip, where it is one that boards have.
    #[must_use]
    pub fn bridge(&self) -> Option<&'static str> {
        let found = BRIDGES.iter().find(|bridge| {
            bridge.vendor == self.vendor && bridge.product.is_none_or(|product| product == self.product)
        });
        found.map(|bridge| bridge.name)
    }
}

/// What kind of port it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A USB device.
    Usb(Usb),
    /// On a card of the machine.
    Pci,
    /// By radio.
    Bluetooth,
    /// The system does not tell.
    Unknown,
}

/// A serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// What it is opened by: `/dev/ttyUSB0`, `COM3`.
    pub name: String,
    /// What kind of port it is.
    pub kind: Kind,
}

impl Port {
    /// What is at the port, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Usb(usb) => match (usb.bridge(), &usb.vendor_name, &usb.product_name) {
                (Some(name), ..) => name.to_owned(),
                (None, Some(vendor), Some(product)) => format!("{vendor} {product}"),
                (None, None, Some(name)) | (None, Some(name), None) => name.clone(),
                (None, None, None) => "a USB device".to_owned(),
            },
            Kind::Pci => "a port of this machine".to_owned(),
            Kind::Bluetooth => "Bluetooth".to_owned(),
            Kind::Unknown => "unknown".to_owned(),
        }
    }

    /// Whether it may lead to a board: 2 surely, 1 perhaps, 0 hardly.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match &self.kind {
            Kind::Usb(usb) if usb.bridge().is_some() => 2,
            Kind::Usb(_) => 1,
            _ => 0,
        }
    }
}

/// The ports of this machine, by name. On macOS those that call out (`cu`) only: the others wait for a carrier.
///
/// # Errors
/// The system's words.
pub fn list() -> Result<Vec<Port>, String> {
    // Without this folder, as in some containers, the library below would panic.
    if cfg!(target_os = "linux") && !Path::new("/sys/class/tty").is_dir() {
        return Ok(Vec::new());
    }
    let found = serialport::available_ports().map_err(|error| error.to_string())?;
    let mut ports: Vec<Port> = found
        .into_iter()
        .filter(|port| !port.port_name.starts_with("/dev/tty."))
        .map(|port| Port { name: port.port_name, kind: kind(port.port_type) })
        .collect();
    ports.sort_by(|a, b| b.rank().cmp(&a.rank()).then_with(|| a.name.cmp(&b.name)));
    Ok(ports)
}

/// Vendor and product of the USB device at a port.
#[must_use]
pub fn usb_numbers(port: &str) -> Option<(u16, u16)> {
    let ports = list().ok()?;
    match &ports.iter().find(|found| found.name == port)?.kind {
        Kind::Usb(usb) => Some((usb.vendor, usb.product)),
        _ => None,
    }
}

fn kind(kind: SerialPortType) -> Kind {
    match kind {
        SerialPortType::UsbPort(UsbPortInfo { vid, pid, serial_number, manufacturer, product, .. }) => Kind::Usb(Usb {
            vendor: vid,
            product: pid,
            serial: serial_number,
            vendor_name: manufacturer,
            product_name: product,
        }),
        SerialPortType::PciPort => Kind::Pci,
        SerialPortType::BluetoothPort => Kind::Bluetooth,
        SerialPortType::Unknown => Kind::Unknown,
    }
}

/// Which port is meant when none is named.
#[derive(Debug, PartialEq, Eq)]
pub enum Choice<'p> {
    /// This one.
    One(&'p Port),
    /// No port leads to a board.
    None,
    /// Any of these may be meant.
    Several(Vec<&'p Port>),
}

/// The port to a board: the only one at a bridge that boards have, else the only one of USB.
#[must_use]
pub fn choose(ports: &[Port]) -> Choice<'_> {
    for rank in [2, 1] {
        let of_rank: Vec<&Port> = ports.iter().filter(|port| port.rank() == rank).collect();
        match of_rank.as_slice() {
            [] => {}
            [port] => return Choice::One(port),
            _ => return Choice::Several(of_rank),
        }
    }
    Choice::None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usb(name: &str, vendor: u16, product: u16) -> Port {
        Port { name: name.into(), kind: Kind::Usb(Usb { vendor, product, ..Usb::default() }) }
    }

    #[test]
    fn the_port_of_a_board_is_chosen() {
        let pci = Port { name: "/dev/ttyS0".into(), kind: Kind::Pci };
        let (bridge, other) = (usb("/dev/ttyUSB0", 0x10C4, 0xEA60), usb("/dev/ttyACM0", 0x1234, 1));
        let esp = usb("/dev/ttyACM1", 0x303A, 0x1001);
        assert_eq!(choose(&[]), Choice::None);
        assert_eq!(choose(std::slice::from_ref(&pci)), Choice::None);
        assert_eq!(choose(&[pci.clone(), other.clone()]), Choice::One(&other));
        assert_eq!(choose(&[other.clone(), bridge.clone()]), Choice::One(&bridge));
        assert_eq!(choose(&[bridge.clone(), other, esp.clone()]), Choice::Several(vec![&bridge, &esp]));
    }

    #[test]
    fn bridges_have_names() {
        assert_eq!(usb("a", 0x1A86, 0x55D4).describe(), "WCH CH9102");
        assert_eq!(usb("a", 0x303A, 0x4001).describe(), "Espressif");
        assert_eq!(usb("a", 0x0001, 0x0002).describe(), "a USB device");
        let named = Usb { product_name: Some("Thing".into()), vendor_name: Some("Acme".into()), ..Usb::default() };
        assert_eq!(Port { name: "a".into(), kind: Kind::Usb(named) }.describe(), "Acme Thing");
    }

    #[test]
    fn the_ports_of_this_machine_can_be_listed() {
        assert!(list().is_ok());
    }
}
