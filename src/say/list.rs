//! What one holds and waits for, a row each.

use super::{Button, Buttons, Card, Line, Presses, Row, Run, Voice, bold, length, people, requester, text, time::Zone};
use crate::domain::{
    id::RequestId,
    request::{Request, State},
    time::{AccessDuration, Timestamp},
};

/// What is asked where an id is missing, or is not one of theirs.
pub const WHICH: &str = "Which one?";

/// It cannot be looked up.
pub const NOT_LISTED: &str =
    "Your access cannot be looked up at the moment. Try again in a few minutes. Access still ends on time.";

/// The most rows. Two blocks each and three headings stay below the 50 that a message may have.
const MOST_ROWS: usize = 20;

/// How the name of a row's buttons begins.
pub const ROW: &str = "list:";

/// Under which heading a request stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heading {
    Active,
    Ending,
    Waiting,
}

/// Everything of somebody's that is open, soonest end first; `before` is said above it.
#[must_use]
pub fn list(open: &[Request], before: Option<&str>, now: Timestamp, voice: &Voice) -> Card {
    let mut all: Vec<(Heading, Timestamp, &Request)> = open.iter().filter_map(placed).collect();
    all.sort_by_key(|(heading, at, request)| (*heading, *at, request.id));
    let mut rows = Vec::new();
    let shown = &all[..all.len().min(MOST_ROWS)];
    for heading in [Heading::Active, Heading::Ending, Heading::Waiting] {
        let count = all.iter().filter(|(of, ..)| *of == heading).count();
        let own: Vec<Row> =
            shown.iter().filter(|(of, ..)| *of == heading).map(|(.., request)| row(request, now, voice)).collect();
        if !own.is_empty() {
            rows.push(Row { lines: vec![vec![bold(format!("{} ({count})", title(heading)))]], ..Row::default() });
            rows.extend(own);
        }
    }
    let more = all.len() - shown.len();
    if more > 0 {
        rows.push(Row { lines: vec![vec![text(format!("{more} more in the Home tab."))]], ..Row::default() });
    }
    let mut lines: Vec<Line> = before.map(|before| vec![text(before)]).into_iter().collect();
    if rows.is_empty() {
        lines.push(nothing(voice));
    }
    let said = lines.iter().chain(rows.iter().flat_map(|row| &row.lines));
    let text = said.map(|line| requester::flat(line)).collect::<Vec<_>>().join("\n");
    Card { lines, rows, text, ..Card::default() }
}

fn nothing(voice: &Voice) -> Line {
    vec![
        text("You hold no temporary access and wait for none. "),
        Run::Code(voice.command.clone()),
        text(" asks for some."),
    ]
}

const fn title(heading: Heading) -> &'static str {
    match heading {
        Heading::Active => "Active",
        Heading::Ending => "Ending",
        Heading::Waiting => "Waiting",
    }
}

/// Where a request stands, and what it is ordered by.
const fn placed(request: &Request) -> Option<(Heading, Timestamp, &Request)> {
    match request.state {
        State::Active { ends, .. } => Some((Heading::Active, ends, request)),
        State::Revoking { due, .. } => Some((Heading::Ending, due, request)),
        State::Approved { until, .. } => Some((Heading::Waiting, until, request)),
        State::Checking { .. } | State::Pending { .. } => Some((Heading::Waiting, request.closes, request)),
        State::Ended { .. } => None,
    }
}

fn row(request: &Request, now: Timestamp, voice: &Voice) -> Row {
    row_in(request, now, &requester::zone(request, voice), &name(request.id))
}

/// One request of somebody's own, in their zone; its buttons stand under `name`.
pub(super) fn row_in(request: &Request, now: Timestamp, zone: &Zone, name: &str) -> Row {
    let mut line = vec![text(format!("{}{} · ", requester::named(request), broken(request)))];
    line.extend(how(request, now, zone));
    line.push(text(format!(" · {}", request.id)));
    let row = act(request);
    let presses = if row.is_empty() { Presses::None } else { Presses::Below(Buttons { name: name.to_owned(), row }) };
    Row { lines: vec![line], presses }
}

/// That it was taken by break-glass is said wherever it stands.
pub(super) const fn broken(request: &Request) -> &'static str {
    if request.purpose.is_emergency() { " · break-glass" } else { "" }
}

fn name(request: RequestId) -> String {
    format!("{ROW}{request}")
}

fn how(request: &Request, now: Timestamp, zone: &Zone) -> Line {
    let asked = |what: &str| text(format!("{} · {what}", requester::how_long(request, zone)));
    match &request.state {
        State::Active { ends, .. } => vec![text(format!("{}, until ", left(*ends, now))), zone.token(*ends)],
        State::Revoking { due, late: Some(_), .. } => {
            vec![text("over since "), zone.token(*due), text(", not confirmed by Okta")]
        }
        State::Revoking { .. } => vec![text("ending access in Okta")],
        State::Approved { frozen: None, .. } => vec![asked("opening access in Okta")],
        State::Approved { frozen: Some(_), .. } => vec![asked("approved, waits for the end of the freeze")],
        State::Pending { route, .. } => {
            let step = route.current().map(|(_, step)| people::asked(step, None)).unwrap_or_default();
            [vec![asked("waiting for ")], step].concat()
        }
        _ if request.purpose.is_emergency() => vec![asked("finding out whom to tell")],
        State::Checking { .. } | State::Ended { .. } => vec![asked("finding out who decides")],
    }
}

/// What its requester can do about it.
fn act(request: &Request) -> Vec<Button> {
    match request.state {
        State::Checking { .. } | State::Pending { .. } => vec![requester::withdraw(request)],
        State::Approved { .. } => vec![requester::give_back(request)],
        State::Active { .. } => requester::keep_or_return(request),
        State::Revoking { .. } | State::Ended { .. } => Vec::new(),
    }
}

/// "1 h 40 min left": whole minutes, above an hour five at a time; never more than there are.
fn left(ends: Timestamp, now: Timestamp) -> String {
    let minutes = u64::try_from((ends - now).num_minutes()).unwrap_or_default();
    let minutes = if minutes > 60 { minutes / 5 * 5 } else { minutes };
    AccessDuration::from_secs(minutes * 60)
        .map_or_else(|_| "less than a minute left".to_owned(), |left| format!("{} left", length::words(left)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::duration::BusinessDay;

    fn voice() -> Voice {
        Voice {
            command: "/jit".to_owned(),
            zone: jiff::tz::TimeZone::UTC,
            day: BusinessDay::default(),
            admins: Vec::new(),
            workspace: None,
            tickets: crate::domain::ticket::Tickets::None,
        }
    }

    fn at(time: &str) -> Timestamp {
        format!("2026-11-24T{time}Z").parse().unwrap()
    }

    fn request(number: u64, mut state: serde_json::Value) -> Request {
        state["route"] = json!({
            "person": { "slack": "U0ALICE", "okta": "00uALICE", "email": "alice@acme.example", "name": "Alice", "groups": [] },
            "steps": [],
        });
        let request = json!({
            "id": format!("R-{number}"), "revision": 1, "asker": "U0ALICE",
            "access": {
                "entitlement": "staging/admin", "application": "Staging", "level": "Admin",
                "group": "00gSTAGING", "sensitivity": "low",
            },
            "end": { "rule": "after", "secs": 3_600 },
            "justification": { "digest": "", "text": "Rollout" },
            "asked": at("12:00:00"), "closes": at("23:00:00"), "state": state, "shown": [],
        });
        serde_json::from_value(request).unwrap()
    }

    fn active(number: u64, ends: &str) -> Request {
        request(number, json!({ "state": "active", "opened": at("12:00:00"), "ends": at(ends) }))
    }

    #[test]
    fn the_soonest_ends_come_first_and_what_does_not_fit_is_counted() {
        let many: Vec<Request> = (1..=23).map(|number| active(number, &format!("{:02}:00:00", 24 - number))).collect();
        let card = list(&many, None, at("00:30:00"), &voice());
        let lines: Vec<&str> = card.text.lines().collect();
        assert_eq!(lines.len(), 22);
        assert_eq!(lines[0], "Active (23)");
        assert_eq!(lines[1], "Staging · Admin · 30 minutes left, until 2026-11-24 01:00 UTC · R-23");
        assert_eq!(lines[21], "3 more in the Home tab.");
    }

    #[test]
    fn time_left_is_never_more_than_there_is() {
        let card = list(&[active(1, "12:00:59")], None, at("12:00:00"), &voice());
        assert!(card.text.contains("less than a minute left"), "{}", card.text);
        let card = list(&[active(1, "12:59:59")], None, at("12:00:00"), &voice());
        assert!(card.text.contains("59 minutes left"), "{}", card.text);
        let card = list(&[active(1, "13:44:59")], None, at("12:00:00"), &voice());
        assert!(card.text.contains("1 h 40 min left"), "{}", card.text);
    }

    #[test]
    fn a_late_removal_is_called_so_and_cannot_be_pressed() {
        let revoking = json!({
            "state": "revoking", "opened": at("12:00:00"), "due": at("13:00:00"),
            "ending": { "ending": "expired" }, "late": at("13:10:00"),
        });
        let card = list(&[request(1, revoking)], None, at("13:20:00"), &voice());
        assert_eq!(
            card.text,
            "Ending (1)\nStaging · Admin · over since 2026-11-24 13:00 UTC, not confirmed by Okta · R-1"
        );
        assert!(card.rows.iter().all(|row| row.presses == Presses::None));
    }
}
