//! The rounds: the account of whoever holds something is read in Okta, again and again.
//!
//! Owns whose turn it is, all volatile: after a start it is everybody's. Refuses to know what an account says, and what
//! follows from it.
//!
//! Law: one is read at a time, and what could not be read says nothing about anybody.

use std::time::Duration;

use super::{agenda::Agenda, patience};
use crate::domain::{id::OktaUserId, live::Live, time::Timestamp};

/// Between two reads: 240 a minute at most, of 600 and more that Okta allows.
const PACE: Duration = Duration::from_millis(250);

/// Whose account is read when.
#[derive(Debug, Default)]
pub struct Rounds {
    /// Whose turn comes.
    agenda: Agenda<Timestamp, OktaUserId>,
    /// Whose turn has come, in the order in which it did.
    queue: Agenda<u64, OktaUserId>,
    /// The last place in it.
    last: u64,
    reading: Option<OktaUserId>,
    not_before: Duration,
    /// Failures in a row.
    failures: u32,
}

impl Rounds {
    /// The turn of everybody who holds something comes at a time, if it was not to come sooner.
    pub fn hasten_all(&mut self, live: &Live, at: Timestamp) {
        let held = live.memberships.values().filter(|membership| !membership.holds.is_empty());
        held.for_each(|membership| self.hasten(&membership.key.user, at));
    }

    /// Somebody's turn comes at a time, if it was not to come sooner.
    pub fn hasten(&mut self, user: &OktaUserId, at: Timestamp) {
        if !self.queue.holds(user) {
            self.agenda.hasten(user, at);
        }
    }

    /// Time has passed: whose turn has come stands in the queue.
    pub fn tick(&mut self, now: Timestamp) {
        while let Some(user) = self.agenda.due(now) {
            self.stand_in_line(user);
        }
    }

    fn stand_in_line(&mut self, user: OktaUserId) {
        self.last += 1;
        self.agenda.set(user.clone(), None);
        self.queue.hasten(&user, self.last);
    }

    /// The next who is read now, and again at a time. Whoever holds nothing any more is passed over, and forgotten.
    pub fn begin<T>(
        &mut self,
        now: Duration,
        again: Timestamp,
        holding: impl Fn(&OktaUserId) -> Option<T>,
    ) -> Option<T> {
        if self.reading.is_some() || now < self.not_before {
            return None;
        }
        while let Some(user) = self.queue.due(self.last) {
            self.queue.set(user.clone(), None);
            if let Some(found) = holding(&user) {
                self.agenda.hasten(&user, again);
                self.reading = Some(user);
                return Some(found);
            }
        }
        None
    }

    /// Who was being read is read.
    pub fn read(&mut self, now: Duration) {
        self.reading = None;
        self.failures = 0;
        self.not_before = now + PACE;
    }

    /// Who was being read could not be. All wait for a while, and they the longest: it may be Okta, or they alone.
    pub fn fail(&mut self, after: Option<Duration>, now: Duration, jitter: f64) {
        self.failures += 1;
        self.not_before = now + after.unwrap_or_else(|| patience::wait(self.failures, jitter)).max(PACE);
        if let Some(user) = self.reading.take() {
            self.stand_in_line(user);
        }
    }

    /// When the next turn comes, and when a wait is over.
    pub fn next(&self, now: Duration) -> (Option<Timestamp>, Option<Duration>) {
        let waits = self.reading.is_none() && !self.queue.is_empty() && self.not_before > now;
        (self.agenda.next(), waits.then_some(self.not_before))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn user(name: &str) -> OktaUserId {
        OktaUserId::parse(format!("00u{name}")).unwrap()
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(secs)
    }

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    /// Everybody holds something, but Erin.
    fn begin(rounds: &mut Rounds, now: Duration) -> Option<OktaUserId> {
        rounds.begin(now, at(300), |who| (*who != user("ERIN")).then(|| who.clone()))
    }

    fn rounds(names: &[&str]) -> Rounds {
        let mut rounds = Rounds::default();
        names.iter().for_each(|name| rounds.hasten(&user(name), at(0)));
        rounds.tick(at(0));
        rounds
    }

    #[test]
    fn one_is_read_at_a_time_and_the_next_a_little_later() {
        let mut rounds = rounds(&["ALICE", "BOB"]);
        assert_eq!(begin(&mut rounds, secs(0)), Some(user("ALICE")));
        assert_eq!(begin(&mut rounds, secs(9)), None, "she is being read");
        rounds.read(secs(9));
        assert_eq!(rounds.next(secs(9)), (Some(at(300)), Some(secs(9) + PACE)));
        assert_eq!(begin(&mut rounds, secs(9)), None);
        assert_eq!(begin(&mut rounds, secs(10)), Some(user("BOB")));
        rounds.read(secs(10));
        assert_eq!(rounds.next(secs(11)), (Some(at(300)), None));
        rounds.tick(at(300));
        assert_eq!(begin(&mut rounds, secs(310)), Some(user("ALICE")), "her turn comes again");
    }

    #[test]
    fn who_cannot_be_read_holds_up_nobody_for_long_and_is_tried_again() {
        let mut rounds = rounds(&["ALICE", "BOB"]);
        assert_eq!(begin(&mut rounds, secs(0)), Some(user("ALICE")));
        rounds.fail(None, secs(0), 0.0);
        assert_eq!(rounds.next(secs(0)), (None, Some(secs(1))));
        assert_eq!(begin(&mut rounds, secs(1)), Some(user("BOB")));
        rounds.fail(Some(secs(30)), secs(1), 0.0);
        assert_eq!(begin(&mut rounds, secs(30)), None, "a vendor's wait is kept");
        assert_eq!(begin(&mut rounds, secs(31)), Some(user("ALICE")));
        rounds.fail(None, secs(31), 0.0);
        assert_eq!(rounds.next(secs(31)), (None, Some(secs(35))), "each failure in a row doubles it");
    }

    #[test]
    fn who_holds_nothing_any_more_is_forgotten() {
        let mut rounds = rounds(&["ERIN"]);
        assert_eq!(begin(&mut rounds, secs(0)), None);
        rounds.tick(at(1_000_000));
        assert_eq!(rounds.next(secs(1_000_000)), (None, None));
    }

    #[test]
    fn a_turn_is_brought_forward_and_never_put_off() {
        let mut rounds = Rounds::default();
        rounds.hasten(&user("ALICE"), at(300));
        rounds.hasten(&user("ALICE"), at(600));
        assert_eq!(rounds.next(secs(0)).0, Some(at(300)));
        rounds.hasten(&user("ALICE"), at(0));
        rounds.tick(at(0));
        rounds.hasten(&user("ALICE"), at(300));
        assert_eq!(rounds.next(secs(0)), (None, None), "she stands in line");
    }
}
