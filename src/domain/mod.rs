//! The core: what may happen to a request, and what follows from it.
//!
//! Pure: it reads no clock, draws no random number, and knows no vendor, disk or thread.

pub mod account;
pub mod alarm;
pub mod binding;
pub mod catalogue;
pub mod command;
pub mod configuration;
pub mod decide;
pub mod duration;
pub mod duty;
pub mod event;
pub mod home;
pub mod id;
pub mod live;
pub mod membership;
pub mod past;
pub mod port;
pub mod quorum;
pub mod request;
pub mod review;
pub mod rules;
pub mod said;
pub mod ticket;
pub mod time;

#[cfg(test)]
mod tests;
