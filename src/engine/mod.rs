//! The loop between the core and the world: it decides, records, waits and performs.
//!
//! [`Core`] is a state machine without threads, clocks or sockets: inputs go in, actions come out, so that a
//! simulation can hold every order of events against it. [`Engine`] is the shell around it.
//!
//! Law: nothing is answered, and no promise performed, before the line it rests on is durable.

mod agenda;
pub mod alone;
mod chronicle;
pub mod core;
pub mod door;
mod fits;
mod homes;
mod lanes;
mod owed;
mod patience;
pub mod recover;
mod rounds;
pub mod rows;
pub mod salvage;
pub mod shell;
mod shows;
mod timers;
pub mod turn;

#[cfg(test)]
mod tests;

pub use self::core::{Core, Known};
pub use self::door::{Door, Helm, Lines, Offer, Status};
pub use self::homes::Drawing;
pub use self::shell::{Broken, Engine};
pub use self::turn::{Action, Input, Now, ReplyId, Response, Wake};
