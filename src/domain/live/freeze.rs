//! That nothing is opened, by an admin's word: since when, and which requests wait for its end.
//!
//! Law: a request that is approved says itself whether it waits, so that its messages follow from it alone.

use serde::{Deserialize, Serialize};

use super::{Fold, Illegal};
use crate::domain::{
    request::{Decider, State},
    time::Timestamp,
};

/// That nothing is opened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// By whose word.
    pub by: Decider,
    /// Since when.
    pub since: Timestamp,
}

impl Fold<'_> {
    pub(super) fn freeze(&mut self, by: &Decider) -> Result<(), Illegal> {
        if self.live.frozen.is_some() {
            return Err(self.illegal("nothing is opened as it is"));
        }
        let since = self.entry.at;
        self.live.frozen = Some(Freeze { by: by.clone(), since });
        self.let_wait(Some(since));
        Ok(())
    }

    pub(super) fn unfreeze(&mut self) -> Result<(), Illegal> {
        let illegal = self.illegal("nothing is frozen");
        self.live.frozen.take().ok_or(illegal)?;
        self.let_wait(None);
        Ok(())
    }

    /// What is approved and not open waits from now on, or no longer.
    fn let_wait(&mut self, since: Option<Timestamp>) {
        self.touched.freeze = true;
        for request in self.live.requests.values_mut() {
            if let State::Approved { frozen, .. } = &mut request.state {
                *frozen = since;
                request.revision += 1;
                self.touched.requests.insert(request.id);
            }
        }
    }
}
