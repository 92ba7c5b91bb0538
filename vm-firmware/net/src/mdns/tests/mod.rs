//! Machines on a simulated link: what they tell, ask and find, and what they make of broken datagrams.

mod hostile;
mod query;
mod respond;
mod wire;
