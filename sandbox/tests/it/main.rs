//! The sandbox as a new user meets it: the real program, its page in a real browser.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is a test's report")]

mod browser;
mod drawn;
mod forms;
mod hands;
mod heal;
mod home;
mod mouse;
mod process;
mod sandbox;
mod screens;
mod second;
mod served;
mod steps;
mod tickets;
mod told;
mod walk;
