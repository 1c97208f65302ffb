//! More levels of access than a list holds: they are searched for.

use insta::assert_snapshot;
use serde_json::{Value, json};
use world::{Company, Fault, What};

use crate::{
    contracts,
    contracts::said::Kind,
    house::{ALICE, BOB, CATALOGUE, DANA, House},
};

/// The usual company's catalogue, and 24 services with ten levels each.
fn vast() -> String {
    let levels = ["Read", "Write", "Deploy", "Restart", "Debug", "Logs", "Secrets", "Schema", "Backup", "Admin"];
    let level = |number: usize, name: &str| {
        format!(
            r#"
  [[application.entitlement]]
  id           = "{id}"
  name         = "{name}"
  okta_group   = "00gSERVICE{number:02}{id}"
  sensitivity  = "low"
  approval     = ["owner"]
  max_duration = "8h"
  requesters   = ["everyone"]
"#,
            id = name.to_lowercase()
        )
    };
    let service = |number: usize| {
        let levels: String = levels.iter().map(|name| level(number, name)).collect();
        format!(
            r#"
[[application]]
id     = "service-{number:02}"
name   = "Service {number:02}"
owners = ["bob@acme.example"]
{levels}"#
        )
    };
    CATALOGUE.to_owned() + &(1..=24).map(service).collect::<String>()
}

async fn vast_house() -> House {
    let mut house = House::closed(Company::acme()).await;
    house.set_clocks();
    house.write_catalogue(&vast());
    let faults = jitney::setup::load(&house.files(), &std::collections::BTreeMap::new()).settings.err();
    assert!(faults.is_none(), "{faults:?}");
    house.start().await;
    house
}

/// What a search offers, an option a line.
async fn offered(house: &House, typed: &str) -> Vec<String> {
    let options = house.world.options(ALICE, "entitlement", "entitlement", typed).await.unwrap();
    options.iter().map(|option| option["text"]["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn more_levels_than_a_list_holds_are_searched_for() {
    let house = vast_house().await;
    house.open_form(ALICE).await;
    assert_snapshot!(house.world.seen_view(ALICE).unwrap().lines().nth(1).unwrap(), @"Access: [‹Type to search 243 levels of access›]");
    let all = offered(&house, "").await;
    assert_eq!(all.len(), 100, "as many as Slack takes");
    assert_snapshot!(all[..4].join("\n"), @"
    Debugging · Production Database
    Read-Write · Production Database
    Admin · Service 01
    Backup · Service 01
    ");
    assert_snapshot!(offered(&house, "admin").await[..3].join("\n"), @"
    Admin · Service 01
    Admin · Service 02
    Admin · Service 03
    ");
    assert_eq!(
        offered(&house, "production").await,
        ["Debugging · Production Database", "Read-Write · Production Database"]
    );
    assert_eq!(offered(&house, "SERVICE 17 schema").await, ["Schema · Service 17"]);
    assert_eq!(offered(&house, "service-24/logs").await, ["Logs · Service 24"]);
    assert_eq!(offered(&house, "prodution").await.len(), 2, "a slip of the finger");
    assert_eq!(offered(&house, "<!channel> \u{202E} \"*").await, Vec::<String>::new());
    house.world.fill(ALICE, "entitlement", "entitlement", "service-24/logs").await.unwrap();
    house.world.fill(ALICE, "custom_duration", "custom_duration", "2h").await.unwrap();
    house.world.until_view(ALICE, "1. @Bob Stone: owner of Service 24").await;
    house.world.fill(ALICE, "justification", "justification", "INC-42").await.unwrap();
    let form = house.world.seen_view(ALICE).unwrap();
    assert!(form.contains("Access: [Logs · Service 24]"), "what is chosen stays: {form}");
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.world.until_message(BOB, "asks for Service 24 · Logs").await;
    house.finish(&[], &[&[(ALICE, "Waiting for @Bob Stone"), (BOB, "asks for Service 24 · Logs")]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_choice_of_a_search_is_refused() {
    let house = vast_house().await;
    for (id, who) in [("prod-db/rw", crate::house::CAROL), ("service-25/logs", ALICE), ("\u{202E}x/<!here>", ALICE)] {
        house.open_form(who).await;
        let text = json!({ "type": "plain_text", "text": "Logs · Service 01", "emoji": false });
        let forged = json!({ "type": "external_select", "selected_option": { "text": text, "value": id } });
        house.world.forge_fill(who, "entitlement", "entitlement", &forged).unwrap();
        house.world.fill(who, "custom_duration", "custom_duration", "2h").await.unwrap();
        house.world.fill(who, "justification", "justification", "Let me in").await.unwrap();
        let (sent, _) = house.world.submit_unchecked(who).await.unwrap();
        let told = sent.errors().get("entitlement").cloned().unwrap_or_default();
        let expected = if id.starts_with('\u{202E}') {
            "Choose an access."
        } else {
            "The offer changed while the form was open. Choose the access again."
        };
        assert_eq!(told, expected, "{id}: {sent:?}");
        house.world.close_view(who).await.unwrap();
    }
    let offered = house.world.options(ALICE, "entitlement", "entitlement", "admin").await;
    assert!(offered.is_err(), "no form is open");
    house.finish(&[], &[]).await;
}

/// Every kind of payload that the program makes: one that is never seen is held to nothing.
const MUST_OCCUR: [Kind; 11] = [
    Kind::Message,
    Kind::Redraw,
    Kind::Whisper,
    Kind::Aside,
    Kind::Form,
    Kind::FormRedrawn,
    Kind::Home,
    Kind::AckMessage,
    Kind::AckView,
    Kind::AckErrors,
    Kind::AckOptions,
];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_payload_is_held_to_the_contracts() {
    let house = vast_house().await;
    house.world.slash(ALICE, "/jit", "help").await.unwrap();
    house.world.open_home(ALICE).await.unwrap();
    house.world.until_home(ALICE, "Request access").await;
    house.open_form(ALICE).await;
    house.fill_and_send(ALICE, "prod-db/rw", "90", "INC-42").await;
    house.world.close_view(ALICE).await.unwrap();
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.open_form(ALICE).await;
    house.fill_and_send(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.world.until_view(ALICE, "Already requested").await;
    let cards = [house.world.until_message(BOB, "asks for").await, house.world.until_message(DANA, "asks for").await];
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "Open until").await;
    house.world.press_stale(DANA, &cards[1], "approve").await.unwrap();
    house.world.until_ephemeral(DANA, "before your click").await;
    house.world.fault(Fault::slack("POST /response/*", What::Html { code: 404 }));
    house.world.press_stale(BOB, &cards[0], "approve").await.unwrap();
    house.world.until_ephemeral(BOB, "Nothing more to do").await;
    house.settle().await;
    if let Some(counts) = contracts::check(&house.world) {
        let missing: Vec<Kind> = MUST_OCCUR.into_iter().filter(|kind| !counts.contains_key(kind)).collect();
        assert!(missing.is_empty(), "never seen: {missing:?} in {counts:?}");
    }
    let answered = [(DANA, "before your click"), (BOB, "Nothing more to do")];
    house.finish(&[(crate::house::PROD_RW, "00uALICE")], &[crate::house::HELD, &answered]).await;
}

/// No answer to a search is ever more than Slack takes, whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_served_finds_nothing() {
    let house = vast_house().await;
    house.world.slash("U0ERIN", "/jit", "").await.unwrap();
    house.world.until_view("U0ERIN", "Only full members of Acme").await;
    let payload = json!({
        "type": "block_suggestion", "user": { "id": "U0ERIN" }, "action_id": "entitlement", "block_id": "entitlement", "value": "prod",
    });
    let answer = house.world.forge(payload).await;
    assert_eq!(answer.ack.unwrap_or(Value::Null), json!({ "option_groups": [] }));
    house.finish(&[], &[]).await;
}
