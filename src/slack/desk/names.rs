//! The names of those who may be asked, for what a form shows before it is sent: looked up in Slack, and remembered for
//! minutes. Nothing rests on them: who is asked is found out when a request is made.

use std::time::Duration;

use crate::{
    clock,
    domain::id::Email,
    lately::Lately,
    say::{form, people::Named},
    slack::chat::Chat,
};

/// How long a name counts.
const KNOWN_FOR: Duration = Duration::from_secs(600);

/// The most names that are remembered.
const MOST_NAMES: usize = 1_000;

/// Names by e-mail; nothing of those who have none in Slack.
pub struct Names(Lately<Email, Option<Named>>);

impl Default for Names {
    fn default() -> Self {
        Self(Lately::new(KNOWN_FOR, MOST_NAMES))
    }
}

impl Names {
    /// Those of them that are known.
    pub fn of(&self, emails: &[Email]) -> form::Names {
        let now = clock::elapsed();
        emails.iter().filter_map(|email| Some((email.clone(), self.0.get(email, now)?))).collect()
    }

    /// Looks the others up. Whoever Slack does not answer for stays unknown.
    pub async fn find(&self, chat: &Chat, emails: &[Email]) {
        let known = self.of(emails);
        for email in emails.iter().filter(|email| !known.contains_key(*email)) {
            match chat.named(email).await {
                Ok(named) => self.0.put(email.clone(), named, clock::elapsed()),
                Err(failure) => tracing::debug!(class = ?failure.class, "a name could not be looked up"),
            }
        }
    }
}
