//! The shell on a ledger that has its troubles, and a start on a store that has lost its index.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, Utc};
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, ready},
};

use super::{Action, Core, Door, Engine, Helm, Input, Now, ReplyId, recover, rows, shell};
use crate::{
    clock::{Clock, Steered},
    domain::{
        account::Account,
        command::{Command, Refusal},
        decide::{Limits, Mode},
        home::Home,
        id::{RequestId, SlackUserId},
        live::Live,
        port::{Attempt, EffectError, Identity, Look, MembershipKey, Outcome, Outside, Posted, Unfit, ViewKey},
        request::Request,
        time::AccessDuration,
    },
    ledger::{Commit, CommitError, Hash, Head, IndexError, Keys, Ledger, Local, Pair, Receipt},
};

/// A ledger that keeps nothing.
#[derive(Default)]
struct Forgetful {
    damaged: AtomicBool,
}

impl Ledger for Forgetful {
    fn commit(&self, commit: Commit) -> BoxFuture<'static, Result<Receipt, CommitError>> {
        ready(Ok(Receipt { seq: commit.seq, hash: Hash::GENESIS })).boxed()
    }

    fn row(&self, _key: &[u8]) -> BoxFuture<'static, Result<Option<Vec<u8>>, IndexError>> {
        ready(Err(IndexError::Filling)).boxed()
    }

    fn rows(
        &self,
        _prefix: &[u8],
        _after: Option<&[u8]>,
        _limit: usize,
    ) -> BoxFuture<'static, Result<Vec<Pair>, IndexError>> {
        ready(Err(IndexError::Filling)).boxed()
    }

    fn head(&self) -> Head {
        Head::GENESIS
    }

    fn low(&self) -> bool {
        false
    }

    fn damaged(&self) -> bool {
        self.damaged.load(Ordering::Acquire)
    }

    fn close(&self) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

/// Vendors that never answer.
struct Silent;

impl Outside for Silent {
    async fn perform(&self, _attempt: Attempt) -> Result<Outcome, EffectError> {
        std::future::pending().await
    }

    async fn show(&self, _view: ViewKey, _request: Request, _others: Vec<Request>) -> Result<Posted, EffectError> {
        std::future::pending().await
    }

    async fn draw_home(&self, _: Home, _: Option<String>) -> Result<String, EffectError> {
        std::future::pending().await
    }

    async fn identify(&self, _slack: SlackUserId, _: Look) -> Result<Result<Identity, Unfit>, EffectError> {
        std::future::pending().await
    }

    async fn account(&self, _: MembershipKey) -> Result<Account, EffectError> {
        std::future::pending().await
    }
}

fn limits() -> Limits {
    let longest = AccessDuration::LONGEST;
    Limits {
        unanswered_after: longest,
        remind_after: AccessDuration::LONGEST,
        min_duration: longest,
        max_open: 1,
        tickets: crate::domain::ticket::Tickets::None,
        audit: crate::domain::ticket::AuditChannel::None,
        ..Limits::default()
    }
}

/// A running engine that knows of one request, which is over and in history.
fn running() -> (Arc<Forgetful>, Door, Helm) {
    let live = Live { next: RequestId::FIRST.next(), ..Live::default() };
    let ledger = Arc::new(Forgetful::default());
    let core = Core::new(live, Arc::default(), limits(), Mode::Serving, 1);
    let clock = Arc::new(Steered::default());
    let (engine, door, helm) = Engine::new(core, limits(), Arc::clone(&ledger), Arc::new(Silent), clock);
    tokio::spawn(engine.run());
    (ledger, door, helm)
}

fn alice() -> SlackUserId {
    SlackUserId::parse("U0ALICE").unwrap()
}

#[tokio::test]
async fn a_request_that_cannot_be_read_yet_is_not_said_to_be_none() {
    let (_ledger, door, helm) = running();
    let said = async |request| door.submit(Command::Return { who: alice(), request }).await.result;
    assert_eq!(said(RequestId::FIRST).await, Err(Refusal::NotReadable));
    assert_eq!(said(RequestId::FIRST.next()).await, Err(Refusal::NoSuchRequest));
    helm.stop().await;
}

#[tokio::test]
async fn nothing_is_decided_on_a_journal_that_is_found_damaged() {
    let (ledger, door, helm) = running();
    let said = async || door.submit(Command::Return { who: alice(), request: RequestId::FIRST.next() }).await.result;
    assert_eq!(said().await, Err(Refusal::NoSuchRequest));
    assert_eq!(door.status().mode, Mode::Serving);
    ledger.damaged.store(true, Ordering::Release);
    said().await.unwrap_err();
    assert_eq!(door.status().mode, Mode::Custody);
    helm.mode(Mode::Serving).await;
    said().await.unwrap_err();
    assert_eq!(door.status().mode, Mode::Custody, "nobody can steer it back");
    helm.stop().await;
}

#[tokio::test]
async fn a_start_without_an_index_waits_for_no_history() {
    let (dir, keys) = (tempfile::tempdir().unwrap(), Keys::derive(&[7; 32]));
    let now: DateTime<Utc> = Steered::default().now();
    let open = || {
        let opening = Local::open(dir.path(), &keys, 0, &recover::schema()).unwrap();
        recover::recover(opening, &keys, now).unwrap()
    };
    let mut core = Core::new(Live::default(), Arc::default(), limits(), Mode::Serving, 1);
    let start = Command::Start { version: "1".to_owned() };
    let input = Input::Command { command: start, archived: None, reply: ReplyId(1) };
    let actions = core.step(input, Now { wall: now, elapsed: Default::default() });
    let first = open();
    for action in actions {
        let Action::Save { entry, rows } = action else { continue };
        first.ledger.commit(shell::commit(&entry, rows).unwrap()).await.unwrap();
    }
    first.ledger.close().await;
    std::fs::remove_dir_all(dir.path().join("sled")).unwrap();
    let second = open();
    assert_eq!(second.live.seq, 1);
    let standing = loop {
        match second.ledger.row(&[rows::table::STATE]).await {
            Err(IndexError::Filling) => tokio::task::yield_now().await,
            row => break row.unwrap(),
        }
    };
    assert!(standing.is_some(), "history fills in by itself");
    second.ledger.close().await;
    let third = Local::open(dir.path(), &keys, 0, &recover::schema()).unwrap();
    let crate::ledger::Opening::Sound(third) = third else { panic!("in custody") };
    assert_eq!((third.tail_from(), third.doubt), (2, None), "it is whole");
}
