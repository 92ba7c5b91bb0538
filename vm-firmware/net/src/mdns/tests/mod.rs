//! Machines on a simulated link: what they tell, ask and find, and what they make of broken datagrams.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hostile;
mod query;
mod respond;
mod wire;
