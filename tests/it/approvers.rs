//! Who can be asked, and who decides, as the vendors tell it.

use std::collections::BTreeSet;

use jitney::{
    config::Guests,
    domain::{
        catalogue::Who,
        id::{EffectId, Email, RequestId, SlackGroupId, SlackUserId},
        port::{
            Approver, Attempt, Class, Doubt, Effect, EffectError, Members, Outcome, Outside as _, Requester, Unfit,
        },
        request::Request,
    },
    outside::{Groups, Vendors},
};
use serde_json::json;
use world::{Company, Fault, Person, Vendor, What, World, okta::Group};

use crate::{
    admins::vendors,
    house::{ALICE, BOB},
};

const SOC: &str = "okta:00gSOC";
const RESPONDERS: &str = "slack:S0RESPOND";

async fn company() -> (World, Vendors) {
    let world = World::start(Company::acme()).await;
    let deciding = BTreeSet::from([SlackGroupId::parse("S0RESPOND").unwrap()]);
    let groups = Groups { deciding, ..Groups::default() };
    let vendors = vendors(&world, &[], Guests::MayAsk, groups).await;
    (world, vendors)
}

async fn tried(vendors: &Vendors, effect: Effect, about: Option<Request>) -> Result<Outcome, EffectError> {
    let id = EffectId { seq: 1, ordinal: 0 };
    let (others, voters) = (Vec::new(), BTreeSet::new());
    vendors.perform(Attempt { id, effect, doubt: Doubt::None, about, first: None, others, alarm: None, voters }).await
}

async fn find(vendors: &Vendors, emails: &[&str], groups: &[&str]) -> Result<Found, EffectError> {
    let emails = emails.iter().map(|email| Email::fold(email).unwrap()).collect();
    let groups = groups.iter().map(|group| Who::try_from((*group).to_owned()).unwrap()).collect();
    let request = RequestId::parse("R-1").unwrap();
    match tried(vendors, Effect::FindApprovers { request, emails, groups }, None).await? {
        Outcome::Found { approvers, missing, members } => Ok(Found { approvers, missing, members }),
        other => panic!("{other:?}"),
    }
}

struct Found {
    approvers: Vec<Approver>,
    missing: Vec<Email>,
    members: Vec<Members>,
}

impl Found {
    /// Who can be asked; who cannot; and who of them stands in which group.
    fn in_words(&self) -> Vec<String> {
        let listed = |emails: &[Email]| {
            emails.iter().map(|email| email.as_str().split('@').next().unwrap()).collect::<Vec<_>>().join(" ")
        };
        let able: Vec<Email> = self.approvers.iter().map(|approver| approver.email.clone()).collect();
        let groups = self.members.iter().map(|members| format!("{}: {}", members.group, listed(&members.emails)));
        [format!("able: {}", listed(&able)), format!("missing: {}", listed(&self.missing))]
            .into_iter()
            .chain(groups)
            .collect()
    }
}

fn responders(world: &World, users: &[&str]) {
    let users = users.iter().map(|user| (*user).to_owned()).collect();
    world.change(|state| state.slack.usergroups.insert("S0RESPOND".into(), users));
}

/// A group of the directory with so many people in it, who are all in Slack.
fn crowd(world: &World, name: &str, count: usize) {
    world.change(|state| {
        let keys: Vec<String> = (0..count).map(|number| format!("{name}{number:03}")).collect();
        state.people.extend(keys.iter().map(|key| Person::member(key, "One Of Many", "UTC")));
        let members: Vec<String> = keys.iter().map(|key| format!("00u{}", key.to_uppercase())).collect();
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        state.okta.groups.push(Group::okta(&format!("00g{}", name.to_uppercase()), name, &members));
    });
}

#[tokio::test]
async fn whoever_can_be_asked_is_in_both_and_whoever_cannot_is_no_error() {
    let (world, vendors) = company().await;
    world.add_by_hand("00gSOC", "00uDANA", "an admin");
    // Departed, suspended, without Slack: none of them can be asked.
    for user in ["00uFRANK", "00uIVY", "00uHANA2"] {
        world.add_by_hand("00gSOC", user, "an admin");
    }
    // A guest, one who left, one whom Okta does not know, one it knows twice, and the bot.
    responders(&world, &["U0DANA", "U0BOB", "U0ERIN", "U0FRANK", "U0GUS", "U0HANA", "U0JIT", "U0NOBODY"]);
    let found = find(&vendors, &["bob@acme.example", "frank@acme.example"], &[SOC, RESPONDERS]).await.unwrap();
    assert_eq!(
        found.in_words(),
        ["able: bob carol dana", "missing: frank", "okta:00gSOC: carol dana", "slack:S0RESPOND: bob dana"]
    );
    let again = find(&vendors, &["bob@acme.example", "frank@acme.example"], &[SOC, RESPONDERS]).await.unwrap();
    assert_eq!(again.in_words(), found.in_words(), "in an order that stays");
    assert_eq!(world.complaints(), Vec::<String>::new());
    crate::contracts::check(&world);
}

#[tokio::test]
async fn a_group_that_is_gone_has_nobody_in_it_and_one_that_could_not_be_read_is_no_answer() {
    let (world, vendors) = company().await;
    let found = find(&vendors, &["bob@acme.example"], &["okta:00gNOWHERE", RESPONDERS]).await.unwrap();
    assert_eq!(found.in_words(), ["able: bob", "missing: ", "okta:00gNOWHERE: ", "slack:S0RESPOND: "]);
    responders(&world, &[BOB]);
    for fault in [
        Fault::okta("GET /api/v1/groups/00gSOC/users", What::Html { code: 503 }),
        Fault::slack("users.lookupByEmail", What::Html { code: 503 }),
        Fault::slack("usergroups.users.list", What::SlackError { error: "service_unavailable".into() }),
        Fault::slack("users.info", What::Html { code: 503 }),
    ] {
        world.fault(fault.clone());
        let failed = find(&vendors, &[], &[SOC, RESPONDERS]).await.err().map(|error| error.class);
        assert!(matches!(failed, Some(Class::Retry)), "{fault:?}: {failed:?}");
    }
    world.fault(Fault::slack("usergroups.users.list", What::SlackError { error: "missing_scope".into() }));
    assert_eq!(find(&vendors, &[], &[RESPONDERS]).await.err().map(|error| error.class), Some(Class::Auth));
    assert_eq!(find(&vendors, &[], &[RESPONDERS]).await.unwrap().in_words()[2], "slack:S0RESPOND: bob");
}

#[tokio::test]
async fn of_a_crowd_fifty_are_asked_and_a_try_that_was_cut_short_goes_on_where_it_stood() {
    let (world, vendors) = company().await;
    crowd(&world, "n", 70);
    // Slack takes some 50 such questions a minute.
    world.fault(Fault::slack("users.lookupByEmail", What::RateLimited { reset_in_secs: 600 }).after(30));
    let limited = find(&vendors, &[], &["okta:00gN"]).await.err().unwrap();
    assert!(limited.class == Class::Retry && limited.after.is_some(), "{limited:?}");
    world.lift_all();
    let found = find(&vendors, &[], &["okta:00gN"]).await.unwrap();
    let asked: Vec<&str> = found.members[0].emails.iter().map(Email::as_str).collect();
    assert_eq!((asked.len(), asked[0], asked[49]), (50, "n000@acme.example", "n049@acme.example"));
    let calls = world.calls_to(Vendor::Slack, "users.lookupByEmail").len();
    assert!(calls < 70, "{calls}: what was found is not asked anew");
}

#[tokio::test]
async fn those_of_a_crowd_who_cannot_be_asked_keep_nobody_else_from_it() {
    let (world, vendors) = company().await;
    crowd(&world, "n", 70);
    world.change(|state| {
        let first =
            state.people.iter_mut().filter(|person| person.okta_id() < "00uN060" && person.okta_id() >= "00uN000");
        first.filter_map(|person| person.slack.as_mut()).for_each(|account| account.deleted = true);
    });
    let found = find(&vendors, &[], &["okta:00gN"]).await.unwrap();
    let asked: Vec<&str> = found.members[0].emails.iter().map(Email::as_str).collect();
    assert_eq!((asked.len(), asked[0], asked[9]), (10, "n060@acme.example", "n069@acme.example"));
}

/// All of them stand in one line of the record.
#[tokio::test]
async fn of_several_crowds_not_more_than_a_hundred_are_asked_and_of_each_as_many() {
    let (world, vendors) = company().await;
    ["a", "b", "c", "d"].iter().for_each(|name| crowd(&world, name, 30));
    let found =
        find(&vendors, &["bob@acme.example"], &["okta:00gA", "okta:00gB", "okta:00gC", "okta:00gD"]).await.unwrap();
    let asked: Vec<usize> = found.members.iter().map(|members| members.emails.len()).collect();
    assert_eq!((asked.as_slice(), found.approvers.len()), (&[25, 25, 25, 25][..], 101));
}

/// A request of Alice's that waits for its owners.
fn request() -> Request {
    let alice = json!({"slack": ALICE, "okta": "00uALICE", "email": "alice@acme.example", "name": "Alice Martin"});
    let bob = json!({"slack": BOB, "okta": "00uBOB", "email": "bob@acme.example", "name": "Bob Stone"});
    let step = json!({"kind": {"asks": "owner", "application": "prod-db"}, "approvers": [bob]});
    serde_json::from_value(json!({
        "id": "R-1", "revision": 1, "asker": ALICE,
        "access": {
            "entitlement": "prod-db/rw", "application": "Production Database", "level": "Read-Write",
            "group": "00gPRODRW", "sensitivity": "high",
        },
        "end": {"rule": "after", "secs": 7_200}, "justification": {"digest": "d", "text": "INC-42"},
        "asked": "2026-11-24T13:40:00Z", "closes": "2026-11-25T13:40:00Z", "shown": [],
        "state": {"state": "pending", "route": {"person": alice, "steps": [step]}, "clicks": []},
    }))
    .unwrap()
}

async fn authority(vendors: &Vendors, slack: &str) -> Outcome {
    let (request, slack) = (request(), SlackUserId::parse(slack).unwrap());
    tried(vendors, Effect::CheckAuthority { request: request.id, slack }, Some(request)).await.unwrap()
}

#[tokio::test]
async fn whoever_decides_is_looked_up_now_with_their_groups_and_with_the_requester() {
    let (world, vendors) = company().await;
    responders(&world, &[BOB]);
    let Outcome::Identified { person, requester, .. } = authority(&vendors, BOB).await else { panic!() };
    assert!(person.groups.iter().any(|group| group.as_str() == "00gENG"), "{person:?}");
    assert_eq!(person.slack_groups, BTreeSet::from([SlackGroupId::parse("S0RESPOND").unwrap()]));
    assert_eq!(person.title.as_deref(), Some("Engineering Manager"));
    let Some(Requester::Fit { facts }) = requester else { panic!("{requester:?}") };
    assert_eq!(facts.manager.map(|manager| manager.to_string()).as_deref(), Some("bob@acme.example"));
    assert!(facts.groups.iter().any(|group| group.as_str() == "00gENG"), "{:?}", facts.groups);
    // The very next click of whoever has left the group finds them out of it.
    responders(&world, &[]);
    world.remove_by_hand("00gENG", "00uBOB", "an admin");
    let Outcome::Identified { person, .. } = authority(&vendors, BOB).await else { panic!() };
    assert!(person.slack_groups.is_empty(), "{:?}", person.slack_groups);
    assert!(person.groups.iter().all(|group| group.as_str() != "00gENG"), "{:?}", person.groups);
    crate::contracts::check(&world);
}

#[tokio::test]
async fn a_requester_whose_accounts_do_not_serve_any_more_is_unfit() {
    type Change = fn(&mut Person);
    let changes: [(Unfit, Change); 4] = [
        (Unfit::Inactive { status: "SUSPENDED".into(), email: None }, |alice| {
            alice.okta.as_mut().unwrap().status = "SUSPENDED".into()
        }),
        (Unfit::Inactive { status: "DELETED".into(), email: None }, |alice| alice.okta = None),
        (Unfit::Deactivated, |alice| alice.slack.as_mut().unwrap().deleted = true),
        (Unfit::NoAccount { email: Email::fold("dana@acme.example").unwrap() }, |alice| {
            alice.slack.as_mut().unwrap().email = "dana@acme.example".into();
        }),
    ];
    for (expected, change) in changes {
        let (world, vendors) = company().await;
        world.change(|state| change(state.by_slack_mut(ALICE).unwrap()));
        let Outcome::Identified { requester, .. } = authority(&vendors, BOB).await else { panic!() };
        assert_eq!(requester, Some(Requester::Unfit { why: expected }));
    }
}

#[tokio::test]
async fn a_guest_may_ask_and_never_decides() {
    let (_world, vendors) = company().await;
    let erin = SlackUserId::parse("U0ERIN").unwrap();
    let request = RequestId::parse("R-1").unwrap();
    let asks = tried(&vendors, Effect::IdentifyPerson { request, slack: erin }, None).await.unwrap();
    assert!(matches!(asks, Outcome::Identified { requester: None, .. }), "{asks:?}");
    assert_eq!(authority(&vendors, "U0ERIN").await, Outcome::NotServed { why: Unfit::Guest });
}
