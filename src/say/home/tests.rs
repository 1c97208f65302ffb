use serde_json::{Value, json};

use super::*;
use crate::{
    domain::{
        binding::Binding,
        catalogue::{Application, Catalogue, Who},
        home::{Looker, Pages},
        id::{ApplicationId, Email, RequestId, SlackUserId},
        live::Live,
        port::{Identity, Unfit},
        time::Timestamp,
    },
    say::cast,
};

fn voice() -> Voice {
    Voice { zone: jiff::tz::TimeZone::UTC, ..cast::voice() }
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-24T{time}Z").parse().unwrap()
}

fn person(name: &str) -> Value {
    let id = name.split(' ').next().unwrap().to_uppercase();
    json!({
        "slack": format!("U0{id}"), "okta": format!("00u{id}"), "email": format!("{}@acme.example", id.to_lowercase()),
        "name": name,
    })
}

fn identity(name: &str) -> Identity {
    serde_json::from_value(person(name)).unwrap()
}

fn request(number: u64, asker: &str, level: &str, mut state: Value) -> Request {
    let step = json!({ "kind": { "asks": "owner", "application": "db" }, "approvers": [person("Bob Stone"), person("Dana Fox")] });
    if state["route"].is_null() {
        state["route"] = json!({ "person": person(asker), "steps": [step] });
    }
    let request = json!({
        "id": format!("R-{number}"), "revision": 1, "asker": person(asker)["slack"],
        "access": {
            "entitlement": "db/rw", "application": "Database", "level": level, "group": "00gDB", "sensitivity": "high",
        },
        "end": { "rule": "after", "secs": 7_200 },
        "justification": { "digest": "", "text": "Stuck migration, INC-42" },
        "asked": at("12:00:00"), "closes": "2026-11-25T12:00:00Z", "state": state, "shown": [],
    });
    serde_json::from_value(request).unwrap()
}

fn id(number: u64) -> RequestId {
    RequestId::parse(&format!("R-{number}")).unwrap()
}

fn pending() -> Value {
    json!({ "state": "pending", "clicks": [] })
}

fn active(ends: &str) -> Value {
    json!({ "state": "active", "opened": at("12:00:00"), "ends": at(ends) })
}

fn late(due: &str) -> Value {
    json!({
        "state": "revoking", "opened": at("10:00:00"), "due": at(due), "ending": { "ending": "expired" },
        "late": at("12:30:00"),
    })
}

/// What lives: so many requests, each its asker's.
fn live(requests: Vec<Request>) -> Live {
    let mut live = Live::default();
    for request in requests {
        let person =
            json!({ "slack": request.asker, "binding": null, "open": [], "keys": {}, "denials": {}, "recent": [] });
        let person =
            live.people.entry(request.asker.clone()).or_insert_with(|| serde_json::from_value(person).unwrap());
        person.open.insert(request.id);
        live.requests.insert(request.id, request);
    }
    live
}

fn catalogue() -> Catalogue {
    let email = |name: &str| Email::parse(format!("{name}@acme.example")).unwrap();
    let application = Application {
        id: ApplicationId::parse("db").unwrap(),
        name: "Database".to_owned(),
        owners: vec![Who::Person(email("bob")), Who::Person(email("dana"))],
        entitlements: Vec::new(),
    };
    Catalogue {
        applications: [(application.id.clone(), application)].into(),
        admins: vec![Who::Person(email("carol"))],
        ..Catalogue::default()
    }
}

fn home(live: &Live, who: &str, pages: &Pages) -> Home {
    let identity = identity(who);
    let looker = Looker { who: &identity.slack, facts: Some(Ok(&identity)), pages };
    Home::of(live, &catalogue(), Mode::Serving, at("13:00:00"), looker)
}

/// The page as it is read: headings, lines, quotes, steps, and buttons with what they carry.
fn read(home: &Home) -> String {
    let mut lines = Vec::new();
    for piece in page(home, &voice()).pieces {
        match piece {
            Piece::Heading(words) => lines.push(format!("# {words}")),
            Piece::Row(row) => {
                lines.extend(row.lines.iter().map(|line| marked(line)));
                if let Presses::Beside(button) = &row.presses {
                    lines.push(format!("[{}] {}", button.label, button.value));
                }
            }
            Piece::Card(card) => {
                lines.extend(card.lines.iter().map(|line| marked(line)));
                lines.extend(card.quote.iter().map(|quote| format!("│ {quote}")));
                lines.extend((1..).zip(&card.steps).map(|(place, line)| format!("{place}. {}", marked(line))));
                let row = card.buttons.iter().flat_map(|buttons| &buttons.row);
                let row: Vec<String> = row.map(|button| format!("[{}] {}", button.label, button.value)).collect();
                lines.extend((!row.is_empty()).then(|| row.join("  ").trim_end().to_owned()));
                lines.extend(card.context.iter().map(|line| format!("({})", marked(line))));
            }
        }
    }
    lines.join("\n")
}

fn marked(line: &[Run]) -> String {
    let mark = line.iter().find_map(|run| match run {
        Run::Mark(Mark::Hourglass) => Some("⏳ "),
        Run::Mark(Mark::Green) => Some("🟢 "),
        Run::Mark(Mark::Warning) => Some("⚠️ "),
        _ => None,
    });
    format!("{}{}", mark.unwrap_or_default(), requester::flat(line))
}

#[test]
fn an_owner_sees_what_waits_for_them_and_what_is_live_of_theirs() {
    let live = live(vec![
        request(1, "Alice Martin", "Read-Write", pending()),
        request(2, "Erin Moss", "Debug", active("13:40:00")),
        request(3, "Bob Stone", "Read-Only", active("14:41:00")),
    ]);
    insta::assert_snapshot!(read(&home(&live, "Bob Stone", &Pages::NONE)), @"
    [Request access]
    # Waiting for you (1)
    Alice Martin asks for Database · Read-Write
    2 hours, asked 2026-11-24 12:00 UTC, closes 2026-11-25 12:00 UTC
    │ Stuck migration, INC-42
    1. You or Dana Fox, now: owners of Database
    [Approve] R-1  [Approve for less…] R-1  [Deny…] R-1
    # Your access (1)
    🟢 Database · Read-Only · 1 h 40 min left, until 2026-11-24 14:41 UTC · R-3
    [Extend…] R-3  [Return access] R-3
    # Access to what you own (2)
    Erin Moss · Database · Debug
    until 2026-11-24 13:40 UTC · R-2
    [Revoke…] R-2
    You · Database · Read-Only
    until 2026-11-24 14:41 UTC · R-3
    [Revoke…] R-3
    (As of 2026-11-24 13:00 UTC. Reopen this tab to refresh.)
    ");
}

#[test]
fn an_admin_sees_everything_and_what_is_late_first() {
    let live = live(vec![
        request(1, "Alice Martin", "Read-Write", active("13:20:00")),
        request(2, "Erin Moss", "Debug", late("12:10:00")),
    ]);
    insta::assert_snapshot!(read(&home(&live, "Carol Diaz", &Pages::NONE)), @"
    [Request access]
    ⚠️ 1 removal is not confirmed by Okta.
    # All active access (2)
    Erin Moss · Database · Debug
    ⚠️ over since 2026-11-24 12:10 UTC, not confirmed by Okta · R-2
    Alice Martin · Database · Read-Write
    until 2026-11-24 13:20 UTC · R-1
    [Revoke…] R-1
    (As of 2026-11-24 13:00 UTC. Reopen this tab to refresh.)
    ");
}

#[test]
fn a_requester_sees_what_is_theirs_and_nothing_of_others() {
    let mut live = live(vec![
        request(1, "Alice Martin", "Read-Write", pending()),
        request(2, "Alice Martin", "Debug", late("12:10:00")),
        request(3, "Erin Moss", "Debug", active("13:40:00")),
    ]);
    let access = live.requests.values().next().unwrap().access.clone();
    let past = |number: u64, fate, at| Past { request: id(number), access: access.clone(), fate, at };
    let alice = live.people.get_mut(&identity("Alice Martin").slack).unwrap();
    alice.recent = [
        past(8, Fate::Denied, "2026-11-10T12:00:00Z".parse().unwrap()),
        past(9, Fate::Returned, at("09:12:00")),
        past(10, Fate::Unanswered, at("10:00:00")),
    ]
    .into();
    insta::assert_snapshot!(read(&home(&live, "Alice Martin", &Pages::NONE)), @"
    [Request access]
    # Your access (1)
    ⚠️ Database · Debug · over since 2026-11-24 12:10 UTC, not confirmed by Okta · R-2
    # Your requests (1)
    ⏳ Database · Read-Write · 2 hours · waiting for Bob Stone or Dana Fox · R-1
    [Cancel request] R-1
    # Recently ended
    Database · Read-Write · closed, nobody decided, 2026-11-24 10:00 UTC
    [Ask again] db/rw
    Database · Read-Write · returned 2026-11-24 09:12 UTC
    [Ask again] db/rw
    (As of 2026-11-24 13:00 UTC. Reopen this tab to refresh.)
    ");
}

#[test]
fn whoever_holds_nothing_is_told_how_it_works() {
    insta::assert_snapshot!(read(&home(&Live::default(), "Alice Martin", &Pages::NONE)), @"
    [Request access]
    You hold no temporary access. Ask for some, use it, and it ends by itself.
    (As of 2026-11-24 13:00 UTC. Reopen this tab to refresh.)
    ");
}

#[test]
fn whoever_cannot_be_served_reads_why_and_can_press_nothing() {
    let who = SlackUserId::parse("U0GUEST").unwrap();
    let looker = Looker { who: &who, facts: Some(Err(&Unfit::Guest)), pages: &Pages::NONE };
    let home = Home::of(&Live::default(), &catalogue(), Mode::Serving, at("13:00:00"), looker);
    insta::assert_snapshot!(read(&home), @"
    Only full members of Acme can request access here. Ask the member you work with, or Carol Diaz.
    (As of 2026-11-24 13:00 UTC. Reopen this tab to refresh.)
    ");
}

#[test]
fn whoever_can_be_served_no_more_keeps_what_is_theirs_and_sees_nothing_of_others() {
    let live = || {
        live(vec![
            request(1, "Alice Martin", "Read-Write", pending()),
            request(2, "Bob Stone", "Debug", active("13:40:00")),
            request(3, "Erin Moss", "Debug", active("13:40:00")),
        ])
    };
    let bob = identity("Bob Stone");
    let pages = Pages::NONE;
    let looker = |facts| Looker { who: &bob.slack, facts: Some(facts), pages: &pages };
    let suspended = Unfit::Inactive { status: "SUSPENDED".to_owned(), email: None };
    let home = Home::of(&live(), &catalogue(), Mode::Serving, at("13:00:00"), looker(Err(&suspended)));
    insta::assert_snapshot!(read(&home), @"
    Your Okta account is suspended. Ask Carol Diaz to mend that, then ask again.
    # Your access (1)
    🟢 Database · Debug · 40 minutes left, until 2026-11-24 13:40 UTC · R-2
    [Return access] R-2
    (As of 2026-11-24 13:00 UTC. Reopen this tab to refresh.)
    ");
    // The e-mail of an admin, on an account that is bound to another.
    let mut bound = live();
    bound.people.get_mut(&bob.slack).unwrap().binding = Some(Binding::new(bob.clone(), at("12:00:00")));
    let stolen = Identity { email: Email::parse("carol@acme.example").unwrap(), ..bob.clone() };
    let home = Home::of(&bound, &catalogue(), Mode::Serving, at("13:00:00"), looker(Ok(&stolen)));
    assert_eq!((&home.sight, home.waiting.total, home.others.total), (&Sight::Misbound, 0, 0));
    insta::assert_snapshot!(read(&home), @"
    Your Slack account and your Okta account do not match what is on record, so nothing can be asked for or decided. Ask Carol Diaz to mend that.
    # Your access (1)
    🟢 Database · Debug · 40 minutes left, until 2026-11-24 13:40 UTC · R-2
    [Return access] R-2
    (As of 2026-11-24 13:00 UTC. Reopen this tab to refresh.)
    ");
}

#[test]
fn what_is_not_theirs_to_decide_today_does_not_wait_for_them() {
    let mut live = live(vec![request(1, "Alice Martin", "Read-Write", pending())]);
    let bob = identity("Bob Stone");
    let looker = Looker { who: &bob.slack, facts: Some(Ok(&bob)), pages: &Pages::NONE };
    let waits = |live: &Live, catalogue: &Catalogue| {
        Home::of(live, catalogue, Mode::Serving, at("13:00:00"), looker).waiting.total
    };
    assert_eq!(waits(&live, &catalogue()), 1);
    let mut without = catalogue();
    without
        .applications
        .values_mut()
        .for_each(|application| application.owners.retain(|owner| owner.person() != Some(&bob.email)));
    assert_eq!(waits(&live, &without), 0);
    for request in live.requests.values_mut() {
        request.dismissed.insert(bob.slack.clone(), at("12:30:00"));
    }
    assert_eq!(waits(&live, &catalogue()), 0);
}

#[test]
fn in_custody_it_says_so_and_what_is_held_can_be_returned() {
    let live = live(vec![
        request(1, "Alice Martin", "Read-Write", active("13:20:00")),
        request(2, "Bob Stone", "Debug", pending()),
    ]);
    for who in ["Alice Martin", "Dana Fox"] {
        let identity = identity(who);
        let looker = Looker { who: &identity.slack, facts: None, pages: &Pages::NONE };
        let home = Home::of(&live, &Catalogue::default(), Mode::Custody, at("13:00:00"), looker);
        match who {
            "Alice Martin" => insta::assert_snapshot!(read(&home), @"
            Jitney only ends access at the moment; nothing can be asked for or decided. Ask Carol Diaz. Access still ends on time.
            # Your access (1)
            🟢 Database · Read-Write · 20 minutes left, until 2026-11-24 13:20 UTC · R-1
            [Return access] R-1
            (As of 2026-11-24 13:00 UTC. Reopen this tab to refresh.)
            "),
            _ => insta::assert_snapshot!(read(&home), @"
            Jitney only ends access at the moment; nothing can be asked for or decided. Ask Carol Diaz. Access still ends on time.
            (As of 2026-11-24 13:00 UTC. Reopen this tab to refresh.)
            "),
        }
    }
}

#[test]
fn long_parts_are_turned_page_by_page_and_a_page_that_is_gone_is_the_last() {
    let many = (1..=23).map(|number| request(number, "Alice Martin", "Read-Write", pending())).collect();
    let live = live(many);
    let turned = |from| home(&live, "Bob Stone", &Pages::NONE.turned(Part::Waiting, from));
    let ids = |home: &Home| home.waiting.rows.iter().map(|request| request.id.number()).collect::<Vec<_>>();
    let ways = |home: &Home| {
        let said = read(home);
        said.lines().filter(|line| line.contains("waiting:")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ids(&turned(0)), [1, 2, 3, 4, 5]);
    assert_eq!(ways(&turned(0)), ["[Show 5 more] waiting:5"]);
    assert_eq!(ids(&turned(5)), [6, 7, 8, 9, 10]);
    assert_eq!(ways(&turned(5)), ["[Show 5 more] waiting:10", "[First 5] waiting:0"]);
    assert_eq!(ids(&turned(20)), [21, 22, 23]);
    assert_eq!(ways(&turned(20)), ["[First 5] waiting:0"]);
    // A wish is no authority, nor a promise.
    assert_eq!(ids(&turned(usize::MAX)), [21, 22, 23]);
    assert_eq!(ids(&turned(7)), [6, 7, 8, 9, 10]);
    assert_eq!(super::turned("waiting:5"), Some((Part::Waiting, 5)));
    assert_eq!(super::turned("waiting:-5"), None);
    assert_eq!(super::turned("secrets:5"), None);
}

#[test]
fn the_fullest_page_stays_below_the_blocks_that_a_view_may_have() {
    let mut requests: Vec<Request> =
        (1..=30).map(|number| request(number, "Alice Martin", "Read-Write", pending())).collect();
    requests.extend((31..=60).map(|number| request(number, "Bob Stone", "Read-Write", active("14:00:00"))));
    requests.extend((61..=90).map(|number| request(number, "Bob Stone", "Debug", pending())));
    let mut live = live(requests);
    let access = live.requests.values().next().unwrap().access.clone();
    let bob = live.people.get_mut(&identity("Bob Stone").slack).unwrap();
    bob.recent = (91..=95)
        .map(|number: u64| Past {
            request: id(number),
            access: access.clone(),
            fate: Fate::Expired,
            at: at("12:00:00"),
        })
        .collect();
    let pages = Part::ALL.into_iter().fold(Pages::NONE, |pages, part| pages.turned(part, part.most()));
    let view = crate::slack::blocks::home(&page(&home(&live, "Bob Stone", &pages), &voice()), &pages);
    let blocks = view["blocks"].as_array().unwrap().len();
    assert!((70..=100).contains(&blocks), "{blocks}");
}
