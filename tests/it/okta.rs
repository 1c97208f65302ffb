//! The Okta client against the directory it is held to.

use std::{collections::BTreeSet, time::Duration};

use jitney::{
    clock,
    domain::{
        account::{Account, Closure},
        id::{Email, OktaGroupId, OktaUserId},
        port::{Class, Doubt, EffectError, MembershipKey, Outcome, Removal, Unfit, UnfitGroup},
    },
    okta::{Okta, Timing},
    slack::connector::install_tls,
};
use secrecy::SecretString;
use serde_json::json;
use world::{Company, Fault, FaultId, Person, Vendor, What, World, okta::Group};

/// A directory, and a client to it.
pub async fn directory() -> (World, Okta) {
    slow_directory(Duration::from_millis(1)).await
}

/// A directory to which a call may be so long on its way.
async fn slow_directory(settles_within: Duration) -> (World, Okta) {
    install_tls();
    let world = World::start(Company::acme()).await;
    let token = SecretString::from(world::okta_token());
    let quick = Timing {
        between_reads: Duration::from_millis(1),
        look_again: Duration::from_millis(1),
        looks: 3,
        settles_within,
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
    many(&world, "00gMANY");
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
    assert_eq!(paused, Err(Unfit::Inactive { status: "SUSPENDED".into(), email: Some(email("ivy@acme.example")) }));
    let hostile = okta.person(&email("a\"or\"b\\@acme.example")).await.unwrap();
    assert!(matches!(hostile, Err(Unfit::NoAccount { .. })), "a quote does not alter the search: {hostile:?}");
}

#[tokio::test]
async fn a_group_that_is_not_ours_to_change_is_named_so() {
    let (_world, okta) = directory().await;
    for (group, reason) in [
        ("00gIMPORTED", UnfitGroup::Type("APP_GROUP".into())),
        ("00gEVERYONE", UnfitGroup::Type("BUILT_IN".into())),
        ("00gRULED", UnfitGroup::FilledByRule),
        ("00gADMINS", UnfitGroup::CarriesRoles),
        ("00gNOWHERE", UnfitGroup::Missing),
    ] {
        let standing = okta.standing(&membership(group, "00uALICE"), &BTreeSet::new()).await.unwrap();
        assert_eq!(standing.unfit_group, Some(reason), "{group}");
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
        (said(400, "E0000001"), Class::Rejected),
        (said(404, "E0000007"), Class::Gone),
    ]
    .into_iter()
    .chain(nobodys().map(|what| (what, Class::Unknown)))
    {
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
async fn what_a_proxy_says_of_a_read_or_a_removal_is_never_final() {
    let (world, okta) = directory().await;
    let key = membership("00gENG", "00uALICE");
    for what in nobodys() {
        for read in ["GET /api/v1/users/00uALICE", "GET /api/v1/groups/00gENG", "GET */roles", "GET */rules*"] {
            world.fault(Fault::okta(read, what.clone()));
            let failure = okta.standing(&key, &BTreeSet::new()).await.unwrap_err();
            assert_eq!(failure.class, Class::Retry, "{read}: {what:?}");
        }
        world.fault(Fault::okta("DELETE *", what.clone()));
        let failure = okta.remove(&key, Doubt::None).await.unwrap_err();
        assert_eq!(failure.class, Class::Unknown, "{what:?}");
    }
    assert!(world.members("00gENG").contains(&"00uALICE".to_owned()));
}

#[tokio::test]
async fn a_list_ends_only_where_there_is_no_next_page() {
    let (world, okta) = directory().await;
    let (alice, eng) = (OktaUserId::parse("00uALICE").unwrap(), OktaGroupId::parse("00gENG").unwrap());
    let list = "GET /api/v1/users/00uALICE/groups";
    let itself = format!("{}/api/v1/users/00uALICE/groups", world.okta_org_url());
    let elsewhere = "https://evil.example/api/v1/users/00uALICE/groups?after=1";
    for (link, code) in [
        (format!("<{elsewhere}>; rel=\"next\""), "next page elsewhere"),
        ("<http://[>; rel=\"next\"".to_owned(), "next page elsewhere"),
        (format!("<{itself}>; rel=\"next\""), "pages in a circle"),
        (format!("<{itself}; rel=\"next\""), "unreadable link"),
        (format!("<{itself}?after=1>; rel=\"next\", <{itself}?after=2>; rel=\"next\""), "two next pages"),
    ] {
        world.fault(Fault::okta(list, page(&link)));
        let failure = okta.groups_of(&alice).await.unwrap_err();
        assert_eq!((failure.class, failure.fault.code.as_deref()), (Class::Retry, Some(code)), "{link}");
    }
    let [there, back] = ["there", "back"].map(|to| page(&format!("<{itself}?to={to}>; rel=\"next\"")));
    for what in [there.clone(), back, there] {
        world.fault(Fault::okta(list, what));
    }
    let failure = okta.groups_of(&alice).await.unwrap_err();
    assert_eq!(failure.fault.code.as_deref(), Some("pages in a circle"));

    world.fault(Fault::okta("GET */rules*", page(&format!("<{elsewhere}>; rel=next"))));
    let key = MembershipKey { group: eng, user: alice };
    assert_eq!(okta.standing(&key, &BTreeSet::new()).await.unwrap_err().class, Class::Retry, "a rule may be there");
}

#[tokio::test]
async fn a_list_without_end_is_an_error() {
    let (world, okta) = directory().await;
    let list = format!("{}/api/v1/users/00uALICE/groups", world.okta_org_url());
    for n in 0..1_000 {
        world.fault(Fault::okta("GET */groups", page(&format!("<{list}?after={n}>; rel=\"next\""))));
    }
    let failure = okta.groups_of(&OktaUserId::parse("00uALICE").unwrap()).await.unwrap_err();
    assert_eq!((failure.class, failure.fault.code.as_deref()), (Class::Retry, Some("pages without end")));
    assert!(world.calls_to(Vendor::Okta, "00uALICE").len() <= 500);
}

#[tokio::test]
async fn who_is_not_active_is_not_added_however_long_it_was_tried() {
    let (world, okta) = directory().await;
    let key = membership("00gPRODRW", "00uIVY");
    for doubt in [Doubt::None, Doubt::MayHaveHappened] {
        let failure = okta.add(&key, doubt).await.unwrap_err();
        assert_eq!((failure.class, failure.fault.code.as_deref()), (Class::Rejected, Some("SUSPENDED")));
    }
    world.add_by_hand("00gPRODRW", "00uIVY", "a try that arrived");
    let failure = okta.add(&key, Doubt::MayHaveHappened).await.unwrap_err();
    assert_eq!(failure.class, Class::Rejected, "it is called off, not kept");
    assert!(world.calls().iter().all(|call| call.method != "PUT"));
}

#[tokio::test]
async fn a_refusal_of_the_status_leaves_the_doubt_to_whoever_knows_it() {
    let (world, okta) = directory().await;
    for doubt in [Doubt::None, Doubt::MayHaveHappened] {
        world.fault(Fault::okta("PUT *", said(403, "E0000038")));
        let failure = okta.add(&membership("00gPRODRW", "00uALICE"), doubt).await.unwrap_err();
        assert_eq!((failure.class, failure.fault.code.as_deref()), (Class::Rejected, Some("E0000038")));
    }
}

/// What an account says of its holder: only what an admin did to it takes it from them.
#[tokio::test]
async fn an_account_is_closed_where_an_admin_closed_it() {
    let (world, okta) = directory().await;
    let key = membership("00gPRODRW", "00uALICE");
    for (status, account) in [
        ("SUSPENDED", Account::Closed(Closure::Suspended)),
        ("DEPROVISIONED", Account::Closed(Closure::Deactivated)),
        ("ACTIVE", Account::Kept),
        ("LOCKED_OUT", Account::Kept),
        ("PASSWORD_EXPIRED", Account::Kept),
        ("RECOVERY", Account::Kept),
        ("PROVISIONED", Account::Kept),
        ("STAGED", Account::Kept),
        ("A_NEW_WORD", Account::Kept),
    ] {
        world.change(|state| {
            let alice = state.people.iter_mut().find(|person| person.okta_id() == "00uALICE").unwrap();
            alice.okta.as_mut().unwrap().status = status.into();
        });
        assert_eq!(okta.account(&key).await.unwrap(), account, "{status}");
    }
    assert!(world.calls().iter().all(|call| call.method == "GET"), "it only looks");
}

/// Okta answers lost rights as if nobody were there.
#[tokio::test]
async fn an_account_that_cannot_be_found_is_deleted_only_where_its_group_does_not_list_it_twice() {
    let (world, okta) = directory().await;
    let key = membership("00gPRODRW", "00uALICE");
    world.add_by_hand("00gPRODRW", "00uALICE", "an admin");
    let hidden = hide(&world, &["GET *users/00uALICE"]);
    assert_eq!(okta.account(&key).await.unwrap_err().class, Class::Gone, "she is listed");
    let group = hide(&world, &["GET *groups/00gPRODRW"]);
    assert_eq!(okta.account(&key).await.unwrap_err().class, Class::Gone, "neither can be read");
    group.into_iter().for_each(|fault| world.lift(fault));
    world.remove_by_hand("00gPRODRW", "00uALICE", "an admin");
    // Her account can be read again at the second look.
    hidden.into_iter().for_each(|fault| world.lift(fault));
    let twice = |times| Fault {
        times: world::Times::Count(times),
        ..Fault::okta("GET *users/00uALICE", said(404, "E0000007"))
    };
    world.fault(twice(2));
    assert_eq!(okta.account(&key).await.unwrap_err().class, Class::Gone, "she is there again");
    world.fault(twice(3));
    assert_eq!(okta.account(&key).await.unwrap(), Account::Closed(Closure::Deleted));
}

/// Deleted, or suspended between the look and the change: the person is at fault, not the group.
#[tokio::test]
async fn a_refusal_that_is_about_the_person_says_so() {
    let (world, okta) = directory().await;
    let key = membership("00gPRODRW", "00uALICE");
    let told = |failure: EffectError| (failure.class, failure.fault.inactive().map(str::to_owned));
    world.fault(Fault::okta("GET *00uALICE", What::Status { code: 200, body: json!({
        "id": "00uALICE", "status": "ACTIVE", "profile": {"login": "alice@acme.example", "email": "alice@acme.example"}
    }), headers: Vec::new() }));
    world.change(|state| {
        let alice = state.people.iter_mut().find(|person| person.okta_id() == "00uALICE").unwrap();
        alice.okta.as_mut().unwrap().status = "SUSPENDED".into();
    });
    world.fault(Fault::okta("PUT *", said(403, "E0000038")));
    let failed = okta.add(&key, Doubt::None).await.unwrap_err();
    assert_eq!(told(failed), (Class::Rejected, Some("SUSPENDED".to_owned())));
    world.change(|state| state.people.retain(|person| person.okta_id() != "00uALICE"));
    for doubt in [Doubt::None, Doubt::MayHaveHappened] {
        let failed = okta.add(&key, doubt).await.unwrap_err();
        assert_eq!(told(failed), (Class::Rejected, Some("DELETED".to_owned())));
    }
    let standing = okta.standing(&key, &BTreeSet::new()).await.unwrap();
    assert_eq!((standing.member, standing.inactive.as_deref()), (false, Some("DELETED")));
}

#[tokio::test]
async fn what_still_stands_is_not_removed_whatever_was_answered() {
    let (world, okta) = directory().await;
    let key = membership("00gENG", "00uALICE");
    world.fault(Fault::okta("DELETE *", What::Status { code: 204, body: json!(""), headers: Vec::new() }));
    let failure = okta.remove(&key, Doubt::None).await.unwrap_err();
    assert_eq!((failure.class, failure.fault.code.as_deref()), (Class::Retry, Some("still shown")));
    let gone = okta.remove(&membership("00gENG", "00uFRANK"), Doubt::None).await.unwrap();
    assert!(matches!(gone, Outcome::Removed { .. }), "who does not stand there is out: {gone:?}");
}

#[tokio::test]
async fn who_is_deleted_is_out_once_the_group_does_not_list_them() {
    let (world, okta) = directory().await;
    world.change(|state| state.people.retain(|person| person.okta_id() != "00uALICE"));
    let removed = okta.remove(&membership("00gENG", "00uALICE"), Doubt::None).await.unwrap();
    assert!(matches!(removed, Outcome::Removed { removal: Removal::UserGone, .. }), "{removed:?}");
    assert_eq!(listed(&world, "00gENG"), 2, "read twice");
}

#[tokio::test]
async fn a_group_that_is_deleted_holds_nobody_once_the_user_does_not_list_it() {
    let (world, okta) = directory().await;
    world.change(|state| state.okta.groups.retain(|group| group.id != "00gENG"));
    let removed = okta.remove(&membership("00gENG", "00uALICE"), Doubt::None).await.unwrap();
    assert!(matches!(removed, Outcome::Removed { removal: Removal::GroupGone, .. }), "{removed:?}");
    assert_eq!(world.calls_to(Vendor::Okta, "00uALICE/groups").len(), 2, "read twice");
}

#[tokio::test]
async fn lost_rights_are_never_a_removal() {
    let (world, okta) = directory().await;
    let key = membership("00gENG", "00uALICE");
    let (user, group) = ("* /api/v1/users/00uALICE*", "* /api/v1/groups/00gENG");
    for hidden in [[user, "DELETE *"].as_slice(), &[group, "DELETE *"], &[user, group, "DELETE *"], &["DELETE *"]] {
        let faults = hide(&world, hidden);
        let failure = removing(&okta, &key).await;
        assert_eq!((failure.class, failure.fault.code.as_deref()), (Class::Gone, Some("E0000007")), "{hidden:?}");
        faults.into_iter().for_each(|fault| world.lift(fault));
    }
    assert!(world.members("00gENG").contains(&"00uALICE".to_owned()));
}

#[tokio::test]
async fn a_user_out_of_reach_who_is_listed_on_a_later_page_still_stands() {
    let (world, okta) = directory().await;
    let last = many(&world, "00gMANY");
    hide(&world, &[&format!("* /api/v1/users/{last}*"), "DELETE *"]);
    assert_eq!(removing(&okta, &membership("00gMANY", &last)).await.class, Class::Gone);
    assert_eq!(listed(&world, "00gMANY"), 3, "all three pages");
}

#[tokio::test]
async fn what_is_seen_only_once_is_not_believed() {
    let (world, okta) = directory().await;
    let nothing = What::Status { code: 200, body: json!([]), headers: Vec::new() };
    for (hidden, list) in [
        (["DELETE *"].as_slice(), "GET /api/v1/users/00uALICE/groups"),
        (&["DELETE *", "GET /api/v1/groups/00gENG"], "GET /api/v1/users/00uALICE/groups"),
        (&["DELETE *", "GET /api/v1/users/00uALICE"], "GET /api/v1/groups/00gENG/users"),
    ] {
        let faults = hide(&world, hidden);
        world.fault(Fault::okta(list, nothing.clone()));
        assert_eq!(removing(&okta, &membership("00gENG", "00uALICE")).await.class, Class::Gone, "{hidden:?}");
        faults.into_iter().for_each(|fault| world.lift(fault));
    }
}

#[tokio::test]
async fn a_404_waits_for_an_addition_that_may_still_arrive() {
    let (world, okta) = slow_directory(Duration::from_secs(2)).await;
    world.change(|state| state.okta.absent_is_404 = true);
    let key = membership("00gPRODRW", "00uALICE");
    let looked = world.fault(Fault::okta("GET /api/v1/users/00uALICE/groups", What::Duplicate));
    let removal = okta.remove(&key, Doubt::MayHaveHappened);
    let late = async {
        world.until_called(looked).await;
        world.add_by_hand("00gPRODRW", "00uALICE", "a try that arrives late");
    };
    let (removed, ()) = tokio::join!(removal, late);
    assert!(removed.is_err(), "{removed:?}");
}

#[tokio::test]
async fn a_limit_on_look_ups_stops_no_removal() {
    let (world, okta) = directory().await;
    let key = membership("00gENG", "00uALICE");
    for read in ["GET */rules*", "GET */roles", "GET /api/v1/users", "GET /api/v1/groups/00gENG"] {
        world.fault(Fault::okta(read, What::RateLimited { reset_in_secs: 30 }));
    }
    okta.standing(&key, &BTreeSet::new()).await.unwrap_err();
    okta.person(&email("alice@acme.example")).await.unwrap_err();
    let removed = clock::timeout(Duration::from_secs(10), okta.remove(&key, Doubt::None)).await;
    assert!(matches!(removed, Ok(Ok(Outcome::Removed { .. }))), "{removed:?}");
}

/// 450 people in a group of their own; answers the one whom it lists last.
fn many(world: &World, group: &str) -> String {
    world.change(|state| {
        let many: Vec<Person> =
            (0..450).map(|n| Person::member(&format!("many{n}"), &format!("Many {n}"), "")).collect();
        let ids: BTreeSet<String> = many.iter().map(|person| person.okta_id().to_owned()).collect();
        state.people.extend(many);
        let members: Vec<&str> = ids.iter().map(String::as_str).collect();
        state.okta.groups.push(Group::okta(group, "many", &members));
        ids.into_iter().next_back().unwrap()
    })
}

/// Okta's answer to whoever may not see what is there: as if it were not.
fn hide(world: &World, calls: &[&str]) -> Vec<FaultId> {
    calls.iter().map(|call| world.fault(Fault::okta(*call, said(404, "E0000007")).until_lifted())).collect()
}

/// How many pages of a group's members were read.
fn listed(world: &World, group: &str) -> usize {
    let calls = world.calls_to(Vendor::Okta, &format!("{group}/users"));
    calls.iter().filter(|call| call.method == "GET").count()
}

async fn removing(okta: &Okta, key: &MembershipKey) -> EffectError {
    okta.remove(key, Doubt::None).await.unwrap_err()
}

/// An error of Okta's own.
fn said(code: u16, error: &str) -> What {
    let body =
        json!({"errorCode": error, "errorSummary": "x", "errorLink": error, "errorId": "oae1", "errorCauses": []});
    What::Status { code, body, headers: Vec::new() }
}

/// Refusals that look final and are nobody's: proxies, firewalls, gateways.
fn nobodys() -> impl Iterator<Item = What> {
    let moved = vec![("location".to_owned(), "http://127.0.0.1:1/".to_owned())];
    let html = [400, 401, 403, 404, 407, 410, 451].map(|code| What::Html { code });
    html.into_iter().chain([
        What::Status { code: 302, body: json!(""), headers: moved },
        What::Status { code: 404, body: json!({"message": "no Route matched"}), headers: Vec::new() },
        What::Status { code: 403, body: json!({"errorCode": "waf_blocked"}), headers: Vec::new() },
    ])
}

/// A page that names another.
fn page(link: &str) -> What {
    What::Status { code: 200, body: json!([]), headers: vec![("link".to_owned(), link.to_owned())] }
}
