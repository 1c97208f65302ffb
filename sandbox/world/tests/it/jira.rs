//! Jira: issues, fields, documents, comments, transitions, properties, searches, refusals. With `JITNEY_CONTRACTS` each
//! reply is held to Atlassian's own schemas.

use std::path::PathBuf;
use std::sync::OnceLock;

use jsonschema::Validator;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};
use world::jira::{CLOUD_ID, Field, TransitionField};
use world::{Company, Fault, What, World, jira_email, jira_token};

/// The vendor's description of its calls.
fn contract() -> Option<&'static Value> {
    static CONTRACT: OnceLock<Option<Value>> = OnceLock::new();
    let read = || {
        let folder = PathBuf::from(std::env::var_os("JITNEY_CONTRACTS")?);
        let text = std::fs::read_to_string(folder.join("jira/jira-cloud-platform-v3.subset.json")).unwrap();
        Some(serde_json::from_str(&text).unwrap())
    };
    CONTRACT.get_or_init(read).as_ref()
}

fn validator(contract: &Value, schema: &Value) -> Validator {
    let mut whole = schema.clone();
    whole["components"] = contract["components"].clone();
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft4);
    // Atlassian's times have no colon in their offset, whatever its schema says.
    options.should_validate_formats(false).build(&whole).unwrap()
}

/// The template that a path follows, `/rest/api/3/issue/{issueIdOrKey}`.
fn operation<'a>(contract: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let path = path.split('?').next().unwrap_or_default();
    let literal = |template: &str| template.split('/').filter(|part| !part.starts_with('{')).count();
    let mut fits: Vec<(&String, &Value)> = contract["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(template, _)| {
            let (ours, theirs): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
            ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(a, b)| a == b || b.starts_with('{'))
        })
        .collect();
    fits.sort_by_key(|(template, _)| literal(template));
    fits.last()?.1.get(method.to_lowercase())
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept: Map<String, Value> = map
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), without_nulls(value)))
                .collect();
            Value::Object(kept)
        }
        Value::Array(list) => list.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// Holds a reply to the schema of its status; the size of what was checked.
fn hold(method: &str, path: &str, status: u16, reply: &Value) -> usize {
    let Some(contract) = contract() else { return 0 };
    let schema = match status {
        // Not all refusals are described; all have this shape.
        400.. if reply.is_object() => json!({"$ref": "#/components/schemas/ErrorCollection"}),
        _ => {
            let Some(operation) = operation(contract, method, path) else { return 0 };
            let content = &operation["responses"][status.to_string()]["content"]["application/json"]["schema"];
            if content.is_null() {
                return 0;
            }
            content.clone()
        }
    };
    let reply = without_nulls(reply);
    let faults: Vec<String> = validator(contract, &schema).iter_errors(&reply).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{method} {path} {status}: {faults:#?}\n{reply:#}");
    1
}

/// Calls Jira with the bot's account: status, headers, body.
async fn call(world: &World, method: &str, path: &str, body: Option<Value>) -> (u16, HeaderMap, Value) {
    let request = reqwest::Client::new().request(method.parse().unwrap(), format!("{}{path}", world.jira_base_url()));
    let request = request.basic_auth(jira_email(), Some(jira_token()));
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let reply = request.send().await.unwrap();
    let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
    let text = reply.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    hold(method, path, status, &body);
    (status, headers, body)
}

async fn get(world: &World, path: &str) -> (u16, Value) {
    let (status, _, body) = call(world, "GET", path, None).await;
    (status, body)
}

async fn post(world: &World, path: &str, body: Value) -> (u16, Value) {
    let (status, _, body) = call(world, "POST", path, Some(body)).await;
    (status, body)
}

fn document(text: &str) -> Value {
    json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]})
}

fn ticket() -> Value {
    json!({
        "fields": {
            "project": {"key": "ACCESS"}, "issuetype": {"name": "Task"}, "summary": "Temporary access",
            "description": document("Stuck migration"), "labels": ["jitney", "jitney-R-1"]},
        "properties": [{"key": "jitney", "value": {"request": "R-1"}}],
    })
}

async fn opened(world: &World) -> String {
    let (status, created) = post(world, "/rest/api/3/issue", ticket()).await;
    assert_eq!(status, 201, "{created}");
    created["key"].as_str().unwrap().to_owned()
}

/// The refusal of a ticket that was changed so.
async fn refused(world: &World, change: impl FnOnce(&mut Value)) -> Value {
    let mut body = ticket();
    change(&mut body);
    let (status, said) = post(world, "/rest/api/3/issue", body).await;
    assert_eq!(status, 400, "{said}");
    said
}

#[test]
fn the_contract_bites() {
    let Some(contract) = contract() else {
        println!("skipped: JITNEY_CONTRACTS is not set");
        return;
    };
    let created = validator(contract, &json!({"$ref": "#/components/schemas/CreatedIssue"}));
    assert!(created.is_valid(&json!({"id": "10001", "key": "ACCESS-1", "self": "http://x"})));
    assert!(!created.is_valid(&json!({"id": 10001})));
    assert_eq!(hold("GET", "/rest/api/3/myself", 200, &json!({"accountId": "x"})), 1);
    let create = operation(contract, "POST", "/rest/api/3/issue").unwrap();
    assert!(create["responses"]["201"].is_object());
}

#[tokio::test]
async fn only_the_account_is_let_in_by_either_address() {
    let world = World::start(Company::acme()).await;
    let (status, me) = get(&world, "/rest/api/3/myself").await;
    assert_eq!((status, me["emailAddress"].as_str()), (200, Some(jira_email())));
    assert_eq!(get(&world, &format!("/ex/jira/{CLOUD_ID}/rest/api/3/myself")).await.0, 200);
    assert_eq!(get(&world, "/ex/jira/another/rest/api/3/myself").await.0, 404);
    let url = format!("{}/rest/api/3/myself", world.jira_base_url());
    let client = reqwest::Client::new();
    for request in [
        client.get(&url),
        client.get(&url).bearer_auth(jira_token()),
        client.get(&url).basic_auth(jira_email(), Some("wrong")),
        client.get(&url).basic_auth("else@acme.example", Some(jira_token())),
    ] {
        assert_eq!(request.send().await.unwrap().status().as_u16(), 401);
    }
    world.change(|state| state.jira.token_revoked = true);
    assert_eq!(get(&world, "/rest/api/3/myself").await.0, 401);
}

#[tokio::test]
async fn an_issue_is_created_with_its_properties_and_read_at_once() {
    let world = World::start(Company::acme()).await;
    let key = opened(&world).await;
    assert_eq!(key, "ACCESS-1");
    let (status, issue) =
        get(&world, &format!("/rest/api/3/issue/{key}?properties=jitney&fields=summary,labels,status,created")).await;
    assert_eq!(status, 200);
    assert_eq!(issue["properties"]["jitney"], json!({"request": "R-1"}));
    assert_eq!(issue["fields"]["labels"], json!(["jitney", "jitney-R-1"]));
    assert_eq!(issue["fields"]["status"]["statusCategory"]["key"], "new");
    assert!(issue["fields"].get("description").is_none(), "fields only when asked for");
    let created = issue["fields"]["created"].as_str().unwrap();
    assert!(created.ends_with("+0000") && created.len() == "2026-01-02T03:04:05.000+0000".len(), "{created}");
    let (_, whole) = get(&world, &format!("/rest/api/3/issue/{}", issue["id"].as_str().unwrap())).await;
    assert_eq!(whole["fields"]["description"], document("Stuck migration"));
    assert_eq!(get(&world, "/rest/api/3/issue/ACCESS-9").await.0, 404);
    world.move_issue("ACCESS-1", "OPS-7");
    assert_eq!(get(&world, "/rest/api/3/issue/ACCESS-1").await.1["key"], "OPS-7");
    world.delete_issue("OPS-7");
    assert_eq!(get(&world, "/rest/api/3/issue/ACCESS-1").await.0, 404);
}

#[tokio::test]
async fn what_an_issue_cannot_hold_is_refused_under_its_field() {
    let world = World::start(Company::acme()).await;
    let field = |body: &mut Value, id: &str, value: Value| body["fields"][id] = value;
    for (id, value, why) in [
        ("summary", json!("x".repeat(256)), "255"),
        ("summary", json!("two\nlines"), "newline"),
        ("summary", json!("  "), "must specify"),
        ("summary", Value::Null, "must specify"),
        ("description", json!("plain"), "Atlassian Document"),
        ("description", document(""), "empty"),
        ("description", json!({"type": "doc", "version": 2, "content": []}), "version"),
        (
            "description",
            json!({"type": "doc", "version": 1, "content": [{"type": "text", "text": "bare"}]}),
            "may not stand in doc",
        ),
        ("labels", json!(["two words"]), "spaces"),
        ("labels", json!("jitney"), "array"),
        ("project", json!({"key": "NONE"}), "valid project"),
        ("issuetype", json!({"name": "Epic"}), "issue type"),
        ("customfield_1", json!("x"), "cannot be set"),
        ("status", json!({"name": "Done"}), "cannot be set"),
    ] {
        let said = refused(&world, |body| field(body, id, value)).await;
        assert!(said["errors"][id].as_str().is_some_and(|text| text.contains(why)), "{id}: {said}");
    }
    world.change(|state| state.jira.project.fields.push(Field::required("customfield_10010", "Cost centre")));
    let said = refused(&world, |_| {}).await;
    assert_eq!(said["errors"], json!({"customfield_10010": "Cost centre is required."}));
    assert_eq!(post(&world, "/rest/api/3/issue", json!({"fields": "x"})).await.0, 400);
    assert_eq!(refused(&world, |body| body["properties"] = json!({})).await["errors"], json!({}));
    assert!(world.issues().is_empty(), "nothing was done by halves");
}

#[tokio::test]
async fn what_a_new_issue_needs_can_be_read() {
    let world = World::start(Company::acme()).await;
    let (_, kinds) = get(&world, "/rest/api/3/issue/createmeta/ACCESS/issuetypes").await;
    let task = kinds["issueTypes"].as_array().unwrap().iter().find(|kind| kind["name"] == "Task").unwrap();
    let path = format!("/rest/api/3/issue/createmeta/ACCESS/issuetypes/{}", task["id"].as_str().unwrap());
    let (_, fields) = get(&world, &path).await;
    let needed = |field: &&Value| field["required"] == true && field["hasDefaultValue"] == false;
    let needed: Vec<_> =
        fields["fields"].as_array().unwrap().iter().filter(needed).map(|field| field["fieldId"].clone()).collect();
    assert_eq!(needed, ["project", "issuetype", "summary"]);
    let (_, second) = get(&world, &format!("{path}?startAt=5&maxResults=2")).await;
    assert_eq!((second["total"].clone(), second["fields"].as_array().unwrap().len()), (json!(6), 1));
    assert_eq!(get(&world, "/rest/api/3/issue/createmeta/NONE/issuetypes").await.0, 404);
    assert_eq!(get(&world, "/rest/api/3/project/ACCESS").await.1["key"], "ACCESS");
    assert_eq!(get(&world, "/rest/api/3/serverInfo").await.1["deploymentType"], "Cloud");
    let (_, rights) = get(&world, "/rest/api/3/mypermissions?permissions=CREATE_ISSUES&projectKey=ACCESS").await;
    assert_eq!(rights["permissions"]["CREATE_ISSUES"]["havePermission"], true);
}

#[tokio::test]
async fn an_issue_is_edited_or_left_alone() {
    let world = World::start(Company::acme()).await;
    let key = opened(&world).await;
    let path = format!("/rest/api/3/issue/{key}");
    let edit = json!({"fields": {"summary": "Changed"}, "update": {"labels": [{"add": "late"}, {"remove": "jitney"}]}});
    assert_eq!(call(&world, "PUT", &path, Some(edit)).await.0, 204);
    let issue = world.issue(&key).unwrap();
    assert_eq!((issue.summary.as_str(), issue.labels), ("Changed", vec!["jitney-R-1".to_owned(), "late".to_owned()]));
    let both = json!({"fields": {"labels": []}, "update": {"labels": [{"add": "x"}]}});
    assert_eq!(call(&world, "PUT", &path, Some(both)).await.0, 400);
    assert_eq!(call(&world, "PUT", &path, Some(json!({"fields": {"summary": "a\nb"}}))).await.0, 400);
    assert_eq!(world.issue(&key).unwrap().summary, "Changed");
    assert_eq!(call(&world, "PUT", "/rest/api/3/issue/ACCESS-9", Some(json!({}))).await.0, 404);
}

#[tokio::test]
async fn comments_are_listed_page_by_page_with_their_properties() {
    let world = World::start(Company::acme()).await;
    let path = format!("/rest/api/3/issue/{}/comment", opened(&world).await);
    for number in 0..3 {
        let said = json!({"body": document(&format!("event {number}")), "properties": [{"key": "jitney", "value": {"event": number}}]});
        let (status, comment) = post(&world, &path, said).await;
        assert_eq!((status, comment["properties"][0]["value"]["event"].as_i64()), (201, Some(number)));
    }
    let (_, page) = get(&world, &format!("{path}?startAt=1&maxResults=1&expand=properties")).await;
    assert_eq!((page["total"].as_i64(), page["startAt"].as_i64()), (Some(3), Some(1)));
    assert_eq!(page["comments"][0]["properties"][0]["value"]["event"], 1);
    let (_, newest) = get(&world, &format!("{path}?orderBy=-created&expand=properties")).await;
    assert_eq!(newest["comments"][0]["properties"][0]["value"]["event"], 2);
    let (_, bare) = get(&world, &path).await;
    assert!(bare["comments"][0].get("properties").is_none(), "properties only when asked for");
    let id = bare["comments"][2]["id"].as_str().unwrap();
    assert_eq!(
        get(&world, &format!("/rest/api/3/comment/{id}/properties/jitney")).await.1["value"],
        json!({"event": 2})
    );
    assert_eq!(get(&world, &format!("/rest/api/3/comment/{id}/properties/else")).await.0, 404);
    for body in [json!("plain"), document(""), json!({"type": "doc", "version": 1, "content": []})] {
        assert_eq!(post(&world, &path, json!({"body": body})).await.0, 400);
    }
    assert_eq!(world.issue_comments("ACCESS-1"), ["event 0", "event 1", "event 2"]);
}

#[tokio::test]
async fn transitions_lead_out_of_the_present_status_alone() {
    let world = World::start(Company::acme()).await;
    let path = format!("/rest/api/3/issue/{}/transitions", opened(&world).await);
    let ids = |list: &Value| -> Vec<String> {
        list["transitions"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&get(&world, &path).await.1), ["21", "31"]);
    let go = |id: Value| json!({"transition": {"id": id}});
    assert_eq!(post(&world, &path, go(json!(21))).await.0, 400, "an id is a string");
    assert_eq!(post(&world, &path, go(json!("21"))).await.0, 204);
    assert_eq!(post(&world, &path, go(json!("21"))).await.0, 400, "not out of In Progress");
    world.change(|state| {
        let close = state.jira.project.transition_mut("31").unwrap();
        close.fields.push(TransitionField::resolution(true));
    });
    let (_, listed) = get(&world, &format!("{path}?expand=transitions.fields")).await;
    assert_eq!(listed["transitions"][0]["to"]["statusCategory"]["key"], "done");
    assert_eq!(listed["transitions"][0]["fields"]["resolution"]["required"], true);
    assert_eq!(
        post(&world, &path, go(json!("31"))).await.1["errors"],
        json!({"resolution": "Resolution is required."})
    );
    let with = |name: &str| json!({"transition": {"id": "31"}, "fields": {"resolution": {"name": name}}, "update": {"comment": [{"add": {"body": document("closed")}}]}});
    assert_eq!(post(&world, &path, with("Solved")).await.0, 400);
    assert_eq!(post(&world, &path, with("Done")).await.0, 204);
    assert_eq!(world.issue_status("ACCESS-1").as_deref(), Some("Done"));
    assert_eq!(
        (world.issue("ACCESS-1").unwrap().resolution.as_deref(), world.issue_comments("ACCESS-1").len()),
        (Some("Done"), 1)
    );
    let off_screen = json!({"transition": {"id": "11"}, "fields": {"resolution": {"name": "Done"}}});
    let (_, said) = post(&world, &path, off_screen).await;
    assert!(said["errors"]["resolution"].as_str().unwrap().contains("not on the appropriate screen"));
    world.change(|state| state.jira.project.transition_mut("11").unwrap().hidden = true);
    assert!(ids(&get(&world, &path).await.1).is_empty());
    assert_eq!(post(&world, &path, go(json!("11"))).await.0, 400);
}

#[tokio::test]
async fn properties_and_links_are_written_twice_and_found_once() {
    let world = World::start(Company::acme()).await;
    let base = format!("/rest/api/3/issue/{}", opened(&world).await);
    let property = format!("{base}/properties/state");
    assert_eq!(call(&world, "PUT", &property, Some(json!({"a": 1}))).await.0, 201);
    assert_eq!(call(&world, "PUT", &property, Some(json!({"a": 2}))).await.0, 200);
    assert_eq!(get(&world, &property).await.1, json!({"key": "state", "value": {"a": 2}}));
    assert_eq!(call(&world, "PUT", &property, Some(json!("x".repeat(33_000)))).await.0, 400);
    assert_eq!(get(&world, &format!("{base}/properties/none")).await.0, 404);
    let link = |title: &str| json!({"globalId": "jitney=R-1", "object": {"url": "https://x.example", "title": title}});
    let (status, first) = post(&world, &format!("{base}/remotelink"), link("one")).await;
    assert_eq!(status, 201);
    assert_eq!(post(&world, &format!("{base}/remotelink"), link("two")).await, (200, first));
    assert_eq!(get(&world, &format!("{base}/remotelink?globalId=jitney%3DR-1")).await.1["object"]["title"], "two");
    let (status, said) = post(&world, &format!("{base}/remotelink"), json!({"object": {"title": "x"}})).await;
    assert_eq!((status, said["errors"]["url"].as_str()), (400, Some("'url' is required.")));
}

#[tokio::test]
async fn a_search_lags_pages_and_refuses_what_it_does_not_know() {
    let world = World::start(Company::acme()).await;
    world.change(|state| state.jira.search_lag_secs = 120);
    opened(&world).await;
    let by_label = "/rest/api/3/search/jql?jql=project%20%3D%20ACCESS%20AND%20labels%20%3D%20%22jitney-R-1%22";
    assert_eq!(get(&world, by_label).await.1, json!({"issues": [], "isLast": true}));
    world.advance(121);
    let (_, found) = get(&world, by_label).await;
    assert_eq!(found, json!({"issues": [{"id": "10001"}], "isLast": true}), "ids alone, unless fields are asked for");
    world.change(|state| state.jira.search_lag_secs = 0);
    opened(&world).await;
    let asked = json!({"jql": "labels = jitney ORDER BY created", "maxResults": 1, "fields": ["summary"]});
    let (_, first) = post(&world, "/rest/api/3/search/jql", asked.clone()).await;
    assert_eq!(
        (first["isLast"].clone(), first["issues"][0]["fields"]["summary"].as_str()),
        (json!(false), Some("Temporary access"))
    );
    let mut next = asked;
    next["nextPageToken"] = first["nextPageToken"].clone();
    let (_, second) = post(&world, "/rest/api/3/search/jql", next).await;
    assert_eq!(second["isLast"], true);
    assert_ne!(first["issues"][0]["id"], second["issues"][0]["id"]);
    for bad in [
        json!({}),
        json!({"jql": "labels ~ x"}),
        json!({"jql": "project = NONE"}),
        json!({"jql": "labels = x", "startAt": 0}),
    ] {
        assert_eq!(post(&world, "/rest/api/3/search/jql", bad).await.0, 400);
    }
    assert_eq!(get(&world, "/rest/api/3/search?jql=labels%3Dx").await.0, 410);
}

#[tokio::test]
async fn writes_to_one_issue_are_limited_and_bodies_must_be_json() {
    let world = World::start(Company::acme()).await;
    let (first, second) = (opened(&world).await, opened(&world).await);
    let write = |key: &str| format!("/rest/api/3/issue/{key}/properties/p");
    let (mut refusal, mut good) = (None, 0);
    for _ in 0..40 {
        let (status, headers, _) = call(&world, "PUT", &write(&first), Some(json!(1))).await;
        if status == 429 {
            refusal = Some(headers);
            break;
        }
        good += 1;
    }
    let refusal = refusal.expect("40 writes in a moment are too many");
    assert!(good >= 20, "{good}");
    assert_eq!(refusal["ratelimit-reason"], "jira-per-issue-on-write");
    assert!(["1", "2"].contains(&refusal["retry-after"].to_str().unwrap()));
    assert!(refusal.contains_key("x-ratelimit-reset"));
    assert_eq!(call(&world, "PUT", &write(&second), Some(json!(1))).await.0, 201, "the other issue is free");
    world.fault(Fault::jira("*", What::RateLimited { reset_in_secs: 7 }));
    let (status, headers, _) = call(&world, "GET", "/rest/api/3/myself", None).await;
    assert_eq!((status, headers["ratelimit-reason"].to_str().unwrap()), (429, "jira-burst-based"));
    let url = format!("{}/rest/api/3/issue", world.jira_base_url());
    let request = reqwest::Client::new().post(url).basic_auth(jira_email(), Some(jira_token()));
    let sent = request.header("content-type", "text/plain").body(ticket().to_string()).send().await.unwrap();
    assert_eq!(sent.status().as_u16(), 415);
    assert_eq!(call(&world, "DELETE", "/rest/api/3/myself", None).await.0, 405);
    assert_eq!(get(&world, "/rest/api/2/myself").await.0, 404);
}

#[tokio::test]
async fn faults_bend_jira_as_they_bend_the_others_and_the_board_shows_it() {
    let world = World::start(Company::acme()).await;
    world.fault(Fault::jira("POST /rest/api/3/issue", What::DropAfter));
    let lost = reqwest::Client::new().post(format!("{}/rest/api/3/issue", world.jira_base_url()));
    assert!(lost.basic_auth(jira_email(), Some(jira_token())).json(&ticket()).send().await.is_err());
    assert_eq!(world.issues().len(), 1, "done, and the reply lost");
    world.fault(Fault::jira("GET *", What::Html { code: 502 }));
    assert_eq!(get(&world, "/rest/api/3/myself").await.0, 502);
    world.fault(Fault::jira("*", What::Unauthorized));
    assert_eq!(get(&world, "/rest/api/3/myself").await.0, 401);
    let control = |path: &str| format!("{}{path}", world.control_url());
    let order = json!({"search_lag_secs": 9, "drag": {"issue": "ACCESS-1", "status": "Done"}});
    let turned = reqwest::Client::new().post(control("/control/jira")).json(&order).send().await.unwrap();
    assert_eq!(turned.status().as_u16(), 204);
    let shown: Value = reqwest::get(control("/control/state")).await.unwrap().json().await.unwrap();
    let board = &shown["jira"];
    assert_eq!((board["statuses"][2].as_str(), board["search_lag_secs"].as_i64()), (Some("Done"), Some(9)));
    assert_eq!(
        (board["issues"][0]["status"].as_str(), board["issues"][0]["description"].as_str()),
        (Some("Done"), Some("Stuck migration"))
    );
    assert!(world.dump().contains("ACCESS-1 [Done] Temporary access"), "{}", world.dump());
}
