//! How the account of whoever holds something stands.
//!
//! The states: <https://developer.okta.com/docs/reference/user-lifecycle/>. A word that Okta may add is not read as an end.

use super::{Okta, OktaPerson};
use crate::{
    clock,
    domain::{
        account::{Account, Closure},
        port::{Class, EffectError, MembershipKey, Removal},
    },
    http::Priority,
};

impl Okta {
    /// Reads the account. One that cannot be found is deleted only where the group can be read and does not list it, twice
    /// the same: Okta answers lost rights in the same words.
    ///
    /// # Errors
    /// See [`EffectError`]. They say nothing about the account.
    pub async fn account(&self, holder: &MembershipKey) -> Result<Account, EffectError> {
        match self.user(holder.user.as_str()).await {
            Ok(person) => Ok(person.account()),
            Err(error) if error.class == Class::Gone => match self.seen_twice(holder).await? {
                Some(Removal::UserGone) => Ok(Account::Closed(Closure::Deleted)),
                _ => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// How a membership can be seen to be none, now and a moment later.
    async fn seen_twice(&self, holder: &MembershipKey) -> Result<Option<Removal>, EffectError> {
        let seen = self.absence(holder, Priority::Other).await?;
        if seen.is_none() {
            return Ok(None);
        }
        clock::pause(self.timing.between_reads).await;
        let again = self.absence(holder, Priority::Other).await?;
        Ok(seen.filter(|seen| again == Some(*seen)))
    }
}

impl OktaPerson {
    /// Whether an admin took the account from its holder. Not where they cannot sign in for another reason: `LOCKED_OUT`,
    /// `PASSWORD_EXPIRED` and `RECOVERY` pass, and anybody can bring the first about.
    fn account(&self) -> Account {
        match self.status.as_str() {
            "SUSPENDED" => Account::Closed(Closure::Suspended),
            "DEPROVISIONED" => Account::Closed(Closure::Deactivated),
            _ => Account::Kept,
        }
    }
}
