//! The names of those who may be asked, for what a form shows before it is sent: looked up in Slack, and remembered for
//! minutes. Nothing rests on them: who is asked is found out when a request is made.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    clock,
    domain::id::Email,
    say::{form, people::Named},
    slack::chat::Chat,
};

/// How long a name counts.
const KNOWN_FOR: Duration = Duration::from_secs(600);

/// The most names that are remembered; beyond, all are forgotten and looked up again as they are needed.
const MOST_NAMES: usize = 1_000;

/// Names by e-mail.
#[derive(Default)]
pub struct Names(Mutex<BTreeMap<Email, (Option<Named>, Duration)>>);

impl Names {
    /// Those of them that are known.
    pub fn of(&self, emails: &[Email]) -> form::Names {
        let now = clock::elapsed();
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = emails.iter().filter_map(|email| {
            let (named, at) = names.get(email)?;
            (now.saturating_sub(*at) < KNOWN_FOR).then(|| (email.clone(), named.clone()))
        });
        known.collect()
    }

    /// Looks the others up. Whoever Slack does not answer for stays unknown.
    pub async fn find(&self, chat: &Chat, emails: &[Email]) {
        let known = self.of(emails);
        for email in emails.iter().filter(|email| !known.contains_key(*email)) {
            match chat.named(email).await {
                Ok(named) => self.remember(email, named),
                Err(failure) => tracing::debug!(class = ?failure.class, "a name could not be looked up"),
            }
        }
    }

    fn remember(&self, email: &Email, named: Option<Named>) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST_NAMES {
            names.clear();
        }
        names.insert(email.clone(), (named, clock::elapsed()));
    }
}
