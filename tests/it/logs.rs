//! The program's own log: objects a machine can read, with request and entitlement, and nothing of anybody's.

use std::collections::BTreeSet;

use jitney::domain::event::Event;
use serde_json::Value;
use world::{AUDIT_CHANNEL, Company, Fault, Vendor, What};

use crate::{
    house::{ALICE, BOB, CAROL, DANA, House, PROD_RW},
    process::Process,
};

/// What nobody may find in a log.
fn secrets() -> Vec<String> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let basic = STANDARD.encode(format!("{}:{}", world::jira_email(), world::jira_token()));
    let tokens = [world::bot_token(), world::app_token(), world::okta_token(), world::jira_token()];
    let words = ["Stuck migration", "INC-42", "Use the replica", "@acme.example", world::jira_email(), "ticket="];
    // Somebody's words as a list of bytes are their words.
    let bytes = "Stuck".bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    tokens.into_iter().chain(words).map(str::to_owned).chain([basic, bytes]).collect()
}

/// A life and its bad days: a grant that Okta does not want to end, Slack and Jira gone for a while, a channel that
/// takes nothing, a denial with a reason, a withdrawal, and an access that cannot be opened.
async fn live(house: &House, process: &mut Process) {
    house.world.change(|state| state.slack.channel_mut(AUDIT_CHANNEL).unwrap().archived = true);
    house.grant_unsettled(ALICE, "prod-db/rw", "2h").await;
    house.world.until_message(CAROL, "takes no line").await;
    let refused = house.world.fault(Fault::okta("DELETE *", What::Html { code: 503 }).until_lifted());
    house.world.change(|state| state.jira.token_revoked = true);
    house.advance(121);
    process.tell_the_time(house);
    house.world.until_called(refused).await;
    house.advance(6);
    process.tell_the_time(house);
    house.world.until_message(ALICE, "Over since").await;
    house.world.lift(refused);
    house.until_on_record("its end", 1, |event| matches!(event, Event::GrantEnded { .. })).await;
    house.world.until_not_member(PROD_RW, "00uALICE").await;
    house.world.change(|state| {
        state.jira.token_revoked = false;
        state.slack.channel_mut(AUDIT_CHANNEL).unwrap().archived = false;
    });
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration, INC-42").await;
    house.press(BOB, "INC-42", "deny").await;
    house.world.fill(BOB, "reason", "reason", "Use the replica").await.unwrap();
    assert!(house.world.submit(BOB).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Denied by").await;
    house.ask(DANA, "staging/admin", "45m", "Stuck migration again").await;
    house.press(DANA, "Waiting for", "cancel").await;
    house.ask(DANA, "staging/admin", "2h", "Stuck migration once more").await;
    let forbidden = house.world.fault(Fault::okta("PUT *", What::Forbidden).until_lifted());
    house.press(BOB, "once more", "approve").await;
    house.until_on_record("the failure", 1, |event| matches!(event, Event::GrantFailed { .. })).await;
    house.world.lift(forbidden);
    house.world.down(Vendor::Slack);
    house.world.up(Vendor::Slack);
    house.settle().await;
}

/// A whole life is logged by a program that was told to write this much; answers its log.
async fn log(format: &str, rust_log: Option<&str>) -> String {
    let house = House::closed(Company::acme()).await;
    house.keep_tickets();
    house.tell_the_channel();
    house.change_settings("[requests]", &format!("[log]\nformat = \"{format}\"\n\n[requests]"));
    house.set_clocks();
    let variables: Vec<(&str, &str)> = rust_log.map(|level| ("RUST_LOG", level)).into_iter().collect();
    let mut process = Process::steered_with(&house, &variables);
    house.world.until_connected(1).await;
    live(&house, &mut process).await;
    process.kill(&house.world).await;
    let log = std::fs::read_to_string(house.path("log")).unwrap();
    house.read_twins();
    house.finish_unread().await;
    for secret in secrets() {
        let found = log.lines().find(|line| line.contains(&secret));
        assert!(found.is_none(), "{secret} in the log: {}", found.unwrap_or_default());
    }
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_of_a_life_is_an_object_that_names_its_request_and_entitlement() {
    let log = log("json", None).await;
    let mut seen = BTreeSet::new();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let fields = &line["fields"];
        let message = fields["message"].as_str().unwrap_or_else(|| panic!("no message: {line}"));
        for field in ["timestamp", "level", "target"] {
            assert!(line[field].is_string(), "no {field}: {line}");
        }
        if let Some(request) = fields["request"].as_str() {
            let entitlement = fields["entitlement"].as_str().unwrap_or_else(|| panic!("of what? {line}"));
            let asked = if matches!(request, "R-1" | "R-2") { "prod-db/rw" } else { "staging/admin" };
            assert_eq!(entitlement, asked, "{line}");
            seen.insert(format!("{request} {message}"));
        }
    }
    let seen: Vec<String> = seen.into_iter().collect();
    insta::assert_snapshot!(seen.join("\n"), @"
    R-1 a promise could not be kept yet
    R-1 a removal is not confirmed long after its time
    R-1 a request is approved
    R-1 a request is received
    R-1 a request waits for its approvers
    R-1 a step is approved
    R-1 access is open
    R-1 access is over: its time has come
    R-1 the end of access is confirmed
    R-2 a request is denied
    R-2 a request is received
    R-2 a request waits for its approvers
    R-3 a request is received
    R-3 a request is withdrawn
    R-3 a request waits for its approvers
    R-4 a promise could not be kept yet
    R-4 a request is approved
    R-4 a request is received
    R-4 a request waits for its approvers
    R-4 a step is approved
    R-4 access could not be opened
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_for_people_names_them_too() {
    let log = log("text", None).await;
    assert!(
        log.lines().any(|line| line.contains("access is open") && line.contains("request=R-1 entitlement=prod-db/rw")),
        "{log}"
    );
}

/// Whatever is asked of it, and of whatever it is built on.
#[tokio::test(flavor = "multi_thread")]
async fn however_much_is_logged_nothing_of_anybodys_is() {
    for level in ["debug", "trace", "trace,sled::pagecache=trace,hyper::proto=trace,tokio_tungstenite::compat=trace"] {
        let log = log("json", Some(level)).await;
        for line in log.lines() {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(line["fields"]["message"].is_string(), "{line}");
        }
    }
}

/// Wherever a token is written by mistake: neither a check nor a start says it.
#[test]
fn no_fault_of_the_configuration_shows_a_token() {
    const MISTAKES: [&str; 7] = [
        "[slack]\nbot_token = \"SECRET one\"\napp_token = \"xoxb-SECRET\"\nadmins = [\"a@acme.example\"]",
        "[slack]\nbot_token = \"xoxb-SECRET\"\nbot_token_file = \"/nowhere\"\nadmins = []",
        "[slack]\nbot_token = [\"xoxb-SECRET\"]\napp_token = 7",
        "[slack]\nbot_tokn = \"xoxb-SECRET\"",
        "[okta]\norg_url = \"https://acme.okta.com\"\ntoken = \"SECRET\\nSECRET\"",
        "[jira]\ntoken = \"SECRET\"\nemail = 7",
        "[okta]\ntoken = \"SECRET",
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jitney.toml");
    for mistake in MISTAKES {
        std::fs::write(&file, mistake).unwrap();
        for command in ["check", "run"] {
            let mut jitney = std::process::Command::new(env!("CARGO_BIN_EXE_jitney"));
            jitney
                .arg(command)
                .arg("--config")
                .arg(&file)
                .env("RUST_LOG", "trace")
                .env("JITNEY__JIRA__TOKEN", "SECRET");
            let output = jitney.output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && said.contains("jitney.toml"), "{said}");
            assert!(!said.contains("SECRET"), "{mistake}\n{said}");
        }
    }
}
