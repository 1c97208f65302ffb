//! The whole program against the outside world it is held to.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is a test's report")]

mod admins;
mod approvers;
mod audit;
mod clock;
mod contracts;
mod facts;
mod health;
mod house;
mod jira;
mod kills;
mod layering;
mod logs;
mod okta;
mod plays;
mod policy;
mod process;
mod record;
mod sim;
mod wording;
