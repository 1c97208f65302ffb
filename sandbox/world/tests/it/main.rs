//! The world, driven over the wire as a bot would, and as people do.

#![expect(clippy::unwrap_used, reason = "a panic is a test's report")]

mod bot;
mod control;
mod faults;
mod jira;
mod okta;
mod people;
mod slack_web;
mod sockets;
