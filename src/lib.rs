//! Just-in-time access from Slack: asked for, approved, given in Okta, taken back on time.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod http;
pub mod jira;
pub mod lately;
pub mod ledger;
pub mod okta;
pub mod outside;
pub mod policy;
pub mod say;
pub mod server;
pub mod setup;
pub mod slack;
