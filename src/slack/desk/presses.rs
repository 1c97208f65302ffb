//! Which press in a form was the last: only that one may redraw it, so that a slow answer to an earlier one does not
//! take a choice back.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Mutex as Turn;

/// Forms that are remembered. More are not open at one time.
const MOST_FORMS: usize = 1_000;

#[derive(Clone, Default)]
struct Presser {
    last: u64,
    turn: Arc<Turn<()>>,
}

/// Presses, by form.
#[derive(Default)]
pub struct Presses(Mutex<BTreeMap<String, Presser>>);

impl Presses {
    /// A new press in a form: its number, and the form's turn, which one redraw holds at a time.
    pub fn press(&self, form: &str) -> (u64, Arc<Turn<()>>) {
        let mut forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if forms.len() >= MOST_FORMS && !forms.contains_key(form) {
            forms.pop_first();
        }
        let presser = forms.entry(form.to_owned()).or_default();
        presser.last += 1;
        (presser.last, Arc::clone(&presser.turn))
    }

    /// Whether no press came after this one.
    pub fn is_last(&self, form: &str, press: u64) -> bool {
        let forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forms.get(form).is_some_and(|presser| presser.last == press)
    }
}
