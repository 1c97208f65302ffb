//! Home tabs: who looks at theirs, what of it is out of date, and what it showed last.
//!
//! Owns when each is drawn; what it shows is looked up when its turn comes. All of it is volatile: after a start those
//! are taken for lookers whom something open concerns.
//!
//! Law: one drawing of a tab at a time, always of the newest durable state.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::agenda::Agenda;
use crate::domain::{
    home::{Home, Pages},
    id::{RequestId, SlackUserId},
    request::Request,
    time::Timestamp,
};

/// How long somebody who opened their tab is taken for a looker.
const LOOKS_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The most lookers. Whoever opened theirs the longest ago goes first.
const MOST_LOOKERS: usize = 10_000;

/// How long a drawing waits to be told who looks.
const FACTS_WITHIN: Duration = Duration::from_secs(2);

/// Between two drawings that only show what became of other people's access.
const PAUSE: Duration = Duration::from_secs(3);

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What can be decided on a tab: requests, and the digests of the terms that it shows.
type Decidable = BTreeSet<(RequestId, String)>;

/// What is to be known before a drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Facts {
    /// Nothing more than is known.
    Enough,
    /// Who looks: it is just opened, or it shows what others hold.
    Wanted,
    /// The same, and it is being looked up.
    Sought,
}

/// What became of the last drawing.
#[derive(Debug)]
enum Stage {
    /// It came to its end.
    Resting,
    /// It is under way.
    Drawing(Decidable),
}

#[derive(Debug)]
struct Looker {
    opened: Duration,
    pages: Pages,
    facts: Facts,
    stage: Stage,
    /// The state of what stands there, while it is known.
    hash: Option<String>,
    /// What it may show to be decided: after a drawing without an answer more than it does.
    decidable: Decidable,
    drawn: Duration,
    tries: u32,
}

impl Looker {
    const fn new(opened: Duration) -> Self {
        Self {
            opened,
            pages: Pages::NONE,
            facts: Facts::Enough,
            stage: Stage::Resting,
            hash: None,
            decidable: Decidable::new(),
            drawn: Duration::ZERO,
            tries: 0,
        }
    }

    fn is_gone(&self, now: Duration) -> bool {
        now.saturating_sub(self.opened) >= LOOKS_FOR
    }
}

/// All of them.
#[derive(Debug, Default)]
pub struct Homes {
    lookers: BTreeMap<SlackUserId, Looker>,
    /// Those who see what others hold.
    wide: BTreeSet<SlackUserId>,
    stale: Agenda<Duration, SlackUserId>,
    looks: Agenda<Timestamp, SlackUserId>,
    /// Those whose tab is being drawn, and is out of date before it is.
    again: BTreeSet<SlackUserId>,
    drawing: usize,
}

impl Homes {
    /// Somebody looks at their tab: it is drawn once it is known who they are, with the `pages` they wish to see; or at
    /// once, where they pressed something on what they saw.
    pub fn open(&mut self, who: &SlackUserId, pages: Option<Pages>, now: Duration) {
        self.forget(who, now);
        let looker = self.lookers.entry(who.clone()).or_insert_with(|| Looker::new(now));
        looker.opened = now;
        if let Some(pages) = pages {
            looker.facts = Facts::Wanted;
            looker.pages = pages;
        }
        self.stale.set(who.clone(), Some(now));
    }

    /// Makes room: nobody looks for longer than a day, and of too many the first go.
    fn forget(&mut self, but: &SlackUserId, now: Duration) {
        let mut gone: Vec<_> =
            self.lookers.iter().filter(|(_, looker)| looker.is_gone(now)).map(|(who, _)| who.clone()).collect();
        if self.lookers.len() >= MOST_LOOKERS && gone.is_empty() {
            gone.extend(self.lookers.iter().min_by_key(|(_, looker)| looker.opened).map(|(who, _)| who.clone()));
        }
        for who in gone.iter().filter(|who| *who != but) {
            self.drop(who);
        }
    }

    fn drop(&mut self, who: &SlackUserId) {
        if let Some(Looker { stage: Stage::Drawing(_), .. }) = self.lookers.remove(who) {
            self.drawing -= 1;
        }
        self.wide.remove(who);
        self.again.remove(who);
        self.stale.set(who.clone(), None);
        self.looks.set(who.clone(), None);
    }

    /// The program serves again: whoever something open concerns may be looking at what was drawn before.
    pub fn resume<'a>(&mut self, open: impl Iterator<Item = &'a Request>, now: Duration) {
        for request in open {
            for who in concerned(request) {
                self.lookers.entry(who.clone()).or_insert_with(|| Looker::new(now));
                self.stale.hasten(who, now);
            }
        }
    }

    /// A request changed: whoever it concerns sees it at once, and whoever sees what others hold soon.
    pub fn look(&mut self, request: &Request, now: Duration) {
        for who in concerned(request).filter(|who| self.lookers.contains_key(*who)) {
            self.stale.hasten(who, now);
        }
        for who in &self.wide {
            let last = self.lookers.get(who).map_or(Duration::ZERO, |looker| looker.drawn);
            self.stale.hasten(who, now.max(last + PAUSE));
        }
    }

    /// It was found out who somebody is.
    pub fn identified(&mut self, who: &SlackUserId, now: Duration) {
        if let Some(looker) = self.lookers.get_mut(who) {
            looker.facts = Facts::Enough;
            self.stale.hasten(who, now);
        }
    }

    /// Tabs that show a time left that is worth drawing again.
    pub fn tick(&mut self, wall: Timestamp, now: Duration) {
        while let Some(who) = self.looks.due(wall) {
            self.looks.set(who.clone(), None);
            self.stale.hasten(&who, now);
        }
    }

    /// Whose tab is to be drawn now. One that is being drawn is drawn again after that.
    pub fn ready(&mut self, now: Duration) -> Vec<SlackUserId> {
        let mut ready = Vec::new();
        while let Some(who) = self.stale.due(now) {
            self.stale.set(who.clone(), None);
            match self.lookers.get(&who).map(|looker| &looker.stage) {
                Some(Stage::Drawing(_)) => drop(self.again.insert(who)),
                Some(Stage::Resting) => ready.push(who),
                None => {}
            }
        }
        ready
    }

    /// Whether it is to be found out first who looks; if it takes too long, it is drawn with what is known.
    pub fn seeks(&mut self, who: &SlackUserId, now: Duration) -> bool {
        let Some(looker) = self.lookers.get_mut(who).filter(|looker| looker.facts == Facts::Wanted) else {
            return false;
        };
        looker.facts = Facts::Sought;
        self.stale.set(who.clone(), Some(now + FACTS_WITHIN));
        true
    }

    /// What somebody wishes to see of each part, if they still look.
    pub fn wish(&mut self, who: &SlackUserId, now: Duration) -> Option<Pages> {
        let looker = self.lookers.get(who)?;
        if looker.is_gone(now) {
            self.drop(who);
            return None;
        }
        Some(looker.pages.clone())
    }

    /// A drawing begins. Answers the state that it replaces.
    pub fn begin(&mut self, home: &Home) -> Option<String> {
        let looker = self.lookers.get_mut(&home.who)?;
        let shown: Decidable = home.decidable().collect();
        // People can be faster than the answer to a drawing.
        looker.decidable.extend(shown.iter().cloned());
        looker.stage = Stage::Drawing(shown);
        // Later changes of what others hold are seen by whom today's facts allow it.
        looker.facts = if home.sight.is_wide() { Facts::Wanted } else { Facts::Enough };
        looker.pages = home.pages.clone();
        self.drawing += 1;
        if home.sight.is_wide() {
            self.wide.insert(home.who.clone());
        } else {
            self.wide.remove(&home.who);
        }
        self.looks.set(home.who.clone(), home.next_look());
        looker.hash.take()
    }

    /// A tab was drawn, and this is its state now.
    pub fn drawn(&mut self, who: &SlackUserId, hash: String, now: Duration) {
        let shown = self.end(who, now);
        let Some(looker) = self.lookers.get_mut(who) else { return };
        (looker.hash, looker.drawn, looker.tries) = (Some(hash), now, 0);
        if let Some(shown) = shown {
            looker.decidable = shown;
        }
    }

    /// A drawing failed, or nobody knows how it went: it is tried again without regard to what stands there.
    pub fn fail(&mut self, who: &SlackUserId, after: Option<Duration>, now: Duration, jitter: f64) {
        self.end(who, now);
        let Some(looker) = self.lookers.get_mut(who) else { return };
        looker.tries += 1;
        let wait = Duration::from_secs(1 << looker.tries.saturating_sub(1).min(6)).min(LONGEST_WAIT);
        self.stale.set(who.clone(), Some(now + after.unwrap_or_else(|| wait.mul_f64(1.0 + jitter / 4.0))));
    }

    /// A drawing is over, and another is due if anything changed meanwhile. Answers what it showed to be decided.
    fn end(&mut self, who: &SlackUserId, now: Duration) -> Option<Decidable> {
        if self.again.remove(who) {
            self.stale.hasten(who, now);
        }
        let looker = self.lookers.get_mut(who)?;
        match std::mem::replace(&mut looker.stage, Stage::Resting) {
            Stage::Resting => None,
            Stage::Drawing(shown) => {
                self.drawing -= 1;
                Some(shown)
            }
        }
    }

    /// A tab can never be drawn.
    pub fn give_up(&mut self, who: &SlackUserId) {
        self.drop(who);
    }

    /// Whether somebody's tab shows a request on these terms, as it was last drawn.
    pub fn shows(&self, who: &SlackUserId, request: RequestId, digest: &str) -> bool {
        let looker = self.lookers.get(who);
        looker.is_some_and(|looker| looker.decidable.contains(&(request, digest.to_owned())))
    }

    /// When the next wait is over, and when the next time left is worth drawing.
    pub fn next(&self, now: Duration) -> (Option<Duration>, Option<Timestamp>) {
        (self.stale.next().filter(|at| *at > now), self.looks.next())
    }

    /// Whether any is being drawn.
    pub const fn busy(&self) -> bool {
        self.drawing > 0
    }

    /// Whether none is out of date.
    pub fn is_fresh(&self) -> bool {
        self.stale.is_empty() && !self.busy()
    }
}

/// Whom a request concerns: who asked, and whoever was asked.
fn concerned(request: &Request) -> impl Iterator<Item = &SlackUserId> {
    let asked = request.route().into_iter().flat_map(|route| route.asked().map(|one| &one.slack));
    std::iter::once(&request.asker).chain(asked)
}
