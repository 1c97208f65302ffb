//! Home tabs as people see them: what was last drawn, and that it is how things stand.

use std::{collections::BTreeMap, time::Duration};

use jitney::{
    domain::{
        command::Surface,
        decide::Mode,
        home::{Home, Looker, Pages},
        id::{RequestId, SlackUserId},
        port::{Class, EffectError, Vendor},
    },
    engine::Core,
};
use rand::{RngExt as _, rngs::SmallRng};

use super::{
    outside::{Outside, error},
    run::Counts,
};

/// Whoever opened theirs is taken for a looker for a day; an hour less is checked.
const LOOKS_FOR_MS: u64 = 23 * 3_600_000;

/// What stands on one tab.
struct Tab {
    home: Home,
    hash: u64,
    boot: u64,
}

/// All of them.
#[derive(Default)]
pub struct Tabs {
    drawn: BTreeMap<SlackUserId, Tab>,
    opened: BTreeMap<SlackUserId, (u64, u64)>,
    hashes: u64,
}

impl Tabs {
    /// Somebody opens theirs, in some run of the program.
    pub fn open(&mut self, who: &SlackUserId, boot: u64, now: u64) {
        self.opened.insert(who.clone(), (boot, now));
    }

    /// A drawing: refused, lost, overtaken, or done.
    pub fn draw(
        &mut self,
        home: Home,
        hash: Option<String>,
        boot: u64,
        outside: &Outside,
        (now, random): (u64, &mut SmallRng),
        counts: &mut Counts,
    ) -> (u64, Result<String, EffectError>) {
        let latency = now + random.random_range(1..1_500);
        if now < outside.slack_down_until {
            return (latency, Err(error(Class::Retry, Vendor::Slack, Some(503))));
        }
        let stands = self.drawn.get(&home.who).map(|tab| tab.hash.to_string());
        // Now and then an older run of the program drew over it.
        if hash.is_some() && (hash != stands || !outside.healed && random.random_ratio(1, 20)) {
            return (
                latency,
                Err(EffectError { after: Some(Duration::ZERO), ..error(Class::Retry, Vendor::Slack, None) }),
            );
        }
        if !outside.healed && random.random_ratio(1, 30) {
            let after = Some(Duration::from_secs(random.random_range(1..60)));
            return (latency, Err(EffectError { after, ..error(Class::Retry, Vendor::Slack, Some(429)) }));
        }
        self.hashes += 1;
        counts.drawn += 1;
        self.drawn.insert(home.who.clone(), Tab { home, hash: self.hashes, boot });
        if !outside.healed && random.random_ratio(1, 12) {
            counts.lost_replies += 1;
            return (now + 10_000, Err(error(Class::Unknown, Vendor::Slack, None)));
        }
        (latency, Ok(self.hashes.to_string()))
    }

    /// Something that can be decided on somebody's tab as it stands, however old it is.
    pub fn decidable(&self, who: &SlackUserId) -> Option<(RequestId, String, Surface)> {
        let (request, digest) = self.drawn.get(who)?.home.decidable().next()?;
        Some((request, digest, Surface::Home))
    }

    /// With nothing left to draw, whoever opened their tab in this run sees how things stand. Answers how many do.
    pub fn stale(&self, core: &Core, outside: &Outside, boot: u64, now: u64) -> Result<u64, String> {
        if !core.is_quiet() || core.mode() != Mode::Serving {
            return Ok(0);
        }
        let looking = self.opened.iter().filter(|(_, (run, at))| *run == boot && now - at < LOOKS_FOR_MS);
        let looked = looking.map(|(who, _)| self.look(who, core, outside, boot));
        looked.sum()
    }

    fn look(&self, who: &SlackUserId, core: &Core, outside: &Outside, boot: u64) -> Result<u64, String> {
        let Some(Tab { home, boot: run, .. }) = self.drawn.get(who) else {
            return Err(format!("{who:?} opened their tab, and it is empty"));
        };
        let identity = outside.identity(who);
        // As long as there are faults, whoever could not be looked up sees what is theirs.
        let facts = (outside.healed || home.sight.is_wide()).then_some(Ok(&identity));
        let looker = Looker { who, facts, pages: &Pages::NONE };
        let stands = Home::of(core.safe(), core.catalogue(), core.mode(), home.now, looker);
        let rows = |home: &Home| {
            [&home.waiting, &home.held, &home.asked, &home.others]
                .map(|part| part.rows.iter().map(|request| (request.id, request.revision)).collect::<Vec<_>>())
        };
        let same = *run == boot && (rows(home), &home.past) == (rows(&stands), &stands.past);
        let same = same && (!outside.healed || home.sight == stands.sight);
        if same {
            return Ok(u64::from(home.sight.is_wide() && home.others.total > 0));
        }
        Err(format!("{who:?} sees {:?}, and {:?} stands", rows(home), rows(&stands)))
    }
}
