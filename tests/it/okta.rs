//! The Okta client against the directory it is held to.

use std::collections::BTreeSet;

use jitney::{
    domain::{
        id::{Email, OktaGroupId, OktaUserId},
        port::{Class, Doubt, MembershipKey, Outcome, Unfit},
    },
    okta::{Okta, Timing},
    slack::connector::install_tls,
};
use secrecy::SecretString;
use world::{Company, Fault, Person, Vendor, What, World, okta::Group};

async fn directory() -> (World, Okta) {
    install_tls();
    let world = World::start(Company::acme()).await;
    let token = SecretString::from(world::okta_token());
    let quick = Timing {
        between_reads: std::time::Duration::from_millis(1),
        look_again: std::time::Duration::from_millis(1),
        looks: 3,
        settles_within: std::time::Duration::from_millis(1),
    };
    let okta = Okta::new(&world.okta_org_url().parse().unwrap(), &token, quick).unwrap();
    (world, okta)
}

fn email(text: &str) -> Email {
    Email::fold(text).unwrap()
}

fn membership(group: &str, user: &str) -> MembershipKey {
    MembershipKey { group: OktaGroupId::parse(group).unwrap(), user: OktaUserId::parse(user).unwrap() }
}

#[tokio::test]
async fn a_group_of_450_is_read_in_three_calls() {
    let (world, okta) = directory().await;
    world.change(|state| {
        let many: Vec<Person> =
            (0..450).map(|n| Person::member(&format!("many{n}"), &format!("Many {n}"), "")).collect();
        let ids: Vec<String> = many.iter().map(|person| person.okta_id().to_owned()).collect();
        state.people.extend(many);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        state.okta.groups.push(Group::okta("00gMANY", "many", &ids));
    });
    let members = okta.members_of(&OktaGroupId::parse("00gMANY").unwrap()).await.unwrap();
    assert_eq!(members.iter().map(|person| &person.id).collect::<BTreeSet<_>>().len(), 450);
    assert_eq!(world.calls_to(Vendor::Okta, "00gMANY").len(), 3);
}

#[tokio::test]
async fn exactly_one_active_user_is_somebody() {
    let (_world, okta) = directory().await;
    assert_eq!(okta.person(&email("Alice@ACME.example")).await.unwrap().unwrap().id.as_str(), "00uALICE");
    let none = okta.person(&email("nobody@acme.example")).await.unwrap();
    assert_eq!(none, Err(Unfit::NoAccount { email: email("nobody@acme.example") }));
    let two = okta.person(&email("hana@acme.example")).await.unwrap();
    assert_eq!(two, Err(Unfit::Ambiguous { email: email("hana@acme.example") }));
    let paused = okta.person(&email("ivy@acme.example")).await.unwrap();
    assert_eq!(paused, Err(Unfit::Inactive { status: "SUSPENDED".into() }));
    let hostile = okta.person(&email("a\"or\"b\\@acme.example")).await.unwrap();
    assert!(matches!(hostile, Err(Unfit::NoAccount { .. })), "a quote does not alter the search: {hostile:?}");
}

#[tokio::test]
async fn a_group_that_is_not_ours_to_change_is_named_so() {
    let (_world, okta) = directory().await;
    for (group, reason) in [
        ("00gIMPORTED", "it is of type APP_GROUP"),
        ("00gEVERYONE", "it is of type BUILT_IN"),
        ("00gRULED", "it is filled by a group rule"),
        ("00gADMINS", "it carries Okta admin roles"),
        ("00gNOWHERE", "it does not exist"),
    ] {
        let standing = okta.standing(&membership(group, "00uALICE"), &BTreeSet::new()).await.unwrap();
        assert_eq!(standing.unfit_group.as_deref(), Some(reason), "{group}");
    }
    let allowed = BTreeSet::from([OktaGroupId::parse("00gADMINS").unwrap()]);
    let standing = okta.standing(&membership("00gADMINS", "00uALICE"), &allowed).await.unwrap();
    assert_eq!(standing.unfit_group, None);
}

#[tokio::test]
async fn an_answer_that_is_none_is_classed_by_what_may_have_happened() {
    let (world, okta) = directory().await;
    let key = membership("00gPRODRW", "00uALICE");
    for (what, class) in [
        (What::Html { code: 502 }, Class::Unknown),
        (What::DropAfter, Class::Unknown),
        (What::Unauthorized, Class::Auth),
        (What::Forbidden, Class::Auth),
        (What::Status { code: 400, body: serde_json::json!("not JSON at all"), headers: Vec::new() }, Class::Rejected),
        (
            What::Status {
                code: 302,
                body: serde_json::json!(""),
                headers: vec![("location".into(), "http://127.0.0.1:1/".into())],
            },
            Class::Rejected,
        ),
    ] {
        world.fault(Fault::okta("PUT *", what.clone()));
        let failure = okta.add(&key, Doubt::None).await.unwrap_err();
        assert_eq!(failure.class, class, "{what:?}");
        assert!(!format!("{failure:?} {failure}").contains(world::okta_token()));
    }
    assert_eq!(
        okta.add(&key, Doubt::MayHaveHappened).await.unwrap(),
        Outcome::Added { receipt: None },
        "one of them had"
    );
}

#[tokio::test]
async fn what_still_stands_is_not_removed_whatever_was_answered() {
    let (world, okta) = directory().await;
    let key = membership("00gENG", "00uALICE");
    world.fault(Fault::okta("DELETE *", What::Status { code: 204, body: serde_json::json!(""), headers: Vec::new() }));
    let failure = okta.remove(&key, Doubt::None).await.unwrap_err();
    assert_eq!((failure.class, failure.fault.code.as_deref()), (Class::Retry, Some("still shown")));
    let gone = okta.remove(&membership("00gENG", "00uFRANK"), Doubt::None).await.unwrap();
    assert!(matches!(gone, Outcome::Removed { .. }), "who does not stand there is out: {gone:?}");
}
