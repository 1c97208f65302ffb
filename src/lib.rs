//! Jitney.
pub mod ledger;
