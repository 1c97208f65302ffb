//! Which press in a form was the last: only that one may redraw it, so that a slow answer to an earlier one does not
//! take a choice back, and none at all once the form is sent.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Mutex as Turn;

use crate::clock;

/// Forms that are remembered. More are not open at one time.
const MOST_FORMS: usize = 1_000;

/// How long a form that is sent waits for a redraw that is on its way. The ack has 2.5 s in all.
const LANDS_WITHIN: Duration = Duration::from_secs(1);

#[derive(Clone, Default)]
struct Presser {
    last: u64,
    turn: Arc<Turn<()>>,
}

/// A press: its number, and the form's turn, which one redraw holds at a time.
pub struct Pressed {
    /// Which it was.
    pub number: u64,
    /// The form's turn.
    pub turn: Arc<Turn<()>>,
}

/// Presses, by form.
#[derive(Default)]
pub struct Presses(Mutex<BTreeMap<String, Presser>>);

impl Presses {
    /// A new press in a form.
    pub fn press(&self, form: &str) -> Pressed {
        let mut forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if forms.len() >= MOST_FORMS && !forms.contains_key(form) {
            forms.pop_first();
        }
        let presser = forms.entry(form.to_owned()).or_default();
        presser.last += 1;
        Pressed { number: presser.last, turn: Arc::clone(&presser.turn) }
    }

    /// Whether no press came after this one.
    pub fn is_last(&self, form: &str, press: &Pressed) -> bool {
        let forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forms.get(form).is_some_and(|presser| presser.last == press.number)
    }

    /// The form is sent: no redraw begins any more, and one that is on its way lands before the answer, which may be
    /// another view in the form's place.
    pub async fn sent(&self, form: &str) {
        let Pressed { turn, .. } = self.press(form);
        if clock::timeout(LANDS_WITHIN, turn.lock()).await.is_err() {
            tracing::warn!("a form is answered while it is being redrawn");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_form_that_is_sent_is_not_redrawn_any_more() {
        let presses = Presses::default();
        let press = presses.press("V1");
        assert!(presses.is_last("V1", &press));
        presses.sent("V1").await;
        assert!(!presses.is_last("V1", &press));
    }

    #[tokio::test]
    async fn what_is_on_its_way_lands_before_the_answer() {
        let presses = Arc::new(Presses::default());
        let press = presses.press("V1");
        let turn = press.turn.lock().await;
        let mut sent = Box::pin(presses.sent("V1"));
        assert!(futures_util::poll!(&mut sent).is_pending());
        drop(turn);
        sent.await;
    }
}
