//! The loop over a ledger that refuses lines.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use futures_util::{FutureExt as _, future::ready};

use super::*;
use crate::{
    clock::Steered,
    domain::{
        home::Home,
        id::{OktaGroupId, OktaUserId},
        live::Live,
        membership::{Membership, Motion},
        port::{Attempt, Effect, MembershipKey, Removal},
        time::AccessDuration,
    },
    ledger::{Hash, Head, IndexError, Pair},
};

/// Takes lines in their order; the second is refused as a full disk does, and time passes meanwhile.
struct Refusing {
    head: Mutex<u64>,
    refuses: CommitError,
    refused: AtomicBool,
    clock: Arc<Steered>,
}

impl Refusing {
    fn answer(&self, seq: u64) -> Result<Receipt, CommitError> {
        let mut head = self.head.lock().unwrap();
        if seq == 2 && !self.refused.swap(true, Ordering::AcqRel) {
            self.clock.advance(TimeDelta::hours(2));
            return Err(self.refuses.clone());
        }
        if seq != *head + 1 {
            return Err(CommitError::Conflict { head: *head });
        }
        *head = seq;
        Ok(Receipt { seq, hash: Hash::GENESIS })
    }
}

impl Ledger for Refusing {
    fn commit(&self, commit: Commit) -> BoxFuture<'static, Result<Receipt, CommitError>> {
        ready(self.answer(commit.seq)).boxed()
    }

    fn row(&self, _: &[u8]) -> BoxFuture<'static, Result<Option<Vec<u8>>, IndexError>> {
        ready(Err(IndexError::Absent)).boxed()
    }

    fn rows(&self, _: &[u8], _: Option<&[u8]>, _: usize) -> BoxFuture<'static, Result<Vec<Pair>, IndexError>> {
        ready(Err(IndexError::Absent)).boxed()
    }

    fn head(&self) -> Head {
        Head { seq: *self.head.lock().unwrap(), ..Head::GENESIS }
    }

    fn low(&self) -> bool {
        self.refused.load(Ordering::Acquire)
    }

    fn damaged(&self) -> bool {
        false
    }

    fn close(&self) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

/// Confirms every removal, and tells of it.
struct Removing(mpsc::UnboundedSender<MembershipKey>);

impl Outside for Removing {
    async fn perform(&self, attempt: Attempt) -> Result<Outcome, EffectError> {
        let Effect::RemoveMember { membership, .. } = attempt.effect else { return std::future::pending().await };
        self.0.send(membership).unwrap();
        Ok(Outcome::Removed { removal: Removal::Removed, receipt: None })
    }

    async fn show(&self, _: ViewKey, _: Request, _: Vec<Request>) -> Result<Posted, EffectError> {
        std::future::pending().await
    }

    async fn draw_home(&self, _: Home, _: Option<String>) -> Result<String, EffectError> {
        std::future::pending().await
    }

    async fn identify(&self, _: SlackUserId, _: Look) -> Result<Result<Identity, Unfit>, EffectError> {
        std::future::pending().await
    }

    async fn account(&self, _: MembershipKey) -> Result<Account, EffectError> {
        std::future::pending().await
    }
}

/// Somebody is held for an hour from now on, and the ledger refuses the second line.
fn engine(refuses: CommitError) -> (Engine<Refusing, Removing>, Door, Helm, mpsc::UnboundedReceiver<MembershipKey>) {
    let clock = Arc::new(Steered::default());
    let user = OktaUserId::parse("00uALICE").unwrap();
    let key = MembershipKey { group: OktaGroupId::parse("00gPROD").unwrap(), user };
    let holds = [(RequestId::FIRST, clock.now() + TimeDelta::hours(1))].into();
    let membership = Membership { holds, motion: Motion::Inside, ..Membership::new(key.clone()) };
    let live = Live { memberships: [(key, membership)].into(), next: RequestId::FIRST.next(), ..Live::default() };
    let (longest, max_open) = (AccessDuration::LONGEST, 0);
    let limits = Limits {
        unanswered_after: longest,
        remind_after: AccessDuration::LONGEST,
        min_duration: longest,
        max_open,
        tickets: crate::domain::ticket::Tickets::None,
        audit: crate::domain::ticket::AuditChannel::None,
        ..Limits::default()
    };
    let core = Core::new(live, Arc::default(), limits, Mode::Serving, 1);
    let ledger = Refusing { head: Mutex::new(0), refuses, refused: AtomicBool::new(false), clock: Arc::clone(&clock) };
    let (removals, removed) = mpsc::unbounded_channel();
    let (engine, door, helm) =
        Engine::new(core, limits, Arc::new(ledger), Arc::new(Removing(removals)), clock as Arc<dyn Clock>);
    (engine, door, helm, removed)
}

/// A command that is a line in every mode.
fn any_line() -> Command {
    Command::Salvage { held: Vec::new() }
}

#[tokio::test]
async fn what_is_due_while_a_line_is_refused_rests_on_what_is_durable() {
    let (engine, door, helm, mut removed) = engine(CommitError::Full);
    let running = tokio::spawn(engine.run());
    let response = door.submit(any_line()).await;
    assert_eq!(response.result, Err(Refusal::CannotBeSaved));
    door.watch().wait_for(|status| status.lines == Lines::Refused).await.unwrap();
    let removed = clock::timeout(Duration::from_secs(30), removed.recv()).await.unwrap();
    assert_eq!(removed.unwrap().user.as_str(), "00uALICE");
    helm.stop().await;
    running.await.unwrap().unwrap();
    assert_eq!((door.status().mode, door.status().lines), (Mode::LowDisk, Lines::NearlyFull));
}

#[tokio::test]
async fn a_conflict_with_its_own_head_ends_the_loop() {
    for refusal in [CommitError::Conflict { head: 7 }, CommitError::TooLong { bytes: 1 << 20 }] {
        let (engine, door, _helm, _removed) = engine(refusal.clone());
        let running = tokio::spawn(engine.run());
        door.submit(any_line()).await;
        let Err(Broken::Refused(2, error)) = running.await.unwrap() else { panic!("it goes on") };
        assert_eq!(error, refusal);
    }
}

/// What is begun because the mode changes is begun in the manners of before.
#[tokio::test]
async fn a_mode_that_changes_meanwhile_changes_before_either_half_of_a_configuration() {
    let (mut engine, door, _helm, _removed) = engine(CommitError::Full);
    engine.ledger.refused.store(true, Ordering::Release);
    let (sent, mut seen) = oneshot::channel();
    let beside = Box::new(move || sent.send(door.status().mode).unwrap());
    let (catalogue, limits) = (Arc::default(), engine.limits);
    engine.knock(Knock::Adopt(Adoption { catalogue, limits, beside })).unwrap();
    assert_eq!(seen.try_recv(), Ok(Mode::LowDisk));
}
