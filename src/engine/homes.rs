//! Home tabs: who looks at theirs, what of it is out of date, and what was offered on it to be decided.
//!
//! Owns whose turn it is to be drawn; what is shown is looked up at that moment. All of it is volatile: for a day after a
//! start whoever something concerns is taken for a looker, since they may have opened theirs before.
//!
//! Law: one drawing of a tab at a time, of the newest durable state; and nothing is drawn that would look the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{agenda::Agenda, patience::wait};
use crate::domain::{
    home::{Home, Pages},
    id::{RequestId, SlackUserId},
    request::Request,
    time::Timestamp,
};

mod pace;

pub use pace::Call;
use pace::Pace;

/// How long somebody who opened their tab is taken for a looker.
const LOOKS_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The most lookers. Whoever opened theirs the longest ago goes first.
const MOST_LOOKERS: usize = 10_000;

/// Drawings at one time: the others wait in their order, and are of a newer state when their turn comes.
const AT_ONCE: usize = 4;

/// Look-ups at one time of people who did nothing to be looked up.
const LOOK_UPS_AT_ONCE: usize = 16;

/// Drawings in a minute: in all, and of these such that nobody asked for.
const DRAWINGS: Pace = Pace::new(90, 60);

/// Look-ups in a minute, likewise.
const LOOK_UPS: Pace = Pace::new(60, 40);

/// How long a drawing waits to be told who looks.
const FACTS_WITHIN: Duration = Duration::from_secs(2);

/// When a look-up that finds no place is tried again.
const SLOT_WITHIN: Duration = Duration::from_secs(1);

/// Between two drawings that only show what became of other people's access.
const PAUSE: Duration = Duration::from_secs(3);

/// What is known of somebody who looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Facts {
    /// As much as is needed.
    Enough,
    /// To be looked up from then on: a tab that shows what others hold is drawn on today's facts.
    Wanted { from: Duration },
    /// Being looked up; a drawing waits until then.
    Sought { until: Duration },
}

/// What to do about somebody whose turn has come, and of whom nothing is known of late.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seek {
    /// They are to be looked up; their turn comes again with the answer, or when it takes too long.
    LookUp,
    /// They are being looked up, or will be: their turn comes again.
    Wait,
    /// Their tab is drawn with what is known.
    Draw,
}

/// What became of the last drawing.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Stage {
    /// It came to its end.
    Resting,
    /// It is under way.
    Drawing { number: u64, sketch: String, again: Option<Call> },
}

/// What stands on a tab.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Stands {
    hash: String,
    sketch: String,
}

#[derive(Debug)]
struct Looker {
    opened: Duration,
    pages: Pages,
    facts: Facts,
    stage: Stage,
    /// Nothing while nobody knows: before the first drawing, and after one without an answer.
    stands: Option<Stands>,
    /// What this run of the program drew on it to be decided, as long as it can be.
    offered: BTreeSet<(RequestId, String)>,
    drawn: Duration,
    not_before: Duration,
    tries: u32,
    unknown: u32,
}

impl Looker {
    const fn new(opened: Duration) -> Self {
        Self {
            opened,
            pages: Pages::NONE,
            facts: Facts::Wanted { from: Duration::ZERO },
            stage: Stage::Resting,
            stands: None,
            offered: BTreeSet::new(),
            drawn: Duration::ZERO,
            not_before: Duration::ZERO,
            tries: 0,
            unknown: 0,
        }
    }

    fn is_gone(&self, now: Duration) -> bool {
        now.saturating_sub(self.opened) >= LOOKS_FOR && self.stage == Stage::Resting
    }
}

/// A drawing that begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drawing {
    /// Which: its answer names it.
    pub number: u64,
    /// The state that it replaces, where that is known.
    pub hash: Option<String>,
}

/// All of them.
#[derive(Debug)]
pub struct Homes {
    lookers: BTreeMap<SlackUserId, Looker>,
    /// Those who see what others hold.
    wide: BTreeSet<SlackUserId>,
    /// Those who are being looked up.
    sought: BTreeSet<SlackUserId>,
    /// Whose tab is to be drawn, by who calls for it.
    due: BTreeMap<Call, Agenda<Duration, SlackUserId>>,
    looks: Agenda<Timestamp, SlackUserId>,
    /// The revision of each request that was looked at last.
    seen: BTreeMap<RequestId, u64>,
    pace: Pace,
    look_ups: Pace,
    drawings: u64,
    drawing: usize,
}

impl Default for Homes {
    fn default() -> Self {
        Self {
            lookers: BTreeMap::new(),
            wide: BTreeSet::new(),
            sought: BTreeSet::new(),
            due: BTreeMap::new(),
            looks: Agenda::default(),
            seen: BTreeMap::new(),
            pace: DRAWINGS,
            look_ups: LOOK_UPS,
            drawings: 0,
            drawing: 0,
        }
    }
}

impl Homes {
    /// Somebody opens their tab, or turns a page of it: it is drawn with the `pages` they wish to see, once it is known
    /// who they are. Where they only pressed something on what they saw, it shows what came of it.
    pub fn open(&mut self, who: &SlackUserId, pages: Option<Pages>, now: Duration) {
        self.make_room(who, now);
        let looker = self.lookers.entry(who.clone()).or_insert_with(|| Looker::new(now));
        looker.opened = now;
        let call = if pages.is_some() { Call::Opened } else { Call::Pressed };
        if let Some(pages) = pages {
            looker.pages = pages;
            if looker.facts == Facts::Enough {
                looker.facts = Facts::Wanted { from: now };
            }
        }
        self.mark(who, call, now);
    }

    /// Nobody looks for longer than a day, and of too many the first go.
    fn make_room(&mut self, but: &SlackUserId, now: Duration) {
        if self.lookers.len() < MOST_LOOKERS {
            return;
        }
        let gone = self.lookers.iter().filter(|(_, looker)| looker.is_gone(now)).map(|(who, _)| who.clone());
        let mut gone: Vec<SlackUserId> = gone.collect();
        if gone.is_empty() {
            let resting = self.lookers.iter().filter(|(_, looker)| looker.stage == Stage::Resting);
            gone.extend(resting.min_by_key(|(_, looker)| looker.opened).map(|(who, _)| who.clone()));
        }
        gone.iter().filter(|who| *who != but).for_each(|who| self.drop(who));
    }

    fn drop(&mut self, who: &SlackUserId) {
        if let Some(Looker { stage: Stage::Drawing { .. }, .. }) = self.lookers.remove(who) {
            self.drawing -= 1;
        }
        self.wide.remove(who);
        self.sought.remove(who);
        self.due.values_mut().for_each(|due| due.set(who.clone(), None));
        self.looks.set(who.clone(), None);
    }

    fn mark(&mut self, who: &SlackUserId, call: Call, at: Duration) {
        if let Some(looker) = self.lookers.get(who) {
            self.due.entry(call).or_default().hasten(who, at.max(looker.not_before));
        }
    }

    /// What the program may do has changed, or it serves again: all that was drawn is out of date, and so is whatever
    /// was drawn before the start for those whom something open concerns.
    pub fn redraw<'a>(&mut self, open: impl Iterator<Item = &'a Request>, now: Duration) {
        open.for_each(|request| self.touch(request, now));
        for who in self.lookers.keys().cloned().collect::<Vec<_>>() {
            self.mark(&who, Call::Changed, now);
        }
    }

    /// Who may see what has changed: everyone is looked up anew.
    pub fn reconsider(&mut self, now: Duration) {
        for looker in self.lookers.values_mut().filter(|looker| looker.facts == Facts::Enough) {
            looker.facts = Facts::Wanted { from: now };
        }
        self.redraw(std::iter::empty(), now);
    }

    fn touch(&mut self, request: &Request, now: Duration) {
        for who in concerned(request) {
            if now < LOOKS_FOR && !self.lookers.contains_key(who) && self.lookers.len() < MOST_LOOKERS {
                self.lookers.insert(who.clone(), Looker::new(Duration::ZERO));
            }
            self.mark(who, Call::Changed, now);
        }
    }

    /// A request changed: whoever it concerns sees it at once, and whoever sees what others hold soon.
    pub fn look(&mut self, request: &Request, now: Duration) {
        if self.seen.insert(request.id, request.revision) == Some(request.revision) {
            return;
        }
        self.touch(request, now);
        if !request.is_to_be_decided() {
            for who in concerned(request) {
                if let Some(looker) = self.lookers.get_mut(who) {
                    looker.offered.retain(|(id, _)| *id != request.id);
                }
            }
        }
        for who in self.wide.iter().cloned().collect::<Vec<_>>() {
            let last = self.lookers.get(&who).map_or(Duration::ZERO, |looker| looker.drawn);
            self.mark(&who, Call::Changed, now.max(last + PAUSE));
        }
    }

    /// A request is over and out of memory.
    pub fn forget(&mut self, request: RequestId) {
        self.seen.remove(&request);
    }

    /// It was found out who somebody is.
    pub fn identified(&mut self, who: &SlackUserId, now: Duration) {
        self.sought.remove(who);
        if let Some(looker) = self.lookers.get_mut(who) {
            (looker.facts, looker.unknown) = (Facts::Enough, 0);
            self.hasten(who, now);
        }
    }

    /// What waits for an answer goes on.
    fn hasten(&mut self, who: &SlackUserId, now: Duration) {
        let at = self.lookers.get(who).map_or(now, |looker| now.max(looker.not_before));
        self.due.values_mut().filter(|due| due.holds(who)).for_each(|due| due.hasten(who, at));
        self.mark(who, Call::Changed, now);
    }

    /// It could not be found out who somebody is: their tab is drawn with what is known, and they are looked up again
    /// after a while.
    pub fn unidentified(&mut self, who: &SlackUserId, after: Option<Duration>, now: Duration, jitter: f64) {
        self.sought.remove(who);
        if let Some(after) = after {
            self.look_ups.close(now + after);
        }
        let Some(looker) = self.lookers.get_mut(who) else { return };
        looker.unknown += 1;
        looker.facts = Facts::Wanted { from: now + wait(looker.unknown, jitter) };
        self.hasten(who, now);
    }

    /// Tabs that show a time left that is worth drawing again.
    pub fn tick(&mut self, wall: Timestamp, now: Duration) {
        while let Some(who) = self.looks.due(wall) {
            self.looks.set(who.clone(), None);
            self.mark(&who, Call::Changed, now);
        }
    }

    /// Whose tab is to be drawn now: of those who opened theirs first. One that is being drawn is drawn again after that.
    pub fn next_due(&mut self, now: Duration) -> Option<(SlackUserId, Call)> {
        for call in Call::ALL {
            while self.drawing < AT_ONCE && self.pace.has_room(call, now) {
                let Some(who) = self.due.get(&call).and_then(|due| due.due(now)) else { break };
                self.due.entry(call).or_default().set(who.clone(), None);
                let Some(looker) = self.lookers.get_mut(&who) else { continue };
                if looker.is_gone(now) {
                    self.drop(&who);
                } else if let Stage::Drawing { again, .. } = &mut looker.stage {
                    *again = Some(again.map_or(call, |other| other.min(call)));
                } else {
                    return Some((who, call));
                }
            }
        }
        None
    }

    /// Somebody's turn has come of whom nothing is known of late: are they to be looked up first?
    pub fn seek(&mut self, who: &SlackUserId, call: Call, now: Duration) -> Seek {
        let busy = call == Call::Changed && self.sought.len() >= LOOK_UPS_AT_ONCE;
        let opens = self.look_ups.opens(call, now).max(if busy { now + SLOT_WITHIN } else { now });
        let Some(looker) = self.lookers.get_mut(who) else { return Seek::Draw };
        let (seek, at) = match looker.facts {
            Facts::Enough => return Seek::Draw,
            Facts::Sought { until } if until > now => (Seek::Wait, until),
            Facts::Sought { .. } => return Seek::Draw,
            // Looked for in vain: again after a while.
            Facts::Wanted { from } if from > now => (Seek::Draw, from),
            // Too many are looked up. What they saw before stands for so long; but whoever asked is not kept waiting.
            Facts::Wanted { .. } if opens > now && call == Call::Changed => (Seek::Wait, opens),
            Facts::Wanted { .. } if opens > now => (Seek::Draw, opens),
            Facts::Wanted { .. } => {
                let until = now + FACTS_WITHIN;
                looker.facts = Facts::Sought { until };
                self.sought.insert(who.clone());
                self.look_ups.take(now);
                (Seek::LookUp, until)
            }
        };
        let call = if seek == Seek::Draw { Call::Changed } else { call };
        self.due.entry(call).or_default().hasten(who, at);
        seek
    }

    /// Whether it was tried in vain to find out who somebody is.
    pub fn tried(&self, who: &SlackUserId, now: Duration) -> bool {
        self.lookers.get(who).is_some_and(|looker| match looker.facts {
            Facts::Sought { until } => until <= now,
            Facts::Wanted { .. } | Facts::Enough => looker.unknown > 0,
        })
    }

    /// What somebody wishes to see of each part.
    pub fn wish(&self, who: &SlackUserId) -> Pages {
        self.lookers.get(who).map(|looker| looker.pages.clone()).unwrap_or_default()
    }

    /// A drawing begins; nothing where it would change nothing, unless the tab was just opened.
    pub fn begin(&mut self, home: &Home, call: Call, now: Duration) -> Option<Drawing> {
        let looker = self.lookers.get_mut(&home.who)?;
        let sketch = home.sketch();
        if home.sight.is_wide() {
            self.wide.insert(home.who.clone());
            if looker.facts == Facts::Enough {
                looker.facts = Facts::Wanted { from: now };
            }
        } else {
            self.wide.remove(&home.who);
        }
        self.looks.set(home.who.clone(), home.next_look());
        looker.pages = home.pages.clone();
        if call != Call::Opened && looker.stands.as_ref().is_some_and(|stands| stands.sketch == sketch) {
            return None;
        }
        looker.offered.extend(home.decidable());
        self.drawings += 1;
        self.drawing += 1;
        self.pace.take(now);
        let number = self.drawings;
        looker.stage = Stage::Drawing { number, sketch, again: None };
        Some(Drawing { number, hash: looker.stands.take().map(|stands| stands.hash) })
    }

    /// A tab was drawn, and this is its state now.
    pub fn drawn(&mut self, who: &SlackUserId, number: u64, hash: String, now: Duration) {
        let Some(sketch) = self.end(who, number, now) else { return };
        let Some(looker) = self.lookers.get_mut(who) else { return };
        looker.stands = Some(Stands { hash, sketch });
        (looker.drawn, looker.tries) = (now, 0);
    }

    /// A drawing failed, or nobody knows how it went: it is tried again without regard to what stands there. Where it is
    /// said to wait, all wait.
    pub fn fail(&mut self, who: &SlackUserId, number: u64, after: Option<Duration>, now: Duration, jitter: f64) {
        if self.end(who, number, now).is_none() {
            return;
        }
        let Some(looker) = self.lookers.get_mut(who) else { return };
        looker.tries += 1;
        if let Some(after) = after {
            self.pace.close(now + after);
        }
        looker.not_before = now + after.unwrap_or_else(|| wait(looker.tries, jitter));
        let at = looker.not_before;
        for due in self.due.values_mut().filter(|due| due.holds(who)) {
            due.set(who.clone(), Some(at));
        }
        self.mark(who, Call::Changed, at);
    }

    /// A drawing is over, and another is due if anything changed meanwhile. Answers what it was to show; nothing of a
    /// drawing that is none any more.
    fn end(&mut self, who: &SlackUserId, number: u64, now: Duration) -> Option<String> {
        let looker = self.lookers.get_mut(who)?;
        match &looker.stage {
            Stage::Drawing { number: own, .. } if *own == number => {}
            _ => return None,
        }
        self.drawing -= 1;
        let Stage::Drawing { sketch, again, .. } = std::mem::replace(&mut looker.stage, Stage::Resting) else {
            return None;
        };
        if let Some(call) = again {
            self.mark(who, call, now);
        }
        Some(sketch)
    }

    /// A tab can never be drawn.
    pub fn give_up(&mut self, who: &SlackUserId, number: u64, now: Duration) {
        if self.end(who, number, now).is_some() {
            self.drop(who);
        }
    }

    /// Whether this run of the program drew a request on these terms on somebody's tab.
    pub fn offered(&self, who: &SlackUserId, request: RequestId, digest: &str) -> bool {
        let looker = self.lookers.get(who);
        looker.is_some_and(|looker| looker.offered.contains(&(request, digest.to_owned())))
    }

    /// When the next can be drawn, and when the next time left is worth drawing.
    pub fn next(&self, now: Duration) -> (Option<Duration>, Option<Timestamp>) {
        let waits = self.due.iter().filter_map(|(call, due)| {
            let at = due.next()?;
            (self.drawing < AT_ONCE).then(|| at.max(self.pace.opens(*call, now)))
        });
        (waits.filter(|at| *at > now).min(), self.looks.next())
    }

    /// Whether none is out of date.
    pub fn is_fresh(&self) -> bool {
        self.drawing == 0 && self.due.values().all(Agenda::is_empty)
    }
}

/// Whom a request concerns: who asked, and whoever was asked.
fn concerned(request: &Request) -> impl Iterator<Item = &SlackUserId> {
    std::iter::once(&request.asker).chain(request.asked().map(|one| &one.slack))
}

#[cfg(test)]
mod tests;
