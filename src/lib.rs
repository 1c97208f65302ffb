//! Just-in-time access from Slack: asked for, approved, given in Okta, taken back on time.

pub mod clock;
pub mod domain;
pub mod engine;
pub mod http;
pub mod ledger;
pub mod okta;
pub mod say;
pub mod slack;
