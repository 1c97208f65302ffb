//! Scripted faults: each does on the wire what it says, and to the state what it says.

use std::time::Duration;

use serde_json::json;
use world::{Company, Fault, FaultId, PATIENCE, Vendor, What, World, okta_token};

use crate::bot::{Socket, okta, slack};

const ADD: &str = "PUT /api/v1/groups/*/users/*";
const PATH: &str = "/api/v1/groups/00gPRODRW/users/00uALICE";

async fn put(world: &World) -> Result<u16, reqwest::Error> {
    send(world, "PUT").await
}

async fn send(world: &World, method: &str) -> Result<u16, reqwest::Error> {
    let request = reqwest::Client::new().request(method.parse().unwrap(), format!("{}{PATH}", world.okta_org_url()));
    let request = request.timeout(PATIENCE).header("authorization", format!("SSWS {}", okta_token()));
    request.send().await.map(|reply| reply.status().as_u16())
}

/// A call whose client gives up once the vendor has it.
async fn given_up(world: &World, method: &'static str, fault: FaultId) {
    let call = tokio::spawn({
        let world = world.clone();
        async move { send(&world, method).await }
    });
    world.until_called(fault).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled(), "nothing was answered");
}

#[tokio::test]
async fn before_and_after_a_drop_differ_by_the_effect() {
    let world = World::start(Company::acme()).await;
    world.fault(Fault::okta(ADD, What::DropBefore));
    assert!(put(&world).await.unwrap_err().is_request());
    assert!(world.members("00gPRODRW").is_empty());
    world.fault(Fault::okta(ADD, What::DropAfter));
    assert!(put(&world).await.is_err());
    assert_eq!(world.members("00gPRODRW"), ["00uALICE"]);
    assert_eq!(put(&world).await.unwrap(), 204, "the fault is spent");
}

#[tokio::test]
async fn a_held_call_is_done_after_the_client_gave_up() {
    let world = World::start(Company::acme()).await;
    let held = world.fault(Fault::okta(ADD, What::HoldThenDo));
    given_up(&world, "PUT", held).await;
    assert_eq!(world.held(held), 1);
    assert!(world.writes().is_empty());
    world.release(held);
    world.until_member("00gPRODRW", "00uALICE").await;
    let late = world.fault(Fault::okta("DELETE *", What::DelayThenDo { ms: 400 }));
    given_up(&world, "DELETE", late).await;
    world.until_not_member("00gPRODRW", "00uALICE").await;
}

#[tokio::test]
async fn a_hanging_call_is_never_done() {
    let world = World::start(Company::acme()).await;
    let hang = world.fault(Fault::okta(ADD, What::Hang).until_lifted());
    let call = tokio::spawn({
        let world = world.clone();
        async move { put(&world).await }
    });
    world.until_called(hang).await;
    assert!(!call.is_finished());
    world.lift(hang);
    assert!(call.await.unwrap().is_err(), "it is closed without an answer");
    assert_eq!(world.held(hang), 0);
    assert!(world.writes().is_empty());
    assert_eq!(put(&world).await.unwrap(), 204);
}

#[tokio::test]
async fn replies_are_bent_in_every_way() {
    let world = World::start(Company::acme()).await;
    world.fault(Fault::okta(ADD, What::Duplicate));
    assert_eq!(put(&world).await.unwrap(), 204);
    assert_eq!(world.writes().len(), 2);
    world.fault(Fault::okta("GET /api/v1/users/*", What::Html { code: 502 }));
    let (status, _, body) = okta(&world, "GET", "/api/v1/users/alice").await;
    assert!(status == 502 && body.as_str().unwrap().starts_with("<!DOCTYPE"));
    world.fault(Fault::okta("GET /api/v1/users/*", What::Empty));
    assert_eq!(okta(&world, "GET", "/api/v1/users/alice").await.2, json!(""));
    world.fault(Fault::okta("GET /api/v1/users/*", What::Truncated));
    assert!(okta(&world, "GET", "/api/v1/users/alice").await.2.as_str().unwrap().starts_with('{'));
    let headers = vec![("x-a".to_owned(), "b".to_owned())];
    world.fault(Fault::okta("*", What::Status { code: 503, body: json!({"a": 1}), headers }));
    let (status, headers, body) = okta(&world, "GET", "/api/v1/users/alice").await;
    assert_eq!((status, headers["x-a"].to_str().unwrap(), body), (503, "b", json!({"a": 1})));
    world.fault(Fault::okta("*", What::Forbidden));
    assert_eq!(okta(&world, "GET", "/api/v1/users/alice").await.2["errorCode"], "E0000006");
    world.fault(Fault::okta("*", What::Unauthorized));
    assert_eq!(okta(&world, "GET", "/api/v1/users/alice").await.2["errorCode"], "E0000011");
    world.fault(Fault::slack("chat.*", What::SlackError { error: "internal_error".into() }).after(1).times(2));
    for expected in [json!(null), json!("internal_error"), json!("internal_error"), json!(null)] {
        assert_eq!(
            slack(&world, "chat.postMessage", json!({"channel": "U0BOB", "text": "x"})).await["error"],
            expected
        );
    }
}

#[tokio::test]
async fn a_rate_limit_holds_until_its_reset_by_the_servers_clock() {
    let world = World::start(Company::acme()).await;
    world.advance(86_400);
    world.fault(Fault::okta("*", What::RateLimited { reset_in_secs: 1 }).until_lifted());
    let (status, headers, body) = okta(&world, "GET", "/api/v1/users/alice").await;
    assert_eq!((status, body["errorCode"].as_str()), (429, Some("E0000047")));
    let reset: i64 = headers["x-rate-limit-reset"].to_str().unwrap().parse().unwrap();
    let date = chrono::DateTime::parse_from_rfc2822(headers["date"].to_str().unwrap()).unwrap().timestamp();
    assert!((reset - date - 1).abs() <= 1, "{reset} {date}");
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    while okta(&world, "GET", "/api/v1/users/alice").await.0 == 429 {
        looks.tick().await;
    }
    let calls = world.calls_to(Vendor::Okta, "GET /api/v1/users/alice");
    let first = calls.first().unwrap().elapsed;
    let good = calls.iter().find(|call| call.status == Some(200)).unwrap().elapsed;
    assert!(good - first >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_vendor_that_is_down_answers_nobody() {
    let world = World::start(Company::acme()).await;
    let mut socket = Socket::greeted(&world).await;
    world.down(Vendor::Okta);
    assert!(put(&world).await.is_err());
    assert!(world.writes().is_empty());
    world.up(Vendor::Okta);
    assert_eq!(put(&world).await.unwrap(), 204);
    world.down(Vendor::Slack);
    assert_eq!(socket.next().await, None);
    let request = reqwest::Client::new().post(format!("{}/api.test", world.slack_api_url()));
    assert!(request.send().await.is_err());
}

#[tokio::test]
async fn what_never_comes_is_said_with_a_dump() {
    let world = World::start(Company::acme()).await;
    okta(&world, "GET", "/api/v1/users/alice").await;
    let patience = Duration::from_millis(10);
    let late = world.until_within(patience, "a cold day", |_| None::<()>).await.unwrap_err().to_string();
    assert!(
        late.starts_with("awaited in vain: a cold day\n") && late.contains("GET /api/v1/users/alice → 200"),
        "{late}"
    );
}
