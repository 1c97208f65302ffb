//! What one person may see of the whole, on one page: what waits for them, what they hold and asked for, what ended
//! lately, and what is live of what they answer for.
//!
//! Owns who sees what, and how much of it at a time; refuses to know words and shapes.
//!
//! Law: only the newest state is looked at, and other people's access is seen by those alone whom today's configuration
//! calls an admin or an owner.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    catalogue::Catalogue,
    decide::Mode,
    id::{EntitlementId, RequestId, SlackUserId},
    live::{Freeze, Live},
    past::Past,
    port::{Identity, Unfit},
    request::{Request, Route, State},
    time::Timestamp,
};

/// The parts of the page that can be longer than is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What waits for this person.
    Waiting,
    /// What they hold.
    Held,
    /// What they asked for.
    Asked,
    /// What others hold.
    Others,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Held, Self::Asked, Self::Others];

    /// How many of it are shown at a time: the whole page stays below the 100 blocks that a view may have.
    #[must_use]
    pub const fn most(self) -> usize {
        match self {
            Self::Waiting | Self::Asked => 5,
            Self::Held => 10,
            Self::Others => 20,
        }
    }
}

/// From which place on each part is shown. A wish: what is not there any more is not looked for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pages(BTreeMap<Part, usize>);

impl Pages {
    /// Each part from its beginning.
    pub const NONE: Self = Self(BTreeMap::new());

    /// The same, with one part from another place on.
    #[must_use]
    pub fn turned(mut self, part: Part, from: usize) -> Self {
        self.0.insert(part, from);
        self
    }

    fn from(&self, part: Part) -> usize {
        self.0.get(&part).copied().unwrap_or_default()
    }
}

/// A part, as much of it as is shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Section {
    /// How many there are.
    pub total: usize,
    /// The place of the first that is shown.
    pub from: usize,
    /// Those that are shown.
    pub rows: Vec<Request>,
}

impl Section {
    fn page(all: &[&Request], part: Part, pages: &Pages) -> Self {
        let (total, most) = (all.len(), part.most());
        let last = total.saturating_sub(1) / most * most;
        let from = (pages.from(part) / most * most).min(last);
        let rows = all.iter().skip(from).take(most).map(|request| (*request).clone()).collect();
        Self { total, from, rows }
    }

    /// Where the next page begins, if there is one.
    #[must_use]
    pub fn next(&self) -> Option<usize> {
        let next = self.from + self.rows.len();
        (next < self.total).then_some(next)
    }
}

/// Who looks, as far as it is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sight {
    /// Somebody who may be served, or it is not known yet: what is theirs.
    Own,
    /// The owner of applications: what is held of these, too.
    Owner,
    /// An admin: everything that is held.
    Admin,
    /// Somebody who cannot be served: what they still hold.
    Unfit(Unfit),
    /// Somebody whose accounts are bound otherwise: the same.
    Misbound,
}

impl Sight {
    /// Whether other people's access is seen.
    #[must_use]
    pub const fn is_wide(&self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Whether somebody may be served.
    #[must_use]
    pub const fn is_served(&self) -> bool {
        !matches!(self, Self::Unfit(_) | Self::Misbound)
    }
}

/// The page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Home {
    /// Whose.
    pub who: SlackUserId,
    /// Their time zone's name, unchecked.
    pub zone: Option<String>,
    /// What they may see.
    pub sight: Sight,
    /// What waits for their signature or decision: reviews first, the oldest first.
    pub waiting: Section,
    /// What they hold, and what is being ended: the soonest end first.
    pub held: Section,
    /// What they asked for and do not hold yet, the oldest first.
    pub asked: Section,
    /// What ended lately, the latest first.
    pub past: Vec<Past>,
    /// What others hold, as far as they may see it: what is late first, then the soonest end.
    pub others: Section,
    /// How many removals Okta does not confirm, for admins.
    pub unconfirmed: usize,
    /// From which place on each part is shown.
    pub pages: Pages,
    /// How much the program may do.
    pub mode: Mode,
    /// That nothing is opened.
    pub frozen: Option<Freeze>,
    /// When it was looked at.
    pub now: Timestamp,
}

/// Whoever looks.
#[derive(Clone, Copy, Debug)]
pub struct Looker<'a> {
    /// Their Slack account.
    pub who: &'a SlackUserId,
    /// What was looked up of them, if anything was.
    pub facts: Option<Result<&'a Identity, &'a Unfit>>,
    /// What they wish to see of each part.
    pub pages: &'a Pages,
}

impl Home {
    /// The page as things stand.
    #[must_use]
    pub fn of(live: &Live, catalogue: &Catalogue, mode: Mode, now: Timestamp, looker: Looker<'_>) -> Self {
        let Looker { who, facts, pages } = looker;
        let sight = sight(live, catalogue, facts);
        let person = live.person(who);
        let own: Vec<&Request> =
            person.into_iter().flat_map(|person| &person.open).filter_map(|id| live.requests.get(id)).collect();
        let (mut held, mut asked): (Vec<_>, Vec<_>) = own.into_iter().partition(|request| is_held(request));
        held.sort_by_key(|request| (request.over_at(), request.id));
        asked.sort_by_key(|request| request.id);
        let waits = |request: &&Request| sight.is_served() && waits_for(request, who, catalogue);
        let mut waiting: Vec<&Request> = live.requests.values().filter(waits).collect();
        waiting.sort_by_key(|request| (!request.review.is_open(), request.id));
        let mut others: Vec<&Request> = match sight {
            Sight::Own | Sight::Unfit(_) | Sight::Misbound => Vec::new(),
            Sight::Admin => live.requests.values().filter(|request| is_held(request)).collect(),
            Sight::Owner => {
                let owner = facts.and_then(Result::ok);
                let owned = |request: &&Request| {
                    is_held(request) && owner.is_some_and(|owner| catalogue.owns(owner, &request.access.entitlement))
                };
                live.requests.values().filter(owned).collect()
            }
        };
        others.sort_by_key(|request| (!request.is_late(), request.over_at(), request.id));
        let unconfirmed = if sight == Sight::Admin { others.iter().filter(|r| r.is_late()).count() } else { 0 };
        let known = facts.and_then(Result::ok).or_else(|| person?.bound());
        Self {
            who: who.clone(),
            zone: known.and_then(|identity| identity.zone.clone()),
            waiting: Section::page(&waiting, Part::Waiting, pages),
            held: Section::page(&held, Part::Held, pages),
            asked: Section::page(&asked, Part::Asked, pages),
            past: person.map(|person| person.past(now)).unwrap_or_default(),
            others: Section::page(&others, Part::Others, pages),
            unconfirmed,
            pages: pages.clone(),
            sight,
            mode,
            frozen: live.frozen.clone(),
            now,
        }
    }

    /// What can be decided on it: each request, with the digest of the terms that are shown.
    pub fn decidable(&self) -> impl Iterator<Item = (RequestId, String)> {
        self.waiting.rows.iter().map(|request| (request.id, request.digest()))
    }

    /// What it looks like, apart from the instant: a drawing of the same would change nothing.
    #[must_use]
    pub fn sketch(&self) -> String {
        let part = |section: &Section| {
            let rows = section.rows.iter().map(|request| {
                let looks = self.looks_past(request);
                format!("{}.{}.{looks}", request.id, request.revision)
            });
            format!("{}@{}:{}", section.total, section.from, rows.collect::<Vec<_>>().join(","))
        };
        let parts = [&self.waiting, &self.held, &self.asked, &self.others].map(part).join("|");
        let past: Vec<String> = self.past.iter().map(|past| past.request.to_string()).collect();
        let reader = (&self.sight, &self.zone, self.mode, self.unconfirmed, &self.frozen);
        format!("{reader:?}|{parts}|{}", past.join(","))
    }

    /// How many of the instants are over at which the time left is drawn again.
    fn looks_past(&self, request: &Request) -> usize {
        let ends = request.ends().filter(|_| request.asker == self.who);
        ends.map_or(0, |ends| LOOKS.iter().filter(|minutes| look(ends, **minutes) <= self.now).count())
    }

    /// The next instant at which the time left is worth drawing again.
    #[must_use]
    pub fn next_look(&self) -> Option<Timestamp> {
        let ends = self.held.rows.iter().filter_map(Request::ends);
        let looks = ends.flat_map(|ends| LOOKS.map(|minutes| look(ends, minutes)));
        looks.filter(|look| *look > self.now).min()
    }
}

/// So many minutes before an end the page is drawn again.
const LOOKS: [i64; 5] = [60, 30, 10, 5, 1];

fn look(ends: Timestamp, minutes: i64) -> Timestamp {
    ends - chrono::TimeDelta::minutes(minutes)
}

fn sight(live: &Live, catalogue: &Catalogue, facts: Option<Result<&Identity, &Unfit>>) -> Sight {
    match facts {
        None => Sight::Own,
        Some(Err(unfit)) => Sight::Unfit(unfit.clone()),
        Some(Ok(identity)) if !live.is_bound_rightly(identity.into()) => Sight::Misbound,
        Some(Ok(identity)) if catalogue.is_admin(identity) => Sight::Admin,
        Some(Ok(identity)) if catalogue.is_owner(identity) => Sight::Owner,
        Some(Ok(_)) => Sight::Own,
    }
}

/// Whether it stands among what is held: open, or over and not confirmed.
const fn is_held(request: &Request) -> bool {
    matches!(request.state, State::Active { .. } | State::Revoking { .. })
}

/// Whether somebody is asked to decide or to sign now, may by today's configuration, and has not.
fn waits_for(request: &Request, who: &SlackUserId, catalogue: &Catalogue) -> bool {
    let signs = |route: &Route| {
        let signers = request.review.signers(&route.person, catalogue);
        signers.iter().any(|one| one.slack == *who) && !request.dismissed.contains_key(who)
    };
    if request.review.is_open() && request.route().is_some_and(signs) {
        return true;
    }
    let State::Pending { route, .. } = &request.state else { return false };
    let Some((_, step)) = route.current() else { return false };
    let today = step.deciders(catalogue, &route.person);
    let asked = step.approvers.iter().any(|one| one.slack == *who && one.may_be_among(&today));
    asked && request.asker != *who && !request.dismissed.contains_key(who)
}

impl Request {
    /// When it ends or was to end, while it is held.
    const fn over_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Active { ends, .. } => Some(ends),
            State::Revoking { due, .. } => Some(due),
            _ => None,
        }
    }

    /// Whether its removal is called late.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        matches!(self.state, State::Revoking { late: Some(_), .. })
    }
}

impl Catalogue {
    /// Whether somebody may see, and end, every grant.
    #[must_use]
    pub fn is_admin(&self, identity: &Identity) -> bool {
        !identity.guest && self.admins.iter().any(|admin| admin.is(identity))
    }

    fn is_owner(&self, identity: &Identity) -> bool {
        self.applications.values().any(|application| application.is_owned_by(identity))
    }

    /// Whether somebody owns the application of an entitlement.
    #[must_use]
    pub fn owns(&self, identity: &Identity, entitlement: &EntitlementId) -> bool {
        self.applications.get(entitlement.application()).is_some_and(|application| application.is_owned_by(identity))
    }
}
