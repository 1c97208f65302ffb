//! What people type and are called, through everything that shows it: it arrives as typed, in one element that is not
//! parsed, and the limits hold.

use proptest::{prelude::*, test_runner::RngSeed};
use serde_json::json;

use super::*;
use crate::{
    domain::{
        alarm::Alarm,
        decide::Mode,
        home::{Home, Pages, Section, Sight},
        port::{Late, LateRemoval, MembershipKey, Nudge},
        request::Request,
        said::Text,
    },
    say::{alert, approver, cast::*, form, list, nudge, refusal, requester, slash},
};

/// What would ping, link, format, reorder or break, if anything parsed it.
const HOSTILE: [&str; 24] = [
    "<!channel>",
    "<!here|here>",
    "<@U0BOB>",
    "<#C0GENERAL|general>",
    "<https://evil.example|Approve>",
    "https://evil.example",
    "<!date^1^{date}|x>",
    "*bold* _it_ ~gone~",
    "`code` ```block```",
    ":wave: :siren:",
    "&lt;!channel&gt; &amp;",
    "> quoted\n>>> all",
    "\u{202E}desrever\u{202C}",
    "\u{2066}isolated\u{2069}",
    "\u{0000}\u{0007}\u{001B}[31m",
    "zero\u{200B}width\u{FEFF}",
    "مرحبا بالعالم",
    "e\u{0301}\u{0301}\u{0301}\u{0301}",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "Pneumonoultramicroscopicsilicovolcanoconiosis",
    "{\"type\":\"mrkdwn\"}",
    "\\u003c!channel\\u003e",
    "\r\n\r\n\r\n\r\n",
    "\"; DROP TABLE requests; --",
];

/// Some of them, in any order, also very long.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        2 => any::<String>(),
        1 => Just("🎉".repeat(1_000)),
        1 => Just("x".repeat(900)),
    ];
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.join(" "))
}

/// A text as it is taken, if it is.
fn taken(typed: &str) -> Option<String> {
    Text::parse(typed, "salt".into()).ok().map(|text| text.parts().1.to_owned())
}

fn named(name: &str) -> String {
    let name = crate::domain::said::one_line(name, crate::domain::said::LONGEST_NAME);
    if name.is_empty() { "U0X".to_owned() } else { name }
}

/// Every state of a request, with this justification, reason and name.
fn everywhere(why: &str, name: &str) -> Vec<Request> {
    let states = [
        checking(),
        pending(),
        approved(),
        active(),
        revoking(json!(at("15:47"))),
        ended(json!({ "ending": "expired" }), "15:42"),
        undecided(denied(), at("13:44")),
        undecided(json!({ "ending": "cancelled" }), at("13:44")),
    ];
    let dressed = |state: Value| {
        let mut text = state.to_string();
        for person in ["Alice Martin", "Bob Stone", "Dana Fox"] {
            text = text.replace(&json!(person).to_string(), &json!(name).to_string());
        }
        text = text.replace("\"Use the read replica\"", &json!(why).to_string());
        let state: Value = serde_json::from_str(&text).unwrap();
        changed(state, |request| {
            request["justification"]["text"] = json!(why);
            // What catalogues and trackers call things is ours to show, and nothing to trust either.
            request["access"]["application"] = json!(name);
            request["ticket"]["key"] = json!(name);
        })
    };
    states.into_iter().map(dressed).collect()
}

/// Everything that can be said about a request.
fn cards(request: &Request, typed: &str) -> Vec<Card> {
    let (voice, bob, alice) = (voice(), slack("bob"), slack("alice"));
    let own = std::slice::from_ref(request);
    let key: MembershipKey = serde_json::from_value(json!({ "group": "00gPRODRW", "user": "00uALICE" })).unwrap();
    let removal = LateRemoval { membership: key, requests: own.to_vec(), due: at("15:42"), tries: 3, fault: None };
    let late = Late { alarm: Alarm::begins(at("15:42"), at("15:47")), removals: vec![removal] };
    let mut cards = vec![
        requester::card(request, own, &voice),
        approver::card(request, &bob, Some(own), &voice),
        approver::card(request, &slack("dana"), None, &voice),
        list::list(own, None, at("14:00"), &voice),
        alert::late(&late, &voice),
        alert::late_again(&late, &voice),
        alert::standing(typed, request),
        slash::with_typed(slash::no_such(typed, None, &voice), typed, None),
        slash::unknown(typed, Some("list"), &voice),
        Card::sentence(slash::saved(request, &voice)),
        form::already(request, own, at("14:00"), &voice).card,
    ];
    for what in [Nudge::Open, Nudge::Denied, Nudge::Unanswered, Nudge::Failed, Nudge::Expired, Nudge::RemovalLate] {
        cards.push(nudge::card(what, request, own, &voice));
    }
    for refused in [
        crate::domain::command::Refusal::Over,
        crate::domain::command::Refusal::OwnRequest,
        crate::domain::command::Refusal::NotApprover,
        crate::domain::command::Refusal::NotHeld,
    ] {
        for reader in [&alice, &bob] {
            cards.push(Card::sentence(refusal::sentence(&refused, Some(request), reader, at("14:00"), &voice)));
        }
    }
    cards
}

/// A Home tab with this request in every part.
fn tab(request: &Request) -> Value {
    let section = || Section { total: 7, from: 0, rows: vec![request.clone()] };
    let home = Home {
        who: slack("bob"),
        zone: None,
        sight: Sight::Admin,
        waiting: section(),
        held: section(),
        asked: section(),
        past: Vec::new(),
        others: section(),
        unconfirmed: 2,
        pages: Pages::NONE,
        mode: Mode::Serving,
        frozen: None,
        now: at("14:00"),
    };
    super::home(&crate::say::home::page(&home, &voice()), &home.pages)
}

/// What a payload may hold: no markup but ours, and no more than Slack takes.
fn hold(payload: &Value, within: &str) {
    match payload {
        Value::Array(items) => items.iter().for_each(|item| hold(item, within)),
        Value::Object(fields) => {
            let text = fields.get("text").and_then(Value::as_str);
            match (fields.get("type").and_then(Value::as_str), text) {
                (Some("mrkdwn"), Some(text)) => only_ours(text),
                (Some("plain_text"), Some(_)) => assert_eq!(fields["emoji"], json!(false)),
                (Some("broadcast" | "channel" | "usergroup"), _) => panic!("it pings: {within}"),
                (Some("link"), _) => assert!(fields["url"].as_str().unwrap().starts_with("https://acme.example/")),
                _ => {}
            }
            fields.values().for_each(|value| hold(value, within));
        }
        _ => {}
    }
}

/// Tokens in what is parsed are those that we make.
fn only_ours(text: &str) {
    for (at, _) in text.match_indices('<') {
        let token = &text[at..];
        let ours = ["<!date^", "<https://acme.example/", "<@U0ALICE>", "<@U0BOB>", "<@U0DANA>"];
        assert!(ours.iter().any(|known| token.starts_with(known)), "{text}");
    }
}

/// The fallback text is parsed: nothing of a person's may open a token in it.
fn fallback_holds(text: &str) {
    assert!(!text.contains('<') && !text.contains('>'), "{text}");
    for (at, _) in text.match_indices('&') {
        assert!(["&amp;", "&lt;", "&gt;"].iter().any(|entity| text[at..].starts_with(entity)), "{text}");
    }
    assert!(!text.is_empty() && text.chars().count() <= LONGEST_TEXT, "{}", text.chars().count());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_people_type_is_shown_as_typed_and_never_parsed(why in hostile(), name in hostile(), typed in hostile()) {
        let Some(why) = taken(&why) else { return Ok(()) };
        let name = named(&name);
        for request in everywhere(&why, &name) {
            for card in cards(&request, &typed) {
                let ((text, drawn), blocks) = (message(&card), blocks(&card));
                fallback_holds(&text);
                hold(&json!(blocks), &typed);
                prop_assert_eq!(drawn.len(), blocks.len(), "a block that no model holds is lost on its way");
                if let Some(quote) = &card.quote {
                    let shown = blocks[0]["elements"].as_array().unwrap().iter().find(|part| part["type"] == "rich_text_quote");
                    prop_assert_eq!(&shown.unwrap()["elements"], &json!([{ "type": "text", "text": quote }]));
                }
            }
            let tab = tab(&request);
            hold(&tab, &typed);
            prop_assert!(tab["blocks"].as_array().is_some_and(|blocks| blocks.len() <= 100));
            hold(&deny_form(&form::deny(&request, &voice()), "{}"), &typed);
            let first = requester::card(&request, &[], &voice());
            let shows = first.quote.as_ref().is_some_and(|quote| *quote == why);
            let quiet = !request.is_open() && !matches!(request.state, crate::domain::request::State::Ended { ending: crate::domain::request::Ending::Denied { .. }, .. });
            prop_assert!(shows || quiet, "their own words are not shown");
        }
    }
}

/// What is escaped grows, and is cut where it is too long for Slack then, never within an entity.
#[test]
fn a_fallback_of_what_must_be_escaped_is_cut_once_it_is() {
    let text = fallback(&"&".repeat(1_000));
    assert_eq!(text.chars().count(), 2_996);
    assert!(text.ends_with("&amp;…"), "{text}");
    assert_eq!(fallback(&"x".repeat(3_000)).chars().count(), 3_000);
    assert_eq!(fallback(&"x".repeat(3_001)).chars().count(), 3_000);
}

/// First sentences stand on lock screens.
#[test]
fn a_fallback_begins_with_one_short_sentence_without_anybodys_reasons() {
    for request in everywhere("SECRET reason", "Alice Martin") {
        for card in cards(&request, "SECRET typed") {
            let first = card.text.split(". ").next().unwrap();
            let first = first.split('\n').next().unwrap();
            assert!(first.chars().count() <= 120 || first.contains("Finish"), "{} {first}", first.chars().count());
            assert!(!first.contains("SECRET reason"), "{first}");
        }
    }
}
