//! Strangers who mean no good, against the firmware in QEMU that serves all that it can at once. The test is the network:
//! it makes frames, and takes QEMU's router from the wire where that would answer, too. Afterwards the machine serves as
//! before, and no memory is missing.

use std::time::Duration;

use emberl_tests::{
    qemu::{self, frames::Ip},
    tools::{Tool, needs},
};
use libtest_mimic::Arguments;

#[path = "network_hostile/answers.rs"]
mod answers;
#[path = "network_hostile/clients.rs"]
mod clients;
#[path = "network_hostile/floods.rs"]
mod floods;
#[path = "network_hostile/messages.rs"]
mod messages;
#[path = "network_hostile/net.rs"]
mod net;

const LIMIT: Duration = Duration::from_secs(60);
/// A good client has its answer in this time after strangers were there; while they are, one that is sent again a few times.
const GOOD: Duration = Duration::from_secs(5);
/// A client that does not go on is dropped in this time: two seconds of the server's, and a slow machine's.
const DROPPED: Duration = Duration::from_secs(8);
/// Bytes by which the memory may differ: what processes hold that are not collected at the same moment.
const SLACK: u64 = 2048;
/// Frames of each flood.
const FLOOD: usize = 20_000;
/// The variable with the seed of what is random; without, the time is.
const SEED: &str = "EMBERL_HOSTILE_SEED";

const MACHINE: Ip = [10, 0, 2, 15];
const ROUTER: Ip = [10, 0, 2, 2];
const NAMES: Ip = [10, 0, 2, 3];
/// The test.
const SELF: Ip = [10, 0, 2, 77];
/// What a lookup has to find, and what strangers say.
const RIGHT: Ip = [10, 9, 8, 7];
const WRONG: Ip = [6, 6, 6, 6];

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let tools = [qemu::TOOLS.as_slice(), &[Tool::Erlc]].concat();
    let trials = vec![
        needs(&tools, "hostile::answers_that_are_wrong", answers::all),
        needs(&tools, "hostile::floods_and_clients", floods::all),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}
