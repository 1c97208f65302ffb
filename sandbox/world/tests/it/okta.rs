//! Okta: users, searches, groups, paging, memberships, lag, refusals.

use serde_json::Value;
use world::okta::{Did, Lag, Relationship, Writer};
use world::{Company, Person, World};

use crate::bot::okta;

async fn ids(world: &World, path: &str) -> Vec<String> {
    let (_, _, body) = okta(world, "GET", path).await;
    body.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_user_is_found_by_id_login_and_unambiguous_shortname() {
    let world = World::start(Company::acme()).await;
    for key in ["00uALICE", "alice%40acme.example", "ALICE@acme.example", "alice"] {
        let (status, headers, body) = okta(&world, "GET", &format!("/api/v1/users/{key}")).await;
        assert_eq!((status, body["id"].as_str()), (200, Some("00uALICE")), "{key}");
        assert!(headers.contains_key("x-okta-request-id") && headers.contains_key("x-rate-limit-remaining"));
    }
    world.change(|state| {
        state.by_okta_mut("00uBOB").unwrap().okta.as_mut().unwrap().login = "alice@other.example".into()
    });
    assert_eq!(okta(&world, "GET", "/api/v1/users/alice").await.0, 404);
    world.change(|state| {
        state.by_okta_mut("00uBOB").unwrap().okta.as_mut().unwrap().login = "bob/x@acme.example".into()
    });
    let (status, _, body) = okta(&world, "GET", "/api/v1/users/bob%2Fx%40acme.example").await;
    assert_eq!((status, body["errorCode"].as_str()), (404, Some("E0000007")));
    assert!(body["errorId"].as_str().unwrap().starts_with("oae"));
}

#[tokio::test]
async fn search_lags_shows_the_deactivated_and_refuses_what_it_does_not_know() {
    let world = World::start(Company::acme()).await;
    assert_eq!(ids(&world, "/api/v1/users?search=profile.email%20eq%20%22frank%40acme.example%22").await, ["00uFRANK"]);
    assert!(ids(&world, "/api/v1/users?filter=profile.email%20eq%20%22frank%40acme.example%22").await.is_empty());
    assert_eq!(ids(&world, "/api/v1/users?search=profile.email+eq+%22hana%40acme.example%22").await.len(), 2);
    world.change(|state| state.okta.hidden_from_search.insert("00uALICE".into()));
    assert!(ids(&world, "/api/v1/users?search=profile.email%20eq%20%22alice%40acme.example%22").await.is_empty());
    let (status, _, body) = okta(&world, "GET", "/api/v1/users?search=shoe%20eq%20%229%22").await;
    assert_eq!((status, body["errorCode"].as_str()), (400, Some("E0000031")));
}

#[tokio::test]
async fn members_are_paged_with_several_link_lines() {
    let world = World::start(Company::acme()).await;
    world.change(|state| {
        for index in 0..450 {
            state.people.push(Person { slack: None, ..Person::member(&format!("p{index:03}"), "Some One", "UTC") });
            state.okta.group_mut("00gPRODRW").unwrap().members.insert(format!("00uP{index:03}"));
        }
    });
    let mut url = "/api/v1/groups/00gPRODRW/users?limit=200".to_owned();
    let (mut pages, mut seen) = (0, 0);
    loop {
        let (_, headers, body) = okta(&world, "GET", &url).await;
        pages += 1;
        seen += body.as_array().unwrap().len();
        let links: Vec<_> = headers.get_all("link").iter().map(|link| link.to_str().unwrap().to_owned()).collect();
        let Some(next) = links.iter().find(|link| link.contains("rel=\"next\"")) else {
            break;
        };
        assert_eq!(links.len(), 2);
        url = next.trim_start_matches('<').split('>').next().unwrap().replace(&world.okta_org_url(), "");
    }
    assert_eq!((pages, seen), (3, 450));
    world.change(|state| state.okta.joined_links = true);
    let (_, headers, _) = okta(&world, "GET", "/api/v1/groups/00gPRODRW/users?limit=200").await;
    assert_eq!(headers.get_all("link").iter().count(), 1);
}

#[tokio::test]
async fn memberships_are_written_and_every_write_is_on_record() {
    let world = World::start(Company::acme()).await;
    let path = "/api/v1/groups/00gPRODRW/users/00uALICE";
    for method in ["PUT", "PUT", "DELETE", "DELETE"] {
        let (status, _, body) = okta(&world, method, path).await;
        assert_eq!((status, body), (204, Value::String(String::new())));
    }
    world.add_by_hand("00gPRODRW", "00uBOB", "root");
    let writes = world.writes();
    let told: Vec<_> = writes.iter().map(|write| (write.did, write.effective, write.by == Writer::Bot)).collect();
    assert_eq!(
        told,
        [
            (Did::Add, true, true),
            (Did::Add, false, true),
            (Did::Remove, true, true),
            (Did::Remove, false, true),
            (Did::Add, true, false)
        ]
    );
    assert!(!writes[0].request_id.is_empty());
    world.change(|state| state.okta.absent_is_404 = true);
    assert_eq!(okta(&world, "DELETE", path).await.0, 404);
    let (_, _, events) = okta(&world, "GET", "/api/v1/logs?after=4").await;
    assert_eq!(
        (events[0]["eventType"].as_str(), events[0]["actor"]["id"].as_str()),
        (Some("group.user_membership.add"), Some("00uHAND"))
    );
}

#[tokio::test]
async fn groups_that_are_not_oktas_own_are_refused_and_rules_exclude() {
    let world = World::start(Company::acme()).await;
    for group in ["00gIMPORTED", "00gEVERYONE"] {
        let (status, _, body) = okta(&world, "PUT", &format!("/api/v1/groups/{group}/users/00uALICE")).await;
        assert_eq!((status, body["errorCode"].as_str()), (403, Some("E0000006")), "{group}");
    }
    assert_eq!(okta(&world, "PUT", "/api/v1/groups/00gPRODRW/users/00uFRANK").await.2["errorCode"], "E0000038");
    assert_eq!(okta(&world, "PUT", "/api/v1/groups/00gNONE/users/00uALICE").await.0, 404);
    assert_eq!(okta(&world, "PATCH", "/api/v1/groups/00gPRODRW/users/00uALICE").await.0, 405);
    world.add_by_hand("00gRULED", "00uALICE", "rule");
    okta(&world, "DELETE", "/api/v1/groups/00gRULED/users/00uALICE").await;
    let (_, _, rules) = okta(&world, "GET", "/api/v1/groups/rules").await;
    assert_eq!(rules[0]["conditions"]["people"]["users"]["exclude"][0], "00uALICE");
    assert_eq!(okta(&world, "GET", "/api/v1/groups/00gADMINS/roles").await.2[0]["type"], "USER_ADMIN");
}

#[tokio::test]
async fn reads_may_lag_behind_writes() {
    let world = World::start(Company::acme()).await;
    world.change(|state| state.okta.lag = Lag::Reads(2));
    okta(&world, "PUT", "/api/v1/groups/00gPRODRW/users/00uALICE").await;
    assert_eq!(world.members("00gPRODRW"), ["00uALICE"], "the truth does not lag");
    for expected in [0, 0, 1] {
        assert_eq!(ids(&world, "/api/v1/groups/00gPRODRW/users").await.len(), expected);
    }
}

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let world = World::start(Company::acme()).await;
    let url = format!("{}/api/v1/users/00uALICE", world.okta_org_url());
    for header in ["SSWS wrong", "Bearer 00-sandbox-okta-token-not-a-secret"] {
        let reply = reqwest::Client::new().get(&url).header("authorization", header).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 401);
        assert_eq!(reply.json::<Value>().await.unwrap()["errorCode"], "E0000011");
    }
}

#[tokio::test]
async fn a_relationship_leads_from_many_to_one_and_back() {
    let world = World::start(Company::acme()).await;
    let (_, _, none) = okta(&world, "GET", "/api/v1/meta/schemas/user/linkedObjects").await;
    assert_eq!(none, Value::Array(Vec::new()));
    assert_eq!(okta(&world, "GET", "/api/v1/users/alice/linkedObjects/manager").await.0, 404);
    world.change(|state| {
        let links = ["00uALICE", "00uDANA"].map(|user| (user.to_owned(), "00uBOB".to_owned())).into();
        let [primary, title, associated] = ["manager", "Manager", "subordinate"].map(str::to_owned);
        state.okta.relationships.push(Relationship { primary, title, associated, links });
    });
    let (_, _, defined) = okta(&world, "GET", "/api/v1/meta/schemas/user/linkedObjects").await;
    assert_eq!(
        (&defined[0]["primary"]["name"], &defined[0]["associated"]["name"]),
        (&"manager".into(), &"subordinate".into())
    );
    for (path, ends) in [
        ("alice/linkedObjects/manager", &["/00uBOB"][..]),
        ("bob/linkedObjects/manager", &[]),
        ("bob/linkedObjects/subordinate", &["/00uALICE", "/00uDANA"]),
    ] {
        let (_, _, links) = okta(&world, "GET", &format!("/api/v1/users/{path}")).await;
        let links = links.as_array().unwrap();
        assert_eq!(links.len(), ends.len(), "{path}");
        for (link, end) in links.iter().zip(ends) {
            assert!(link["_links"]["self"]["href"].as_str().unwrap().ends_with(end), "{path}: {link}");
        }
    }
}
