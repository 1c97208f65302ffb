//! Slack: what people press and read, over Socket Mode and the Web API.
//!
//! It owns the wire: sockets, acks, calls, their deadlines and the classes of their errors. It refuses to know stores,
//! Okta, Jira and the rules. One law: nothing that a person waits for is answered with a success it has not earned.

pub mod blocks;
pub mod chat;
pub mod client;
pub mod connector;
pub mod desk;
pub mod envelope;
pub mod error;
pub mod preflight;
pub mod transport;

#[cfg(test)]
mod fake;
