//! The world, driven over the wire as a bot would, and as people do.

mod bot;
mod control;
mod faults;
mod okta;
mod people;
mod slack_web;
mod sockets;
