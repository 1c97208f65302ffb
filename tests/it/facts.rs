//! What the directory says of somebody, against the directory it is held to: a manager in every form in which one is
//! written.

use jitney::{
    domain::{
        id::{Email, OktaUserId},
        port::{Class, EffectError, Facts, Unfit},
    },
    okta::Okta,
};
use world::{Fault, Vendor, What, World, okta::Relationship};

use crate::okta::directory;

const META: &str = "GET /api/v1/meta/schemas/user/linkedObjects";

/// What is said of Alice.
async fn facts(okta: &Okta) -> Result<Facts, EffectError> {
    let alice = okta.person_of(&OktaUserId::parse("00uALICE").unwrap()).await.unwrap().unwrap();
    okta.facts_of(&alice).await
}

async fn manager(okta: &Okta) -> Option<String> {
    facts(okta).await.unwrap().manager.map(|manager| manager.to_string())
}

/// What stands in Alice's profile.
fn written(world: &World, reference: Option<&str>) {
    let reference = reference.map(str::to_owned);
    world.change(|state| state.by_okta_mut("00uALICE").unwrap().okta.as_mut().unwrap().manager_id = reference);
}

/// An organisation that links people so.
fn linked(world: &World, primary: &str, links: &[(&str, &str)]) {
    let links = links.iter().map(|(user, manager)| ((*user).to_owned(), (*manager).to_owned())).collect();
    let (primary, title, associated) = (primary.to_owned(), primary.to_uppercase(), format!("{primary}Of"));
    world.change(|state| state.okta.relationships.push(Relationship { primary, title, associated, links }));
}

#[tokio::test]
async fn facts_are_what_the_directory_says_on_one_line() {
    let (world, okta) = directory().await;
    let said = facts(&okta).await.unwrap();
    assert_eq!(said.title.as_deref(), Some("Staff Engineer"));
    assert_eq!(said.department.as_deref(), Some("Payments"));
    assert_eq!(said.groups.iter().map(|group| group.as_str()).collect::<Vec<_>>(), ["00gENG", "00gEVERYONE"]);
    world.change(|state| {
        let alice = state.by_okta_mut("00uALICE").unwrap().okta.as_mut().unwrap();
        (alice.title, alice.department) = (Some(" Staff\n\u{202E}Engineer ".into()), Some(" ".into()));
    });
    let said = facts(&okta).await.unwrap();
    assert_eq!((said.title.as_deref(), said.department), (Some("Staff Engineer"), None));
    crate::contracts::check(&world);
}

#[tokio::test]
async fn a_manager_is_found_by_id_login_or_e_mail_and_by_nothing_that_only_resembles_one() {
    let (world, okta) = directory().await;
    world.change(|state| {
        let bob = state.by_okta_mut("00uBOB").unwrap().okta.as_mut().unwrap();
        bob.email = "robert.stone@acme.example".into();
    });
    let long = "9".repeat(5_000);
    for (reference, found) in [
        ("00uBOB", true),
        (" 00uBOB ", true),
        ("bob@acme.example", true),
        ("BOB@acme.example", true),
        ("Robert.Stone@acme.example", true),
        // A short name finds him, and is not his.
        ("bob", false),
        ("4711", false),
        ("Bob Stone", false),
        ("me", false),
        ("", false),
        (" ", false),
        (".", false),
        ("..", false),
        ("../groups/00gENG", false),
        ("x/y@acme.example", false),
        ("00uBOB?expand=x", false),
        (long.as_str(), false),
        ("nobody@acme.example", false),
        // Herself.
        ("00uALICE", false),
        ("alice@acme.example", false),
    ] {
        written(&world, Some(reference));
        let expected = found.then_some("robert.stone@acme.example");
        assert_eq!(manager(&okta).await.as_deref(), expected, "{reference:?}");
    }
    // Whoever's login has a slash is found by a search alone.
    world.change(|state| {
        state.by_okta_mut("00uDANA").unwrap().okta.as_mut().unwrap().login = "eu/dana@acme.example".into()
    });
    written(&world, Some("eu/dana@acme.example"));
    assert_eq!(manager(&okta).await.as_deref(), Some("dana@acme.example"));
    written(&world, Some("hana@acme.example"));
    assert_eq!(manager(&okta).await.as_deref(), Some("hana@acme.example"), "two have the e-mail, one has the login");
    crate::contracts::check(&world);
}

#[tokio::test]
async fn a_manager_is_active_and_can_be_written_to() {
    let (world, okta) = directory().await;
    let bob = |change: fn(&mut world::OktaAccount)| {
        world.change(|state| change(state.by_okta_mut("00uBOB").unwrap().okta.as_mut().unwrap()));
    };
    bob(|bob| bob.email = String::new());
    assert_eq!(manager(&okta).await.as_deref(), Some("bob@acme.example"), "by the login");
    for status in ["SUSPENDED", "DEPROVISIONED", "STAGED", "LOCKED_OUT"] {
        world.change(|state| state.by_okta_mut("00uBOB").unwrap().okta.as_mut().unwrap().status = status.into());
        assert_eq!(manager(&okta).await, None, "{status}");
    }
    world.change(|state| state.people.retain(|person| person.okta_id() != "00uBOB"));
    assert_eq!(manager(&okta).await, None, "deleted");
    crate::contracts::check(&world);
}

#[tokio::test]
async fn where_nothing_is_written_a_linked_object_names_the_manager() {
    let (world, okta) = directory().await;
    written(&world, None);
    linked(&world, "mentor", &[("00uALICE", "00uDANA")]);
    linked(&world, "lineManager", &[("00uALICE", "00uCAROL")]);
    assert_eq!(manager(&okta).await.as_deref(), Some("carol@acme.example"));
    // An employee number is nobody's: the link is what is left.
    written(&world, Some("4711"));
    assert_eq!(manager(&okta).await.as_deref(), Some("carol@acme.example"));
    written(&world, Some("00uBOB"));
    assert_eq!(manager(&okta).await.as_deref(), Some("bob@acme.example"), "what is written comes first");
    written(&world, None);
    for (manager_id, found) in
        [("00uALICE", None), ("00uIVY", None), ("00uNOBODY", None), ("00uDANA", Some("dana@acme.example"))]
    {
        world.change(|state| state.okta.relationships[1].links.insert("00uALICE".into(), manager_id.into()));
        assert_eq!(manager(&okta).await.as_deref(), found, "{manager_id}");
    }
    world.change(|state| state.okta.relationships[1].links.clear());
    assert_eq!(manager(&okta).await, None, "no link");
    world.change(|state| state.okta.relationships.clear());
    assert_eq!(manager(&okta).await, None, "the relationship is gone, and still remembered");
    crate::contracts::check(&world);
}

#[tokio::test]
async fn what_cannot_be_read_is_not_left_out() {
    let (world, okta) = directory().await;
    let broken = || What::Html { code: 503 };
    world.fault(Fault::okta("GET /api/v1/users/00uBOB", broken()));
    assert_eq!(facts(&okta).await.unwrap_err().class, Class::Retry, "the manager");
    world.fault(Fault::okta("GET /api/v1/users/00uBOB", What::RateLimited { reset_in_secs: 1 }));
    assert!(facts(&okta).await.unwrap_err().after.is_some(), "a limit says how long");
    world.lift_all();
    let (world, okta) = directory().await;
    written(&world, None);
    linked(&world, "manager", &[("00uALICE", "00uBOB")]);
    for read in [META, "GET */linkedObjects/manager", "GET /api/v1/users/00uBOB"] {
        world.fault(Fault::okta(read, broken()));
        assert_eq!(facts(&okta).await.unwrap_err().class, Class::Retry, "{read}");
    }
    assert_eq!(manager(&okta).await.as_deref(), Some("bob@acme.example"));
}

/// The right to read linked objects is one that nothing else needs; that it is missing is not that there is no manager.
#[tokio::test]
async fn a_token_that_may_not_read_linked_objects_says_so_and_remembers_nothing_of_it() {
    let (world, okta) = directory().await;
    linked(&world, "manager", &[("00uALICE", "00uCAROL")]);
    let forbidden = world.fault(Fault::okta("GET *linkedObjects*", What::Forbidden).until_lifted());
    let said = async || {
        let said = facts(&okta).await.unwrap();
        (said.manager.map(|manager| manager.to_string()), said.manager_unread)
    };
    assert_eq!(said().await, (Some("bob@acme.example".into()), false), "what is written needs nothing more");
    written(&world, None);
    assert_eq!(said().await, (None, true));
    world.lift(forbidden);
    assert_eq!(said().await, (Some("carol@acme.example".into()), false), "at once");
    world.fault(Fault::okta("GET */linkedObjects/manager", What::Forbidden));
    assert_eq!(said().await, (None, true), "the link itself");
    world.change(|state| state.okta.relationships.clear());
    assert_eq!(said().await, (None, false), "there is none");
    written(&world, Some("00uBOB"));
    world.fault(Fault::okta("GET /api/v1/users/00uBOB", What::Forbidden));
    assert_eq!(said().await, (None, true), "whom it names");
}

#[tokio::test]
async fn a_manager_costs_one_call_and_none_where_there_is_nothing_to_ask() {
    let (world, okta) = directory().await;
    let count = || world.calls_to(Vendor::Okta, "").len();
    facts(&okta).await.unwrap();
    assert_eq!(count(), 3, "herself, her groups, her manager");
    written(&world, None);
    facts(&okta).await.unwrap();
    assert_eq!(count(), 6, "herself, her groups, the relationships");
    facts(&okta).await.unwrap();
    assert_eq!(count(), 8, "these are remembered");
}

#[tokio::test]
async fn somebody_is_found_by_id_only_while_they_are_active() {
    let (_world, okta) = directory().await;
    let found = async |id: &str| okta.person_of(&OktaUserId::parse(id).unwrap()).await;
    assert_eq!(found("00uBOB").await.unwrap().unwrap().email, Some(Email::fold("bob@acme.example").unwrap()));
    for (id, status) in [("00uIVY", "SUSPENDED"), ("00uNOBODY", "DELETED")] {
        assert_eq!(found(id).await.unwrap(), Err(Unfit::Inactive { status: status.into(), email: None }));
    }
}
