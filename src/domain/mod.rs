//! The core: what may happen to a request, and what follows from it.
//!
//! Pure: it reads no clock, draws no random number, and knows no vendor, disk or thread.

pub mod catalogue;
pub mod duration;
pub mod id;
pub mod port;
pub mod time;
