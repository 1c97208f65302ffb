//! The Home tab: what others wait for first, then one's own, then what one answers for.

use super::{
    Button, ButtonId, Buttons, Card, Line, Look, Mark, Presses, Row, Run, Voice, admin, approver, bold, extend, list,
    people, refusal, requester, review, text, time::Zone,
};
use crate::domain::{
    decide::Mode,
    home::{Home, Part, Section, Sight},
    past::{Fate, Past},
    request::{Request, State, Warning},
};

/// How the names of its rows of buttons begin.
const ROW: &str = "home:";

/// The page: pieces from top to bottom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The pieces.
    pub pieces: Vec<Piece>,
}

/// A piece of the page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// What follows, and how many.
    Heading(String),
    /// Lines, and what can be pressed about them.
    Card(Card),
    /// One of many, and what can be pressed beside it.
    Row(Row),
}

/// The page in words.
#[must_use]
pub fn page(home: &Home, voice: &Voice) -> Page {
    let zone = Zone::of(home.zone.as_deref(), &voice.zone);
    let mut pieces = vec![head(home, voice)];
    let served = serves(home);
    pieces.extend(home.frozen.as_ref().map(|freeze| Piece::Card(admin::frozen(freeze, &zone))));
    pieces.extend(unconfirmed(home.unconfirmed));
    pieces.extend(part(&home.waiting, Part::Waiting, "Waiting for you", |request| {
        Piece::Card(waiting(request, home, &zone))
    }));
    pieces.extend(part(&home.held, Part::Held, "Your access", |request| Piece::Card(own(request, home, &zone))));
    pieces.extend(part(&home.asked, Part::Asked, "Your requests", |request| Piece::Card(own(request, home, &zone))));
    pieces.extend(past(&home.past, served, &zone));
    let title = if home.sight == Sight::Admin { "All active access" } else { "Access to what you own" };
    pieces.extend(part(&home.others, Part::Others, title, |request| Piece::Row(other(request, home, &zone))));
    if served && home.is_bare() {
        pieces.push(sentence("You hold no temporary access. Ask for some, use it, and it ends by itself."));
    }
    let since = vec![text("As of "), zone.token(home.now), text(". Reopen this tab to refresh.")];
    pieces.push(Piece::Card(Card { context: Some(since), ..Card::default() }));
    Page { pieces }
}

/// Whether anything can be asked for.
fn serves(home: &Home) -> bool {
    home.sight.is_served() && home.mode != Mode::Custody
}

/// How to ask, or why that is not possible.
fn head(home: &Home, voice: &Voice) -> Piece {
    match &home.sight {
        Sight::Unfit(unfit) => sentence(refusal::not_served(unfit, voice)),
        Sight::Misbound => sentence(format!(
            "Your Slack account and your Okta account do not match what is on record, so nothing can be asked for or decided. Ask {} to mend that.",
            voice.admin()
        )),
        _ if home.mode == Mode::Custody => sentence(refusal::custody(voice)),
        _ => Piece::Card(Card { buttons: Some(ask()), ..Card::default() }),
    }
}

impl Home {
    /// Whether there is nothing to show.
    fn is_bare(&self) -> bool {
        self.past.is_empty()
            && [&self.waiting, &self.held, &self.asked, &self.others].iter().all(|part| part.total == 0)
    }
}

fn sentence(words: impl Into<String>) -> Piece {
    Piece::Card(Card { lines: vec![vec![text(words)]], ..Card::default() })
}

/// `[Request access]`.
fn ask() -> Buttons {
    let button = Button {
        id: ButtonId::RequestAccess,
        label: "Request access".to_owned(),
        look: Look::Primary,
        value: String::new(),
        confirm: None,
    };
    Buttons { name: format!("{ROW}ask"), row: vec![button] }
}

fn unconfirmed(count: usize) -> Option<Piece> {
    let words = match count {
        0 => return None,
        1 => "1 removal is not confirmed by Okta.".to_owned(),
        more => format!("{more} removals are not confirmed by Okta."),
    };
    Some(Piece::Card(Card { lines: vec![vec![Run::Mark(Mark::Warning), bold(words)]], ..Card::default() }))
}

/// A heading, the rows that are shown, and the way to the others.
fn part(section: &Section, part: Part, title: &str, row: impl Fn(&Request) -> Piece) -> Vec<Piece> {
    if section.total == 0 {
        return Vec::new();
    }
    let heading = Piece::Heading(format!("{title} ({})", section.total));
    let rows = section.rows.iter().map(row);
    let ways = turns(section, part).into_iter();
    let ways = ways.map(|buttons| Piece::Card(Card { buttons: Some(buttons), ..Card::default() }));
    std::iter::once(heading).chain(rows).chain(ways).collect()
}

/// To the next rows, and back to the first. Each stands in a row of its own: Slack takes no two buttons of one name in
/// one (<https://docs.slack.dev/reference/block-kit/blocks/actions-block>).
pub(super) fn turns(section: &Section, part: Part) -> Vec<Buttons> {
    let turn = |way: &str, label: String, from: usize| Buttons {
        name: format!("{ROW}{}:{way}", name(part)),
        row: vec![Button {
            id: ButtonId::Page,
            label,
            look: Look::Plain,
            value: format!("{}:{from}", name(part)),
            confirm: None,
        }],
    };
    let next = section.next().map(|from| {
        let count = (section.total - from).min(part.most());
        let label = if part == Part::Others { format!("Next {count}") } else { format!("Show {count} more") };
        turn("next", label, from)
    });
    let first = (section.from > 0).then(|| turn("first", format!("First {}", part.most()), 0));
    next.into_iter().chain(first).collect()
}

/// What a part is called in a button's value.
const fn name(part: Part) -> &'static str {
    match part {
        Part::Waiting => "waiting",
        Part::Held => "held",
        Part::Asked => "asked",
        Part::Others => "others",
    }
}

/// What a button that turns a page wishes, as [`page`] wrote it: a part, and from which place on.
#[must_use]
pub fn turned(value: &str) -> Option<(Part, usize)> {
    let (called, from) = value.split_once(':')?;
    let part = Part::ALL.into_iter().find(|part| name(*part) == called)?;
    Some((part, from.parse().ok()?))
}

fn waiting(request: &Request, home: &Home, zone: &Zone) -> Card {
    if request.purpose.is_emergency() {
        return reviewing(request, home, zone);
    }
    let checked = match &request.state {
        State::Pending { clicks, .. } => clicks.iter().any(|click| click.slack == home.who),
        _ => false,
    };
    let first = [vec![people::asker(request)], extend::asks(request, zone)].concat();
    let mut terms = vec![text(format!("{}, asked ", requester::how_long(request, zone))), zone.token(request.asked)];
    terms.extend([text(", closes "), zone.token(request.closes)]);
    if checked {
        terms = vec![bold("Checking…")];
    }
    let steps =
        request.route().map(|route| requester::steps(route, &request.access.application, Some(&home.who), zone));
    let decides = !checked && home.mode != Mode::Custody;
    Card {
        lines: vec![first, terms],
        quote: Some(requester::justification(request)),
        steps: steps.unwrap_or_default(),
        buttons: decides.then(|| approver::decide(request, zone)),
        ..Card::default()
    }
}

/// A review that is to be signed.
fn reviewing(request: &Request, home: &Home, zone: &Zone) -> Card {
    let checked = request.review.signatures().iter().any(|signature| signature.slack == home.who);
    let status = if checked { vec![bold("Checking…")] } else { review::status(request, zone) };
    let signs = !checked && home.mode != Mode::Custody;
    Card {
        lines: vec![review::took(request), status],
        quote: Some(requester::justification(request)),
        after: vec![review::signers(request.review.panels(), &home.who)],
        buttons: signs.then(|| review::sign(request, &format!("{ROW}review:{}", request.id))),
        ..Card::default()
    }
}

fn own(request: &Request, home: &Home, zone: &Zone) -> Card {
    let Row { mut lines, presses } = list::row_in(request, home.now, zone, &format!("{ROW}{}", request.id));
    let mark = match request.state {
        State::Active { .. } if request.purpose.is_emergency() => Mark::Siren,
        State::Active { warning: Warning::Given, .. } => Mark::Alarm,
        State::Active { .. } => Mark::Green,
        State::Revoking { late: Some(_), .. } => Mark::Warning,
        _ => Mark::Hourglass,
    };
    if let Some(first) = lines.first_mut() {
        first.insert(0, Run::Mark(mark));
    }
    let buttons = match presses {
        Presses::Below(mut buttons) => {
            // Giving back is always possible; asking for more is not.
            buttons.row.retain(|button| serves(home) || button.id != ButtonId::Extend);
            Some(buttons)
        }
        Presses::None | Presses::Beside(_) => None,
    };
    Card { lines, buttons, ..Card::default() }
}

/// Access of somebody else's, and the way to end it.
pub(super) fn other(request: &Request, home: &Home, zone: &Zone) -> Row {
    let holder = if request.asker == home.who { text("You") } else { people::asker(request) };
    let first = vec![holder, text(format!(" · {}{}", requester::access(request), list::broken(request)))];
    let second: Line = match request.state {
        State::Active { ends, .. } => vec![text("until "), zone.token(ends)],
        State::Revoking { due, late: Some(_), .. } => {
            vec![Run::Mark(Mark::Warning), text("over since "), zone.token(due), text(", not confirmed by Okta")]
        }
        _ => vec![text("ending access in Okta")],
    };
    let lines = vec![first, [second, vec![text(format!(" · {}", request.id))]].concat()];
    Row { lines, presses: admin::revoke(request) }
}

/// What ended lately, and the way to ask for it again.
fn past(all: &[Past], served: bool, zone: &Zone) -> Vec<Piece> {
    if all.is_empty() {
        return Vec::new();
    }
    let rows = all.iter().map(|past| {
        let what = format!("{} · {} · {} ", past.access.application, past.access.level, fate(past.fate));
        let again = Button {
            id: ButtonId::RequestAccess,
            label: "Ask again".to_owned(),
            look: Look::Plain,
            value: past.access.entitlement.to_string(),
            confirm: None,
        };
        let buttons = Buttons { name: format!("{ROW}again:{}", past.request), row: vec![again] };
        Piece::Card(Card {
            lines: vec![vec![text(what), zone.token(past.at)]],
            buttons: Some(buttons).filter(|_| served),
            ..Card::default()
        })
    });
    std::iter::once(Piece::Heading("Recently ended".to_owned())).chain(rows).collect()
}

/// How it ended, in a word or two before the time.
const fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Refused => "not sent on",
        Fate::Denied => "denied",
        Fate::Cancelled => "withdrawn",
        Fate::Unanswered => "closed, nobody decided,",
        Fate::Expired => "ended as planned",
        Fate::Returned => "returned",
        Fate::Failed => "could not be opened,",
        Fate::Revoked => "revoked",
        Fate::NotJustified => "ended by its review",
        Fate::Applied => "extended",
    }
}

/// Pressed on a tab that was drawn before a restart, or that shows other terms.
pub const STALE: &str = "This tab has changed, or is older than the bot's last start, so nothing was done. It is drawn anew: look again, then decide.";

#[cfg(test)]
mod tests;
