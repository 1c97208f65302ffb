//! Who people are: looked up for whoever waits to know it, and what can be shown to them.
//!
//! Law: what was looked up under a configuration that is none any more is looked up anew before anybody hears of it.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::oneshot;

use super::{Broken, Engine, Job, Landed};
use crate::{
    domain::{
        id::SlackUserId,
        port::{EffectError, Identity, Look, Outside, Unfit},
    },
    engine::{door::Offer, turn::Input},
    ledger::Ledger,
};

/// Who waits for a look-up.
pub(super) type LookUp = oneshot::Sender<Option<Result<Identity, Unfit>>>;

/// The look-ups under way, each with those who wait for it.
pub(super) type LookUps = BTreeMap<(SlackUserId, Look), Vec<LookUp>>;

/// A look-up under way.
#[derive(Clone)]
pub(super) struct Sought {
    who: SlackUserId,
    look: Look,
    /// How many configurations were adopted before it.
    under: u64,
}

impl<L: Ledger + 'static, O: Outside> Engine<L, O> {
    /// Finds out who somebody is; from memory if that is minutes old and new enough.
    pub(super) fn look_up(&mut self, who: SlackUserId, look: Look, answer: Option<LookUp>) {
        if look == Look::Lately
            && let Some(known) = self.core.known(&who, self.now())
        {
            if let Some(answer) = answer {
                let _ = answer.send(Some(known.found.clone()));
            }
            return;
        }
        let key = (who, look);
        let begun = self.look_ups.contains_key(&key);
        self.look_ups.entry(key.clone()).or_default().extend(answer);
        if !begun {
            self.begin_look_up(key.0, look);
        }
    }

    fn begin_look_up(&mut self, who: SlackUserId, look: Look) {
        let outside = Arc::clone(&self.outside);
        let sought = Sought { who, look, under: self.adopted };
        self.spawn(Job::LookUp(sought.clone()), async move {
            let found = outside.identify(sought.who.clone(), look).await;
            Landed::LookedUp(sought, found)
        });
    }

    /// A look-up landed. What it found is remembered, but for what was asked more strictly than others ask it.
    pub(super) fn looked_up(
        &mut self,
        sought: Sought,
        found: Result<Result<Identity, Unfit>, EffectError>,
    ) -> Result<(), Broken> {
        let Sought { who, look, under } = sought;
        if found.is_ok() && under < self.adopted {
            self.begin_look_up(who, look);
            return Ok(());
        }
        for answer in self.look_ups.remove(&(who.clone(), look)).unwrap_or_default() {
            let _ = answer.send(found.clone().ok());
        }
        match (found, look) {
            (Ok(Err(Unfit::Guest)) | Err(_), Look::Now) => Ok(()),
            (Ok(found), _) => self.step(Input::LookedUp { who, found }),
            (Err(EffectError { after, .. }), Look::Lately) => self.step(Input::NotLookedUp { who, after }),
        }
    }

    /// What can be shown to somebody at once.
    pub(super) fn offer(&self, who: &SlackUserId) -> Offer {
        let now = self.now();
        let safe = self.core.safe();
        let person = safe.person(who);
        let open = person.into_iter().flat_map(|person| &person.open).filter_map(|id| safe.requests.get(id)).cloned();
        let bound = person.and_then(|person| person.bound().cloned());
        let held = bound.iter().flat_map(|bound| safe.stretches(&bound.okta, self.limits.gap, now.wall));
        Offer {
            catalogue: Arc::clone(self.core.catalogue()),
            limits: self.limits,
            known: self.core.known(who, now).map(|known| known.found.clone()),
            held: held.collect(),
            ours: bound.iter().flat_map(|bound| safe.ours(&bound.okta, now.wall)).collect(),
            bound,
            open: open.collect(),
            now: now.wall,
            mode: self.core.mode(),
            frozen: safe.frozen.clone(),
        }
    }
}
