//! How bindings are contradicted and ended.

use super::{Fold, Illegal};
use crate::domain::{binding::Trust, event::Event, id::SlackUserId};

impl Fold<'_> {
    pub(super) fn identity(&mut self, event: &Event) -> Result<(), Illegal> {
        match event {
            Event::BindingSuspended { slack, why } => {
                let trust = Trust::Suspended { at: self.entry.at, why: why.clone() };
                self.touch_bound(slack)?;
                if let Some(binding) = self.person(slack).binding.as_mut().filter(|binding| binding.holds()) {
                    binding.trust = trust;
                }
                Ok(())
            }
            Event::PersonUnlinked { slack, .. } => {
                self.touch_bound(slack)?;
                if let Some(binding) = self.person(slack).binding.take() {
                    self.live.accounts.remove(&binding.identity.okta);
                }
                Ok(())
            }
            _ => Err(self.illegal("it is about nobody's accounts")),
        }
    }

    fn touch_bound(&self, slack: &SlackUserId) -> Result<(), Illegal> {
        match self.live.binding(slack) {
            Some(_) => Ok(()),
            None => Err(self.illegal(format!("{slack} is not bound"))),
        }
    }
}
