//! What came of what was promised and shown, and what follows when it came to nothing.

use rand::RngExt as _;

use super::{Action, Core, Recorded, TOO_LONG_PAUSE};
use crate::{
    domain::{
        account::Account,
        command::{Command, Failure},
        id::{EffectId, OktaUserId, SlackUserId},
        live::Illegal,
        port::{Class, Effect, EffectError, Fault, Outcome, Posted, Vendor, ViewKey},
    },
    engine::turn::Now,
};

impl Core {
    pub(super) fn tried(
        &mut self,
        id: EffectId,
        result: Result<Outcome, EffectError>,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), Illegal> {
        self.lanes.land(id);
        match result.and_then(|outcome| self.refused(id, outcome)) {
            Ok(outcome) => match self.inner(&Command::Settle { effect: id, outcome }, now, actions)? {
                Recorded::Line if self.live.promises.contains_key(&id) => {
                    // Some of it is done, and it stands for the rest.
                    let jitter = self.random.random::<f64>();
                    self.lanes.fail(id, Class::Retry, None, now.elapsed, jitter);
                }
                Recorded::Line => {}
                // An answer that does not fit its promise is no answer.
                Recorded::Nothing => drop(self.lanes.fail(id, Class::Retry, None, now.elapsed, 1.0)),
                Recorded::TooLong => self.failed(id, self.too_long(id), now, actions)?,
            },
            Err(error) => self.failed(id, error, now, actions)?,
        }
        Ok(())
    }

    fn failed(&mut self, id: EffectId, error: EffectError, now: Now, actions: &mut Vec<Action>) -> Result<(), Illegal> {
        let jitter = self.random.random::<f64>();
        self.lanes.blame(id, &error.fault);
        if let Some(tally) = self.lanes.fail(id, error.class, error.after, now.elapsed, jitter) {
            let failure = Failure {
                effect: id,
                class: error.class,
                fault: error.fault,
                tries: tally.tries,
                doubt: tally.doubt,
                notable: tally.notable,
            };
            self.inner(&Command::Fail(failure), now, actions)?;
        }
        Ok(())
    }

    /// An outcome that no line can hold is the promise's failure: given up where it may be. What was given or taken
    /// meanwhile may have happened.
    fn too_long(&self, id: EffectId) -> EffectError {
        let class = match self.live.promises.get(&id).map(|promise| &promise.effect) {
            Some(Effect::AddMember { .. } | Effect::RemoveMember { .. }) => Class::Unknown,
            _ => Class::Rejected,
        };
        let fault = Fault { vendor: Vendor::Okta, status: None, code: Some("too long".to_owned()), receipt: None };
        EffectError { class, after: Some(TOO_LONG_PAUSE), fault }
    }

    /// A refusal of an addition is a failure like others: an earlier try of it may have happened all the same.
    fn refused(&self, id: EffectId, outcome: Outcome) -> Result<Outcome, EffectError> {
        match outcome {
            Outcome::Refused { fault } if self.is_addition(id) => {
                Err(EffectError { class: Class::Rejected, after: None, fault })
            }
            outcome => Ok(outcome),
        }
    }

    pub(super) fn shown(
        &mut self,
        view: ViewKey,
        revision: u64,
        result: Result<Posted, EffectError>,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), Illegal> {
        let stands = self.safe.requests.get(&view.request()).and_then(|r| r.shown.get(&view)).map(|s| s.posted.clone());
        match (result, stands) {
            (Ok(posted), _) => {
                self.inner(&Command::Show { view: view.clone(), posted, revision }, now, actions)?;
                self.shows.record(&view, self.live.seq);
            }
            (Err(EffectError { class: Class::Gone | Class::Rejected, .. }), Some(posted)) => {
                // The message is gone, or cannot be redrawn: it will not show more than it does.
                self.inner(&Command::Show { view: view.clone(), posted, revision }, now, actions)?;
                self.shows.record(&view, self.live.seq);
            }
            (Err(EffectError { class: Class::Gone | Class::Rejected, fault, .. }), None) => {
                self.inner(&Command::Miss { view: view.clone(), fault }, now, actions)?;
                self.shows.record(&view, self.live.seq);
            }
            (Err(error), _) => {
                let jitter = self.random.random::<f64>();
                self.shows.fail(&view, error.after, now.elapsed, jitter);
            }
        }
        for early in self.early.extract_if(.., |early| early.view == view).collect::<Vec<_>>() {
            self.command(&early.command, None, early.reply, now, actions)?;
        }
        Ok(())
    }

    /// Somebody's account was read, or could not be. Where that ends what they hold, it is on record.
    pub(super) fn account_read(
        &mut self,
        user: &OktaUserId,
        result: Result<Account, EffectError>,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), Illegal> {
        let unread = match &result {
            // What follows from it cannot be written yet.
            Ok(Account::Closed(_)) if now.elapsed < self.full_until => Some(self.full_until - now.elapsed),
            Err(error) => error.after,
            Ok(_) => None,
        };
        match result {
            Ok(account) if unread.is_none() => {
                self.rounds.read(now.elapsed);
                let Account::Closed(closure) = account else { return Ok(()) };
                self.inner(&Command::CloseAccount { okta: user.clone(), closure }, now, actions).map(drop)
            }
            _ => {
                let jitter = self.random.random::<f64>();
                self.rounds.fail(unread, now.elapsed, jitter);
                Ok(())
            }
        }
    }

    /// A Home tab was drawn, or could not be.
    pub(super) fn drawn(&mut self, who: &SlackUserId, number: u64, result: Result<String, EffectError>, now: Now) {
        match result {
            Ok(hash) => self.homes.drawn(who, number, hash, now.elapsed),
            Err(EffectError { class: Class::Gone | Class::Rejected, .. }) => {
                self.homes.give_up(who, number, now.elapsed);
            }
            Err(error) => {
                let jitter = self.random.random::<f64>();
                self.homes.fail(who, number, error.after, now.elapsed, jitter);
            }
        }
    }
}
