//! Who may be served, by what Slack says and what it leaves out.

use serde_json::{Value, json};

use super::*;
use crate::{
    domain::duration::BusinessDay,
    slack::fake::{Answer, FakeApi},
};

async fn alice(field: &str, value: Value) -> (Result<Member, Unfit>, Option<SlackUserId>) {
    let mut user = json!({
        "id": "U1", "team_id": "T1", "is_email_confirmed": true, "profile": { "email": "alice@acme.example" },
    });
    user[field] = value;
    let api = FakeApi::start(move |_| Answer::Json(json!({ "ok": true, "user": user }))).await;
    let voice = Voice {
        command: "/jit".to_owned(),
        zone: jiff::tz::TimeZone::UTC,
        day: BusinessDay::default(),
        admins: Vec::new(),
        workspace: None,
        tickets: Tickets::None,
    };
    let least = AccessDuration::LONGEST;
    let manners = Manners { voice, admins: Vec::new(), guests: Guests::Refused, audit: None, least };
    let chat = Chat::open(Arc::new(api.client()), "T1".into(), manners).await;
    let member = chat.member(&SlackUserId::parse("U1").unwrap()).await.unwrap();
    (member, chat.by_email(&Email::fold("alice@acme.example").unwrap()).await.unwrap())
}

#[tokio::test]
async fn what_slack_does_not_say_makes_nobody_a_member() {
    let (member, found) = alice("tz", json!(null)).await;
    assert!(member.is_ok() && found.is_some(), "{member:?}");
    for (field, value, unfit) in [
        ("team_id", json!(null), Unfit::Stranger),
        ("team_id", json!("T2"), Unfit::Stranger),
        ("is_email_confirmed", json!(null), Unfit::NoEmail),
        ("is_email_confirmed", json!(false), Unfit::NoEmail),
        ("profile", json!(null), Unfit::NoEmail),
    ] {
        assert_eq!(alice(field, value.clone()).await, (Err(unfit), None), "{field}: {value}");
    }
}
