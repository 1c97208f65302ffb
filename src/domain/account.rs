//! Whether an Okta account is somebody's who may hold anything: what open access depends on, beside its time.
//!
//! Owns which states of an account end access; refuses to know the vendor's words for them.
//!
//! Law: only what an admin did to the account ends access. Who has locked themselves out, or has a password to renew, holds
//! what they held: it happens by itself, to anybody, and could be brought about by whoever types a wrong password.

use serde::{Deserialize, Serialize};

/// How an account stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Account {
    /// Its holder keeps what they hold, whether or not they can sign in at the moment.
    Kept,
    /// It is taken from its holder.
    Closed(Closure),
}

/// How an account was taken from its holder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closure {
    /// For a while.
    Suspended,
    /// They have left.
    Deactivated,
    /// It is there no more.
    Deleted,
}
