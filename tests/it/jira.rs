//! The Jira client against the tickets it is held to. With `JITNEY_CONTRACTS` each body it sends is held to Atlassian's
//! own schemas.

use std::{path::PathBuf, sync::OnceLock, time::Duration};

use jitney::{
    domain::port::{Class, Doubt, EffectError},
    jira::{
        Gap, Issue, Jira, Moved, Need, Settings, Ticket, Timing, Words,
        adf::{Block, document},
    },
    slack::connector::install_tls,
};
use jsonschema::{Draft, Validator};
use secrecy::SecretString;
use serde_json::{Value, json};
use world::{
    Company, Fault, Vendor, What, World,
    jira::{CLOUD_ID, Field, Transition, TransitionField},
};

const NOTE: &str = "Shortened to what Jira keeps.";

/// Looks once, and believes it.
const QUICK: Timing =
    Timing { found_within: Duration::ZERO, looks: 1, look_again: Duration::ZERO, arrives_within: Duration::ZERO };

fn settings(base: &str) -> Settings {
    Settings {
        base: base.parse().unwrap(),
        email: Some(world::jira_email().to_owned()),
        project: "ACCESS".into(),
        issue_type: "Task".into(),
        closed: "Done".into(),
        words: Words { cut: NOTE, duplicate_of: |key| format!("Opened twice: see {key}.") },
    }
}

/// A client that remembers nothing, as after a restart.
fn client(world: &World, timing: Timing) -> Jira {
    install_tls();
    Jira::new(settings(&world.jira_base_url()), &SecretString::from(world::jira_token()), timing).unwrap()
}

async fn tracker() -> (World, Jira) {
    let world = World::start(Company::acme()).await;
    let jira = client(&world, QUICK);
    (world, jira)
}

fn ticket(name: &str) -> Ticket {
    Ticket {
        name: name.into(),
        mark: format!("{name}@store"),
        summary: "Temporary access: Production Database · Read-Write for Alice Martin, 2 hours".into(),
        description: said("Requester: Alice Martin"),
        labels: vec!["prod-db".into()],
    }
}

fn said(text: &str) -> Value {
    document(&[Block::Paragraph(text)], NOTE)
}

fn code(error: &EffectError) -> (Class, &str) {
    (error.class, error.fault.code.as_deref().unwrap_or_default())
}

async fn opened(jira: &Jira) -> Issue {
    jira.open(&ticket("R-142"), Doubt::None).await.unwrap()
}

fn creates(world: &World) -> usize {
    world.calls_to(Vendor::Jira, "POST ").iter().filter(|call| call.path == "/rest/api/3/issue").count()
}

struct Schemas {
    issue: Validator,
    comment: Validator,
    adf: Validator,
}

fn schemas() -> Option<&'static Schemas> {
    static SCHEMAS: OnceLock<Option<Schemas>> = OnceLock::new();
    let read = || {
        let folder = PathBuf::from(std::env::var_os("JITNEY_CONTRACTS")?).join("jira");
        let json = |name: &str| -> Value {
            serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
        };
        let cloud = json("jira-cloud-platform-v3.subset.json");
        let build = |schema: &Value| {
            let options = jsonschema::options().with_draft(Draft::Draft4);
            options.should_validate_formats(false).build(schema).unwrap()
        };
        let named = |name: &str| {
            build(&json!({"$ref": format!("#/components/schemas/{name}"), "components": cloud["components"]}))
        };
        Some(Schemas {
            issue: named("IssueUpdateDetails"),
            comment: named("Comment"),
            adf: build(&json("adf-full.schema.json")),
        })
    };
    SCHEMAS.get_or_init(read).as_ref()
}

/// Checks what was sent; answers how much that was.
pub fn hold(world: &World) -> usize {
    let Some(schemas) = schemas() else { return 0 };
    let mut held = 0;
    for call in world.calls_to(Vendor::Jira, "POST ") {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        let (schema, document) = if call.path.ends_with("/comment") {
            (&schemas.comment, &body["body"])
        } else {
            (&schemas.issue, &body["fields"]["description"])
        };
        valid(schema, &body);
        if !document.is_null() {
            valid(&schemas.adf, document);
        }
        held += 1;
    }
    held
}

fn valid(schema: &Validator, value: &Value) {
    let faults: Vec<String> = schema.iter_errors(value).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}\n{value:#}");
}

#[test]
fn the_contract_bites() {
    let Some(schemas) = schemas() else {
        println!("skipped: JITNEY_CONTRACTS is not set");
        return;
    };
    assert!(!schemas.issue.is_valid(&json!({"fields": "x"})));
    assert!(!schemas.issue.is_valid(&json!({"transition": {"id": 31}})));
    assert!(!schemas.comment.is_valid(&json!({"properties": {}})));
    assert!(schemas.adf.is_valid(&said("x")));
    let empty = json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": ""}]}]});
    assert!(!schemas.adf.is_valid(&empty));
}

#[tokio::test]
async fn a_ticket_says_what_it_is_and_lives_to_its_end() {
    let (world, jira) = tracker().await;
    jira.account().await.unwrap();
    let issue = opened(&jira).await;
    let stands = world.issue(&issue.key).unwrap();
    assert_eq!(
        (stands.id.to_string(), stands.labels),
        (issue.id.clone(), ["jitney", "jitney-R-142", "prod-db"].map(str::to_owned).to_vec())
    );
    assert_eq!(stands.properties["jitney"], json!({"mark": "R-142@store"}));
    jira.comment(&issue.id, "7.0", &said("Bob Stone approved."), Doubt::None).await.unwrap();
    assert_eq!(jira.move_to(&issue.id, "in progress").await.unwrap(), Moved::Now);
    assert_eq!(jira.move_to(&issue.id, "In Progress").await.unwrap(), Moved::Already);
    assert_eq!(jira.close(&issue.id).await.unwrap(), Moved::Now);
    assert_eq!(world.issue_status(&issue.key).as_deref(), Some("Done"));
    assert_eq!(world.issue_comments(&issue.key), ["Bob Stone approved."]);
    assert_eq!(jira.link(&issue.key).await.unwrap().as_str(), format!("{}/browse/ACCESS-1", world.jira_base_url()));
    assert!(schemas().is_none() || hold(&world) == 4);
}

#[tokio::test]
async fn a_create_without_an_answer_is_found_after_a_restart_and_two_minutes_of_lag() {
    let (world, jira) = tracker().await;
    world.change(|state| state.jira.search_lag_secs = 120);
    world.fault(Fault::jira("POST /rest/api/3/issue", What::DropAfter));
    let lost = jira.open(&ticket("R-142"), Doubt::None).await.unwrap_err();
    assert_eq!(lost.class, Class::Unknown);
    let restarted = client(&world, Timing::default());
    for _ in 0..6 {
        let waits = restarted.open(&ticket("R-142"), Doubt::MayHaveHappened).await.unwrap_err();
        assert_eq!(code(&waits), (Class::Unknown, "not found yet"));
        assert!(waits.after.is_some_and(|after| after >= Duration::from_secs(5)), "{waits:?}");
    }
    world.advance(121);
    let found = restarted.open(&ticket("R-142"), Doubt::MayHaveHappened).await.unwrap();
    assert_eq!((found.key.as_str(), creates(&world), world.issues().len()), ("ACCESS-1", 1, 1));
}

#[tokio::test]
async fn a_create_that_never_arrived_is_made_again_after_the_last_look() {
    let (world, _) = tracker().await;
    let jira = client(&world, Timing { looks: 2, ..QUICK });
    world.fault(Fault::jira("POST /rest/api/3/issue", What::DropBefore));
    assert_eq!(jira.open(&ticket("R-142"), Doubt::None).await.unwrap_err().class, Class::Unknown);
    // The client itself remembers that it is in doubt.
    assert_eq!(code(&jira.open(&ticket("R-142"), Doubt::None).await.unwrap_err()), (Class::Unknown, "not found yet"));
    assert_eq!(creates(&world), 1);
    jira.open(&ticket("R-142"), Doubt::None).await.unwrap();
    assert_eq!((creates(&world), world.issues().len()), (2, 1));
}

#[tokio::test]
async fn of_two_issues_the_first_stays_and_the_other_is_closed_with_a_reference() {
    let (world, jira) = tracker().await;
    let stranger = jira.open(&Ticket { mark: "another store".into(), ..ticket("R-142") }, Doubt::None).await.unwrap();
    let (first, second) = (opened(&jira).await, opened(&jira).await);
    for _ in 0..2 {
        assert_eq!(jira.open(&ticket("R-142"), Doubt::MayHaveHappened).await.unwrap(), first);
    }
    let status = |issue: &Issue| world.issue_status(&issue.key).unwrap();
    assert_eq!([status(&stranger), status(&first), status(&second)], ["To Do", "To Do", "Done"]);
    assert_eq!(world.issue_comments(&second.key), [format!("Opened twice: see {}.", first.key)]);
    world.delete_issue(&first.key);
    assert_eq!(jira.find(&ticket("R-142")).await.unwrap(), Some(second), "a deleted one is none");
    assert_eq!(jira.find(&ticket("R-143")).await.unwrap(), None);
}

#[tokio::test]
async fn a_comment_without_an_answer_is_said_once() {
    let (world, jira) = tracker().await;
    let issue = opened(&jira).await;
    for (listed, event) in [(true, "1.0"), (false, "2.0")] {
        world.change(|state| state.jira.lists_show_properties = listed);
        world.fault(Fault::jira("POST *comment", What::DropAfter));
        let lost = jira.comment(&issue.id, event, &said(event), Doubt::None).await.unwrap_err();
        assert_eq!(lost.class, Class::Unknown);
        client(&world, QUICK).comment(&issue.id, event, &said(event), Doubt::MayHaveHappened).await.unwrap();
        jira.comment(&issue.id, event, &said(event), Doubt::MayHaveHappened).await.unwrap();
    }
    world.fault(Fault::jira("POST *comment", What::Html { code: 502 }));
    assert_eq!(jira.comment(&issue.id, "3.0", &said("3.0"), Doubt::None).await.unwrap_err().class, Class::Unknown);
    jira.comment(&issue.id, "3.0", &said("3.0"), Doubt::MayHaveHappened).await.unwrap();
    assert_eq!(world.issue_comments(&issue.key), ["1.0", "2.0", "3.0"]);
    let slow = client(&world, Timing::default());
    let may_arrive = slow.comment(&issue.id, "4.0", &said("4.0"), Doubt::MayHaveHappened).await.unwrap_err();
    assert_eq!(code(&may_arrive), (Class::Unknown, "not found yet"));
    assert!(may_arrive.after.is_some_and(|after| after <= Duration::from_secs(15)));
}

#[tokio::test]
async fn the_hundred_and_first_comment_is_looked_for_too() {
    let (world, jira) = tracker().await;
    let issue = opened(&jira).await;
    jira.comment(&issue.id, "first", &said("first"), Doubt::None).await.unwrap();
    world.change(|state| {
        let issue = state.jira.issue_mut("ACCESS-1").unwrap();
        for number in 0..150 {
            let mut other = issue.comments[0].clone();
            (other.id, other.properties) = (20_000 + number, std::collections::BTreeMap::new());
            issue.comments.push(other);
        }
    });
    jira.comment(&issue.id, "first", &said("first"), Doubt::MayHaveHappened).await.unwrap();
    assert_eq!(world.issue_comments("ACCESS-1").len(), 151);
}

#[tokio::test]
async fn thirty_quick_updates_stay_below_the_limit_of_an_issue() {
    let (world, jira) = tracker().await;
    let issue = opened(&jira).await;
    for number in 0..30 {
        jira.comment(&issue.id, &number.to_string(), &said("quick"), Doubt::None).await.unwrap();
    }
    assert_eq!(world.issue_comments(&issue.key).len(), 30);
    assert!(world.calls_to(Vendor::Jira, "").iter().all(|call| call.status != Some(429)));
}

#[tokio::test]
async fn a_limit_of_one_issue_pauses_no_other() {
    let (world, jira) = tracker().await;
    let (first, second) = (opened(&jira).await, jira.open(&ticket("R-143"), Doubt::None).await.unwrap());
    let headers = [("retry-after", "40"), ("ratelimit-reason", "jira-per-issue-on-write")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    world.fault(Fault::jira(
        format!("POST *{}/comment", first.id),
        What::Status { code: 429, body: json!({}), headers },
    ));
    let limited = jira.comment(&first.id, "1.0", &said("x"), Doubt::None).await.unwrap_err();
    assert_eq!(
        (code(&limited), limited.after),
        ((Class::Retry, "jira-per-issue-on-write"), Some(Duration::from_secs(40)))
    );
    jira.comment(&second.id, "1.0", &said("x"), Doubt::None).await.unwrap();
    let calls = world.calls_to(Vendor::Jira, "/comment");
    assert!(calls[1].elapsed - calls[0].elapsed < Duration::from_secs(20), "the other issue waits for nothing");
    assert_eq!((world.issue_comments(&first.key).len(), world.issue_comments(&second.key).len()), (0, 1));
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_handed_on_and_a_create_is_never_repeated_blindly() {
    let (world, _) = tracker().await;
    let pairs =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let now = world.look(|state| state.clock.now());
    let date = (now + chrono::TimeDelta::seconds(50)).to_rfc2822();
    let cases = [
        (503, pairs(&[("retry-after", "33")]), Class::Unknown, 33..=33),
        (503, pairs(&[]), Class::Unknown, 0..=0),
        (503, pairs(&[("retry-after", &date), ("date", &now.to_rfc2822())]), Class::Unknown, 49..=50),
        (429, pairs(&[("retry-after", "33")]), Class::Retry, 33..=33),
        (429, pairs(&[]), Class::Retry, 1..=1),
    ];
    for (index, (status, headers, class, secs)) in cases.into_iter().enumerate() {
        // A limit closes a client for its time: each its own.
        let jira = client(&world, QUICK);
        world.fault(Fault::jira("POST *issue", What::Status { code: status, body: json!(""), headers }));
        let error = jira.open(&ticket("R-142"), Doubt::None).await.unwrap_err();
        assert_eq!(error.class, class, "{index}");
        assert!(secs.contains(&error.after.unwrap_or_default().as_secs()), "{index}: {error:?}");
        assert_eq!(creates(&world), index + 1);
    }
}

#[tokio::test]
async fn every_way_of_closing_ends_closed() {
    let (world, jira) = tracker().await;
    for (field, resolution) in [
        (None, None),
        (Some(TransitionField::resolution(true)), Some("Done")),
        (Some(TransitionField::resolution(false)), Some("Done")),
        (
            Some(TransitionField { allowed: vec!["Finished".into()], ..TransitionField::resolution(true) }),
            Some("Finished"),
        ),
    ] {
        world.change(|state| state.jira.project.transition_mut("31").unwrap().fields = field.into_iter().collect());
        let issue = opened(&jira).await;
        assert_eq!(jira.close(&issue.id).await.unwrap(), Moved::Now);
        assert_eq!(jira.close(&issue.id).await.unwrap(), Moved::Already);
        let stands = world.issue(&issue.key).unwrap();
        assert_eq!(
            (world.issue_status(&issue.key).as_deref(), stands.resolution.as_deref()),
            (Some("Done"), resolution)
        );
    }
    let issue = opened(&jira).await;
    world.fault(Fault::jira("POST *transitions", What::DropAfter));
    assert_eq!(jira.close(&issue.id).await.unwrap_err().class, Class::Unknown);
    assert_eq!(jira.close(&issue.id).await.unwrap(), Moved::Already, "its fate is read, not guessed");
}

#[tokio::test]
async fn a_workflow_that_does_not_fit_is_named() {
    let (world, jira) = tracker().await;
    let issue = opened(&jira).await;
    let missing = jira.move_to(&issue.id, "Granted").await.unwrap_err();
    assert_eq!(code(&missing), (Class::Rejected, "no_transition:Granted"));
    world.change(|state| {
        let close = state.jira.project.transition_mut("31").unwrap();
        (close.name, close.hidden) = ("Finish it".into(), true);
    });
    assert_eq!(code(&jira.close(&issue.id).await.unwrap_err()), (Class::Rejected, "no_transition:Done"));
    let needing = Transition {
        fields: vec![TransitionField {
            id: "customfield_7".into(),
            name: "Team".into(),
            required: true,
            allowed: Vec::new(),
        }],
        ..Transition::new("41", "Close with care", &[], "10001")
    };
    world.change(|state| state.jira.project.transitions.push(needing));
    let needs = jira.close(&issue.id).await.unwrap_err();
    assert_eq!(code(&needs), (Class::Rejected, "transition_needs:customfield_7:Done"));
    world.change(|state| state.jira.project.transition_mut("31").unwrap().hidden = false);
    assert_eq!(jira.close(&issue.id).await.unwrap(), Moved::Now, "by where it leads, whatever it is called");
}

#[tokio::test]
async fn a_new_required_field_is_reported_with_its_name_and_id() {
    let (world, jira) = tracker().await;
    assert_eq!(jira.needs().await.unwrap(), []);
    world.change(|state| {
        let plain = (0..60)
            .map(|number| Field { required: false, ..Field::required(&format!("customfield_{number}"), "Plain") });
        state.jira.project.fields.extend(plain);
        state.jira.project.fields.push(Field::required("customfield_10010", "Cost centre"));
    });
    let need = Need { id: "customfield_10010".into(), name: "Cost centre".into() };
    assert_eq!(jira.needs().await.unwrap(), [need]);
    let refused = jira.open(&ticket("R-142"), Doubt::None).await.unwrap_err();
    assert_eq!(code(&refused), (Class::Auth, "fields_refused:customfield_10010"), "it can be mended");
    assert!(refused.after.is_some_and(|after| after >= Duration::from_secs(60)), "and not by the minute");
    world.change(|state| state.jira.project.fields.retain(|field| field.id != "customfield_10010"));
    jira.open(&ticket("R-142"), Doubt::None).await.unwrap();
    let wrong = |settings| Jira::new(settings, &SecretString::from(world::jira_token()), QUICK).unwrap();
    let base = settings(&world.jira_base_url());
    let kind = wrong(Settings { issue_type: "Epic".into(), ..base.clone() }).needs().await.unwrap_err();
    assert_eq!(code(&kind), (Class::Rejected, "no_issue_type:Epic"));
    let project = wrong(Settings { project: "NONE".into(), ..base }).needs().await.unwrap_err();
    assert_eq!(project.class, Class::Gone);
}

#[tokio::test]
async fn what_a_project_lacks_is_named() {
    let (world, jira) = tracker().await;
    assert_eq!(jira.gaps(&["in progress"]).await.unwrap(), []);
    world.change(|state| {
        state.jira.project.fields.push(Field::required("customfield_10010", "Cost centre"));
        state.jira.project.statuses.retain(|status| status.name != "Done");
    });
    let field = Gap::Field(Need { id: "customfield_10010".into(), name: "Cost centre".into() });
    let status = |name: &str| Gap::Status(name.into());
    assert_eq!(jira.gaps(&["Granted"]).await.unwrap(), [field, status("Granted"), status("Done")]);
    world.change(|state| state.jira.project.issue_types.retain(|kind| kind.name != "Task"));
    assert_eq!(jira.gaps(&[]).await.unwrap(), [Gap::IssueType("Task".into())]);
    world.change(|state| state.jira.token_revoked = true);
    assert_eq!(jira.gaps(&[]).await.unwrap_err().class, Class::Auth);
}

#[tokio::test]
async fn whatever_people_type_is_text() {
    let (world, jira) = tracker().await;
    for (number, text) in [
        "*bold* [x](http://x) h1. {code}".to_owned(),
        "{\"type\":\"doc\",\"version\":1,\"content\":[]}".to_owned(),
        "@bob [~accountid:5b10] <!channel>".to_owned(),
        "a\u{0}b\u{1b}[31mc\u{8}\u{fffe}d\r\ne".to_owned(),
        "\"\\".repeat(20_000),
        "🦀\n".repeat(20_000),
        String::new(),
        " \n\u{0} ".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("R-{number}");
        let description =
            document(&[Block::Paragraph("Justification"), Block::Quote(&text), Block::Paragraph(&text)], NOTE);
        let long = Ticket {
            summary: format!("Access\nfor {text}"),
            description,
            labels: vec![text.clone(), "a b".into()],
            ..ticket(&name)
        };
        let issue = jira.open(&long, Doubt::None).await.unwrap();
        let told = world.issue_description(&issue.key).unwrap();
        assert_eq!(told.ends_with(NOTE), text.len() > 20_000, "{name}");
        jira.comment(
            &issue.id,
            &name,
            &document(&[Block::Paragraph("Denied:"), Block::Quote(&text)], NOTE),
            Doubt::None,
        )
        .await
        .unwrap();
    }
    assert!(schemas().is_none() || hold(&world) == 16);
    let hostile = Ticket { name: "R-1\" OR labels = \"jitney".into(), ..ticket("R-1") };
    assert_eq!(jira.find(&hostile).await.unwrap(), None, "a name does not become a query");
    let blank = jira.open(&Ticket { summary: "\n".into(), ..ticket("R-99") }, Doubt::None).await.unwrap();
    assert_eq!(world.issue(&blank.key).unwrap().summary, "jitney-R-99");
}

#[tokio::test]
async fn an_issue_that_is_moved_is_followed_and_one_that_is_deleted_is_gone() {
    let (world, jira) = tracker().await;
    let issue = opened(&jira).await;
    world.move_issue(&issue.key, "OPS-7");
    for name in [&issue.id, &issue.key] {
        jira.comment(name, name, &said("still here"), Doubt::None).await.unwrap();
    }
    assert_eq!(world.issue_comments("OPS-7").len(), 2);
    assert_eq!(jira.find(&ticket("R-142")).await.unwrap().map(|issue| issue.key).as_deref(), Some("OPS-7"));
    world.delete_issue("OPS-7");
    assert_eq!(jira.comment(&issue.id, "1.0", &said("x"), Doubt::None).await.unwrap_err().class, Class::Gone);
    assert_eq!(
        jira.comment(&issue.id, "1.0", &said("x"), Doubt::MayHaveHappened).await.unwrap_err().class,
        Class::Gone
    );
    assert_eq!(jira.close(&issue.id).await.unwrap_err().class, Class::Gone);
}

#[tokio::test]
async fn the_gateway_is_called_and_the_site_is_linked_to() {
    let (world, _) = tracker().await;
    let site = world.jira_base_url();
    let gateway = settings(&format!("{site}/ex/jira/{CLOUD_ID}"));
    let jira = Jira::new(gateway, &SecretString::from(world::jira_token()), QUICK).unwrap();
    let issue = opened(&jira).await;
    assert_eq!(jira.link(&issue.key).await.unwrap().as_str(), format!("{site}/browse/ACCESS-1"));
    assert!(world.calls_to(Vendor::Jira, "POST /ex/jira").len() == 1);
}

#[tokio::test]
async fn an_answer_that_is_none_is_classed_by_what_may_have_happened() {
    let (world, jira) = tracker().await;
    let issue = opened(&jira).await;
    let status = |code: u16, body: Value| What::Status { code, body, headers: Vec::new() };
    for (what, write, read) in [
        (What::Html { code: 502 }, Class::Unknown, Class::Retry),
        (What::Html { code: 404 }, Class::Unknown, Class::Retry),
        (What::Html { code: 200 }, Class::Unknown, Class::Retry),
        (status(302, json!("")), Class::Unknown, Class::Retry),
        (status(404, json!({"errorMessages": ["gone"]})), Class::Auth, Class::Gone),
        (
            status(400, json!({"errorMessages": ["my justification"], "errors": {"a b": "x"}})),
            Class::Auth,
            Class::Rejected,
        ),
        (What::Unauthorized, Class::Auth, Class::Auth),
        (What::Forbidden, Class::Auth, Class::Auth),
        (What::DropBefore, Class::Unknown, Class::Retry),
    ] {
        // Not the look whether the account sees the project at all.
        world.fault(Fault::jira("POST */issue", what.clone()).times(1));
        world.fault(Fault::jira("GET */issue/*", what.clone()).times(1));
        let written = client(&world, QUICK).open(&ticket("R-7"), Doubt::None).await.unwrap_err();
        let looked = client(&world, QUICK).move_to(&issue.id, "Done").await.unwrap_err();
        assert_eq!((written.class, looked.class), (write, read), "{what:?}");
        let shown = format!("{written:?} {looked:?}");
        assert!(!shown.contains(world::jira_token()) && !shown.contains("justification"), "{shown}");
    }
    world.lift_all();
    world.change(|state| state.jira.token_revoked = true);
    assert_eq!(jira.account().await.unwrap_err().class, Class::Auth);
}

/// One whose search lagged for longer than anybody waits, so that the ticket was opened once more.
#[tokio::test]
async fn a_second_that_shows_late_is_closed_with_a_reference_to_the_one_that_is_kept() {
    let (world, jira) = tracker().await;
    let stranger = jira.open(&Ticket { mark: "another store".into(), ..ticket("R-142") }, Doubt::None).await.unwrap();
    let (late, kept) = (opened(&jira).await, opened(&jira).await);
    for _ in 0..2 {
        jira.close_others(&ticket("R-142"), &kept).await.unwrap();
    }
    let status = |issue: &Issue| world.issue_status(&issue.key).unwrap();
    assert_eq!([status(&stranger), status(&late), status(&kept)], ["To Do", "Done", "To Do"]);
    assert_eq!(world.issue_comments(&late.key), [format!("Opened twice: see {}.", kept.key)]);
    hold(&world);
}

/// What Jira says of an issue that is gone, and in the same words of one that the account may not see.
fn not_seen() -> What {
    let body =
        json!({"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}});
    What::Status { code: 404, body, headers: Vec::new() }
}

/// What it says of a token that it does not take.
fn not_let_in() -> What {
    What::Status {
        code: 401,
        body: json!({"errorMessages": ["Client must be authenticated."], "errors": {}}),
        headers: Vec::new(),
    }
}

/// Every way in which an issue that is known is asked for.
async fn asked_for(jira: &Jira, issue: &Issue) -> Vec<Class> {
    let classes = [
        jira.close(&issue.id).await.map(drop),
        jira.comment(&issue.id, "1.0", &said("x"), Doubt::None).await,
        jira.comment(&issue.id, "1.1", &said("x"), Doubt::MayHaveHappened).await,
    ];
    classes.into_iter().map(|failed| failed.unwrap_err().class).collect()
}

#[tokio::test]
async fn what_the_bot_may_not_see_is_not_taken_for_gone() {
    let (world, jira) = tracker().await;
    let issue = opened(&jira).await;
    world.fault(Fault::jira("*issue*", not_seen()).until_lifted());
    for hidden in ["GET *myself", "GET *project/ACCESS"] {
        let hidden = world.fault(
            Fault::jira(hidden, if hidden.ends_with("myself") { not_let_in() } else { not_seen() }).until_lifted(),
        );
        assert_eq!(asked_for(&jira, &issue).await, [Class::Auth; 3]);
        assert_eq!(
            jira.find(&ticket("R-142")).await.unwrap_err().class,
            Class::Auth,
            "what a search shows is read too"
        );
        world.lift(hidden);
    }
    assert_eq!(asked_for(&jira, &issue).await, [Class::Gone; 3], "it is let in, and sees the project");
    assert_eq!(jira.find(&ticket("R-142")).await.unwrap(), None);
}

/// Where a site shows itself to anybody, a key that is not taken finds nothing, and says all is well.
#[tokio::test]
async fn a_search_by_nobody_finds_nothing_and_opens_no_second() {
    let (world, jira) = tracker().await;
    let issue = opened(&jira).await;
    let empty = What::Status { code: 200, body: json!({"issues": [], "isLast": true}), headers: Vec::new() };
    let nothing = world.fault(Fault::jira("GET *search/jql", empty).until_lifted());
    for hidden in ["GET *myself", "GET *project/ACCESS"] {
        let hidden = world.fault(
            Fault::jira(hidden, if hidden.ends_with("myself") { not_let_in() } else { not_seen() }).until_lifted(),
        );
        let failed = client(&world, QUICK).open(&ticket("R-142"), Doubt::MayHaveHappened).await.unwrap_err();
        assert_eq!((failed.class, creates(&world)), (Class::Auth, 1));
        world.lift(hidden);
    }
    world.lift(nothing);
    assert_eq!(client(&world, QUICK).open(&ticket("R-142"), Doubt::MayHaveHappened).await.unwrap(), issue);
}
