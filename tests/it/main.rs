//! The whole program against the outside world it is held to.

mod house;
mod plays;
