//! Another configuration while the bot runs: in force as a whole, at one moment.

use jitney::domain::{
    configuration::{Against, FaultKind},
    event::Event,
};
use world::{Company, Fault, What};

use crate::{
    house::{ALICE, BOB, CAROL, House},
    record,
};

/// A guest, who is served where the configuration says so.
const ERIN: &str = "U0ERIN";

/// What somebody is answered to a typed command.
async fn typed(house: &House, who: &str, line: &str) -> String {
    house.world.slash(who, "/jit", line).await.unwrap().seen.unwrap_or_default()
}

/// A house that serves guests or not.
async fn house(guests: bool) -> House {
    let mut house = House::closed(Company::acme()).await;
    house.change_settings("[requests]", &format!("[identity]\nguests = {guests}\n\n[requests]"));
    house.set_clocks();
    house.start().await;
    house
}

fn configurations(house: &House) -> Vec<Event> {
    let events = record::entries(&house.path("store/journal")).into_iter().flat_map(|entry| entry.events);
    let about =
        |event: &Event| matches!(event, Event::ConfigurationChanged { .. } | Event::ConfigurationRefused { .. });
    events.filter(about).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_it_is_in_force_while_slack_is_slow_to_name_the_admins() {
    let house = house(false).await;
    house.change_settings("guests = false", "guests = true");
    house.change_settings(r#"["carol@acme.example"]"#, r#"["dana@acme.example"]"#);
    house.change_catalogue("id     = \"staging\"", "id     = \"stage\"");
    let slow = house.world.fault(Fault::slack("users.lookupByEmail", What::HoldThenDo));
    house.hang_up();
    house.world.until_called(slow).await;
    // Gus has no Okta account: he is told whom to ask.
    assert!(typed(&house, "U0GUS", "list").await.contains("Ask Carol Diaz"));
    assert!(typed(&house, ERIN, "list").await.starts_with("Only full members of Acme"));
    let saved = typed(&house, ALICE, "staging/admin 45m Rollout").await;
    assert!(saved.starts_with("Saved as R-1"), "{saved}");
    assert_eq!(configurations(&house).len(), 1, "nor is it on record");
    house.world.release(slow);
    house.until_answered(ALICE, "staging/admin 45m Rollout", "Did you mean stage/admin?").await;
    assert!(typed(&house, "U0GUS", "list").await.contains("Ask Dana Fox"));
    assert!(!typed(&house, ERIN, "list").await.contains("Only full members"));
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_whom_slack_did_not_name_are_named_after_the_next_one() {
    let house = house(false).await;
    house.change_settings(r#"["carol@acme.example"]"#, r#"["dana@acme.example"]"#);
    let down = house.world.fault(Fault::slack("users.lookupByEmail", What::Html { code: 503 }).until_lifted());
    house.hang_up();
    house.until_answered("U0GUS", "list", "Ask an admin").await;
    house.world.lift(down);
    house.hang_up();
    house.until_answered("U0GUS", "list", "Ask Dana Fox").await;
    house.finish_unread().await;
}

/// What was being looked up as the configuration changed is looked up anew: for the tab, and for the request.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_looked_up_under_the_one_before_is_looked_up_anew() {
    let house = house(true).await;
    let slow = house.world.fault(Fault::okta("GET */users*", What::HoldThenDo).until_lifted());
    let saved = typed(&house, ERIN, "staging/admin 45m Rollout").await;
    assert!(saved.starts_with("Saved as R-1"), "{saved}");
    house.world.until_called(slow).await;
    house.change_settings("guests = true", "guests = false");
    house.change_settings("[slack]", "[slack]\ncommand = \"/access\"");
    house.hang_up();
    house.until_answered(ALICE, "help", "/access").await;
    house.world.release(slow);
    house.world.until_message(ERIN, "Only full members of Acme can request access here.").await;
    assert!(typed(&house, ERIN, "staging/admin 45m Rollout").await.starts_with("Only full members of Acme"));
    assert_eq!(house.world.messages(BOB).len(), 0, "nobody was asked");
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_takes_a_right_that_the_bot_has_not_is_refused_as_a_whole() {
    let house = house(false).await;
    house.world.change(|state| state.slack.scopes.retain(|scope| scope != "usergroups:read"));
    let groups = "[approvers]\nresponders = [\"slack:S0RESPOND\"]\n\n[requests]\n";
    house.change_settings("[slack]", "[slack]\ngroups_decide = true");
    house.change_settings("[requests]\n", groups);
    house.hang_up();
    house.change_settings(groups, "[requests]\n");
    house.hang_up();
    house.until_on_record("the second", 2, |event| matches!(event, Event::ConfigurationChanged { .. })).await;
    let [_, Event::ConfigurationRefused { faults }, Event::ConfigurationChanged { against, .. }] =
        &configurations(&house)[..]
    else {
        panic!("{:?}", configurations(&house))
    };
    assert_eq!(*faults, [(FaultKind::Right, 1)].into());
    let Against::Last(difference) = against else { panic!("{against:?}") };
    let keys: Vec<&str> = difference.changes.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["slack.groups_decide"]);
    // Looking people up goes on.
    assert!(typed(&house, CAROL, "admin freeze").await.starts_with("Granting is frozen"));
    house.finish_unread().await;
}
