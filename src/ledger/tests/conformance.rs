//! What every ledger must do, whatever it stands on. Written against the trait.

use futures_util::future::join_all;

use super::*;

/// Runs the whole suite. `fresh` makes a new store; what it gives opens that store, again and again.
pub(crate) async fn conforms<L: Ledger, O: AsyncFn() -> L>(fresh: impl Fn() -> O) {
    commits_take_effect_in_the_order_of_calls(fresh()).await;
    a_commit_on_another_head_conflicts(fresh()).await;
    what_is_unfit_leaves_nothing_behind(fresh()).await;
    what_was_answered_is_there_after_a_start(fresh()).await;
    a_dropped_future_cancels_nothing(fresh()).await;
    rows_are_read_as_they_were_committed(fresh()).await;
    rows_are_paged_in_order(fresh()).await;
    a_closed_ledger_takes_nothing(fresh()).await;
}

async fn commits_take_effect_in_the_order_of_calls<L: Ledger>(open: impl AsyncFn() -> L) {
    let ledger = open().await;
    assert_eq!(ledger.head(), Head::GENESIS);
    let answers = join_all(commits(1..=600).into_iter().map(|commit| ledger.commit(commit))).await;
    let seqs: Vec<u64> = answers.iter().map(|answer| answer.as_ref().unwrap().seq).collect();
    assert_eq!(seqs, (1..=600).collect::<Vec<_>>());
    let last = answers.last().unwrap().clone().unwrap();
    assert_eq!(ledger.head(), Head { seq: 600, hash: last.hash, at: Some(time(600)) });
    ledger.close().await;
}

async fn a_commit_on_another_head_conflicts<L: Ledger>(open: impl AsyncFn() -> L) {
    let ledger = open().await;
    ledger.commit(commit(1)).await.unwrap();
    for seq in [0, 1, 3, u64::MAX] {
        assert_eq!(ledger.commit(commit(seq)).await, Err(CommitError::Conflict { head: 1 }));
    }
    ledger.commit(commit(2)).await.unwrap();
    ledger.close().await;
}

async fn what_is_unfit_leaves_nothing_behind<L: Ledger>(open: impl AsyncFn() -> L) {
    let ledger = open().await;
    let long = |len: usize| raw(&format!("[\"{}\"]", "x".repeat(len)));
    let value = |len: usize| vec![Row { key: b"r".to_vec(), value: Some(vec![0; len]) }];
    let own = vec![Row { key: b"\0head".to_vec(), value: None }];
    let bare = || Commit { words: Words::new(), ..commit(2) };
    let unfit = [
        Commit { events: long(70_000), ..bare() },
        Commit { rows: value(64 * 1024 + 1), ..commit(2) },
        Commit { events: raw("[0.5]"), ..bare() },
        Commit { rows: own, ..commit(2) },
    ];
    for unfit in unfit {
        let asked = [commit(1), unfit, commit(3), commit(2)].map(|mut commit| {
            commit.seq += ledger.head().seq;
            ledger.commit(commit)
        });
        let base = ledger.head().seq;
        let [first, unfit, after, instead] = join_all(asked).await.try_into().unwrap();
        assert_eq!((first.unwrap().seq, instead.unwrap().seq), (base + 1, base + 2));
        assert!(matches!(unfit, Err(CommitError::TooLong { .. } | CommitError::Malformed(_))), "{unfit:?}");
        assert_eq!(after, Err(CommitError::Conflict { head: base + 1 }));
    }
    ledger.close().await;
}

async fn what_was_answered_is_there_after_a_start<L: Ledger>(open: impl AsyncFn() -> L) {
    for life in 0..4 {
        let ledger = open().await;
        assert_eq!(ledger.head().seq, life * 10);
        assert_eq!(ledger.rows(b"r", None, 100).await.unwrap().len() as u64, life * 10);
        join_all(commits(life * 10 + 1..=life * 10 + 10).into_iter().map(|commit| ledger.commit(commit))).await;
        ledger.close().await;
    }
}

async fn a_dropped_future_cancels_nothing<L: Ledger>(open: impl AsyncFn() -> L) {
    let ledger = open().await;
    drop(ledger.commit(commit(1)));
    assert_eq!(ledger.commit(commit(2)).await.unwrap().seq, 2);
    ledger.close().await;
    assert_eq!(open().await.head().seq, 2);
}

async fn rows_are_read_as_they_were_committed<L: Ledger>(open: impl AsyncFn() -> L) {
    let ledger = open().await;
    for n in 1..=200 {
        let value = format!("version {n}");
        ledger.commit(Commit { rows: vec![row("rx", "older"), row("rx", &value)], ..commit(n) }).await.unwrap();
        assert_eq!(ledger.row(b"rx").await.unwrap(), Some(value.into_bytes()), "a read sees what was answered");
    }
    let gone = Row { key: b"rx".to_vec(), value: None };
    ledger.commit(Commit { rows: vec![gone], ..commit(201) }).await.unwrap();
    assert_eq!(ledger.row(b"rx").await.unwrap(), None);
    ledger.close().await;
}

async fn rows_are_paged_in_order<L: Ledger>(open: impl AsyncFn() -> L) {
    let ledger = open().await;
    let rows = ["ra1", "rb3", "rb1", "rb2", "rc1"].map(|key| row(key, key)).to_vec();
    ledger.commit(Commit { rows, ..commit(1) }).await.unwrap();
    let keys = |pairs: Vec<Pair>| pairs.into_iter().map(|(key, _)| String::from_utf8(key).unwrap()).collect::<Vec<_>>();
    assert_eq!(keys(ledger.rows(b"rb", None, 2).await.unwrap()), ["rb1", "rb2"]);
    assert_eq!(keys(ledger.rows(b"rb", Some(b"rb2"), 2).await.unwrap()), ["rb3"]);
    assert_eq!(keys(ledger.rows(b"rb", Some(b"rb3"), 2).await.unwrap()), [""; 0]);
    assert_eq!(keys(ledger.rows(b"r", None, 9).await.unwrap()), ["ra1", "rb1", "rb2", "rb3", "rc1"]);
    ledger.close().await;
}

async fn a_closed_ledger_takes_nothing<L: Ledger>(open: impl AsyncFn() -> L) {
    let ledger = open().await;
    let queued: Vec<_> = commits(1..=50).into_iter().map(|commit| ledger.commit(commit)).collect();
    ledger.close().await;
    assert!(join_all(queued).await.iter().all(Result::is_ok), "what was queued before is finished");
    assert_eq!(ledger.commit(commit(51)).await, Err(CommitError::Broken));
    assert_eq!(ledger.row(b"r").await, Err(IndexError::Behind));
    ledger.close().await;
    assert_eq!(open().await.head().seq, 50);
}

#[tokio::test]
async fn the_local_ledger_conforms() {
    conforms(|| {
        let dir = tempfile::tempdir().unwrap();
        async move || open_when_free(dir.path())
    })
    .await;
}

/// A ledger that was dropped and not closed lets go of its store in its own time.
fn open_when_free(dir: &Path) -> Local {
    loop {
        match Local::open(dir, &keys(), 0, &schema()) {
            Err(OpenError::Locked(_)) => std::thread::yield_now(),
            opening => return start(sound(opening.unwrap())),
        }
    }
}
