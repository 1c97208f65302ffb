//! What admins say of granting, in the order in which they typed it: looking one of them up may take longer than another.
//!
//! It owns that order, which ends with the process, as the look-ups do. It refuses to know who may say it.
//!
//! Law: one person's words take effect in their order, and whoever has things opened again ends no freeze that was typed
//! after that.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::{Mutex, MutexGuard, watch};

use crate::domain::id::SlackUserId;

/// Words on granting.
#[derive(Default)]
pub struct Words {
    typed: watch::Sender<Typed>,
    newest: Mutex<Newest>,
}

#[derive(Default)]
struct Typed {
    last: u64,
    under_way: BTreeMap<u64, SlackUserId>,
}

/// A word that is under way until this is dropped.
pub struct Word {
    /// Whose.
    pub who: SlackUserId,
    number: u64,
    words: Arc<Words>,
}

/// The freeze that was typed last, of those since the start that are not ended.
#[derive(Default)]
pub struct Newest(Option<(u64, String)>);

impl Words {
    /// Somebody typed one.
    pub fn typed(self: &Arc<Self>, who: SlackUserId) -> Word {
        let mut number = 0;
        self.typed.send_modify(|typed| {
            typed.last += 1;
            number = typed.last;
            typed.under_way.insert(number, who.clone());
        });
        Word { who, number, words: Arc::clone(self) }
    }
}

impl Word {
    /// Waits until something has come of all that the same person typed before.
    pub async fn turn(&self) {
        let theirs = |typed: &Typed| typed.under_way.range(..self.number).any(|(_, who)| *who == self.who);
        // The sender lives as long as this does.
        let _ = self.words.typed.subscribe().wait_for(|typed| !theirs(typed)).await;
    }

    /// The newest freeze, for whoever says something: one at a time.
    pub async fn newest(&self) -> MutexGuard<'_, Newest> {
        self.words.newest.lock().await
    }
}

impl Drop for Word {
    fn drop(&mut self) {
        self.words.typed.send_modify(|typed| drop(typed.under_way.remove(&self.number)));
    }
}

impl Newest {
    /// Who has had nothing opened by a word that was typed after this one.
    pub fn after(&self, word: &Word) -> Option<&str> {
        self.0.as_ref().filter(|(number, _)| *number > word.number).map(|(_, by)| by.as_str())
    }

    /// Nothing is opened, by this word.
    pub fn frozen(&mut self, word: &Word, by: String) {
        if self.after(word).is_none() {
            self.0 = Some((word.number, by));
        }
    }

    /// Things are opened.
    pub fn resumed(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn typed(words: &Arc<Words>, who: &str) -> Word {
        words.typed(SlackUserId::parse(who).unwrap())
    }

    #[test]
    fn one_persons_words_wait_for_each_other_and_for_nobody_elses() {
        let words = Arc::<Words>::default();
        let (first, others, second) = (typed(&words, "U0CAROL"), typed(&words, "U0DANA"), typed(&words, "U0CAROL"));
        assert!(first.turn().now_or_never().is_some());
        assert!(others.turn().now_or_never().is_some());
        assert!(second.turn().now_or_never().is_none());
        drop(first);
        assert!(second.turn().now_or_never().is_some());
    }

    #[test]
    fn the_newest_freeze_is_the_one_that_was_typed_last() {
        let words = Arc::<Words>::default();
        let each = ["U0ALICE", "U0BOB", "U0CAROL", "U0DANA"].map(|who| typed(&words, who));
        let mut newest = Newest::default();
        assert_eq!(newest.after(&each[0]), None);
        newest.frozen(&each[2], "carol".into());
        newest.frozen(&each[0], "alice".into());
        let after = each.each_ref().map(|word| newest.after(word).map(str::to_owned));
        assert_eq!(after, [Some("carol".into()), Some("carol".into()), None, None]);
        newest.resumed();
        assert_eq!(newest.after(&each[0]), None);
    }
}
