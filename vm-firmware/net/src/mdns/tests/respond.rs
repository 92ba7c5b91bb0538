//! Probing, announcing, answering, and taking leave.
use super::wire::{SECOND, Wire};

#[test]
fn x() {
    let mut wire = Wire::new(1);
    wire.pass(SECOND);
}
