//! The configuration: on record as it is loaded, and read again while the bot runs.

use insta::assert_snapshot;
use jitney::domain::{
    configuration::{Against, FaultKind},
    event::Event,
};

use crate::{
    house::{ALICE, ASKED, BOB, CAROL, DANA, House},
    record,
};

/// What is on record of configurations, a line each.
fn recorded(house: &House) -> Vec<Event> {
    let entries = record::entries(&house.path("store/journal")).into_iter();
    let about =
        |event: &Event| matches!(event, Event::ConfigurationChanged { .. } | Event::ConfigurationRefused { .. });
    entries.flat_map(|entry| entry.events).filter(about).collect()
}

async fn until_recorded(house: &House, times: usize) -> Vec<Event> {
    let about =
        |event: &Event| matches!(event, Event::ConfigurationChanged { .. } | Event::ConfigurationRefused { .. });
    house.until_on_record("a configuration", times, about).await;
    recorded(house)
}

fn said(event: &Event) -> String {
    serde_json::to_string_pretty(event).unwrap()
}

fn digest(event: &Event) -> String {
    match event {
        Event::ConfigurationChanged { digest, .. } => digest.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_is_on_record_once_and_what_changes_by_key() {
    let mut house = House::open().await;
    let first = until_recorded(&house, 1).await;
    assert!(matches!(&first[0], Event::ConfigurationChanged { against: Against::Nothing, .. }), "{first:?}");
    house.stop().await;
    house.start().await;
    house.hang_up();
    house.change_catalogue("owners = [\"bob@acme.example\"]", "owners = [\"dana@acme.example\"]");
    house.change_settings("min_duration = \"1s\"", "min_duration = \"1m\"\nmax_open = 3");
    house.hang_up();
    let second = until_recorded(&house, 2).await;
    assert_eq!(second.len(), 2, "nothing is written where nothing changed");
    assert_snapshot!(said(&second[1]).replace(&digest(&second[1]), "DIGEST"), @r#"
    {
      "event": "configuration_changed",
      "digest": "DIGEST",
      "against": {
        "against": "last",
        "changes": [
          {
            "key": "application.staging.owners",
            "from": "[\"bob@acme.example\"]",
            "to": "[\"dana@acme.example\"]"
          },
          {
            "key": "requests.max_open",
            "to": "3"
          },
          {
            "key": "requests.min_duration",
            "from": "\"1s\"",
            "to": "\"1m\""
          }
        ]
      }
    }
    "#);
    // Staging is Dana's now.
    house.ask_in_vain(ALICE, "staging/admin", "45m", "INC-42").await;
    house.world.until_message(DANA, "INC-42").await;
    house.settle().await;
    house.finish(&[], &[&[(ALICE, "Waiting for @Dana Fox"), (DANA, "asks for Staging · Admin")]]).await;
}

/// What the bot asks Okta with cannot change while it runs; what can be asked for can.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_shows_as_changed_and_waits_for_the_next_start_and_the_rest_does_not() {
    let house = House::open().await;
    let before = until_recorded(&house, 1).await;
    house.change_settings(world::okta_token(), "00another-token");
    house.change_settings("admins    = [\"carol@acme.example\"]", "admins = [\"dana@acme.example\"]");
    house.hang_up();
    let changed = until_recorded(&house, 2).await;
    let Event::ConfigurationChanged { against: Against::Last(difference), waits, .. } = &changed[1] else {
        panic!("{changed:?}")
    };
    assert_eq!(waits, &["okta.token"]);
    let keys: Vec<&str> = difference.changes.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["okta.token", "slack.admins"]);
    let token = &difference.changes[0];
    let marks = [&token.from, &token.to].map(|mark| mark.clone().unwrap());
    assert!(marks.iter().all(|mark| mark.starts_with("secret ") && mark.len() == 23), "{marks:?}");
    assert_ne!(marks[0], marks[1]);
    assert_ne!(digest(&before[0]), digest(&changed[1]));
    let mut written = std::fs::read_to_string(house.journal()).unwrap();
    for file in std::fs::read_dir(house.path("store/configuration")).unwrap() {
        written += &std::fs::read_to_string(file.unwrap().path()).unwrap();
    }
    for token in ["00another-token", world::okta_token(), world::bot_token(), world::app_token()] {
        assert!(!written.contains(token));
    }
    // The old token still opens and ends, and the new admin is named.
    house.until_answered("U0GUS", "staging/admin 45m Please", "Ask Dana Fox").await;
    house.grant(ALICE, "staging/admin", "45m").await;
    house.finish_unread_holding(&[("00gSTAGING", "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_configuration_is_refused_on_record_and_the_one_before_stays() {
    let house = House::open().await;
    until_recorded(&house, 1).await;
    house.change_settings("min_duration = \"1s\"", "min_duration = \"1s\"\nmax_opne = 3");
    house.change_catalogue("name   = \"Staging\"\n", "");
    house.hang_up();
    let refused = until_recorded(&house, 2).await;
    let Event::ConfigurationRefused { faults } = &refused[1] else { panic!("{refused:?}") };
    assert_eq!(*faults, [(FaultKind::UnknownKey, 1), (FaultKind::MissingKey, 1)].into());
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.settle().await;
    house.finish(&[], &[ASKED]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_is_mended_leads_out_of_custody() {
    let mut house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.stop().await;
    let sound = std::fs::read_to_string(house.path("catalogue.toml")).unwrap();
    house.write_catalogue("[[application]]\nid = \"prod-db\"\nowners = [");
    house.start_unconnected();
    house.world.until_message(CAROL, "Jitney only ends access at the moment").await;
    house.world.until_connected(1).await;
    let typed = house.world.slash(ALICE, "/jit", "staging/admin 45m INC-43").await.unwrap().seen.unwrap();
    assert!(typed.contains("only ends access"), "{typed}");
    house.write_catalogue(&sound);
    house.keep_tickets();
    house.hang_up();
    let recorded = until_recorded(&house, 3).await;
    assert!(matches!(recorded[1], Event::ConfigurationRefused { .. }), "{recorded:?}");
    let begun = |state: &world::State| state.has_answered("/project/ACCESS/statuses").then_some(());
    house.world.until("the tickets' project is looked over", begun).await;
    house.until_served(DANA).await;
    house.ask(ALICE, "staging/admin", "45m", "INC-43").await;
    house.world.until_message(BOB, "ACCESS-1").await;
    house.settle().await;
    house.finish_unread_holding(&[("00gPRODRW", "00uALICE")]).await;
}
