//! The two processes: neither is left behind.

use std::process::Stdio;

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use tokio::{process::Command, time::timeout};

use crate::sandbox::{PATIENCE, Sandbox, command, until_over};

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_ends_with_a_sandbox_that_is_killed() {
    let mut sandbox = Sandbox::open().await;
    let bot = sandbox.bot().await.unwrap();
    sandbox.child.kill().await.unwrap();
    until_over(bot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_the_bot_and_removes_its_directory() {
    let mut sandbox = Sandbox::open().await;
    let bot = sandbox.bot().await.unwrap();
    let home = sandbox.home();
    assert!(home.join("audit.key").exists());
    let own = sandbox.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &own]).status().await.unwrap().success());
    assert!(timeout(PATIENCE, sandbox.child.wait()).await.unwrap().unwrap().success());
    until_over(bot).await;
    assert!(!home.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_bot_is_shown_and_stands_in_the_worlds_time_when_it_is_started_again() {
    let sandbox = Sandbox::open().await;
    sandbox.post("/sandbox/bot/kill", json!({})).await;
    sandbox
        .until("the kill to show", |own, _| own["bot"]["phase"]["how"].as_str().is_some_and(|how| how.contains('9')))
        .await;
    sandbox.post("/sandbox/clock", json!({"advance": 86_400})).await;
    sandbox.post("/sandbox/bot/start", json!({})).await;
    sandbox.until("a connection", |_, world| !world["slack"]["sockets"].as_array().unwrap().is_empty()).await;
    sandbox.act("U0ALICE", "slash", json!({"command": "/jit", "text": "staging/admin 2h See the clock"})).await;
    sandbox
        .until("a line dated in the world's time", |own, world| {
            let instant = |text: &Value| DateTime::parse_from_rfc3339(text.as_str()?).ok();
            let last = own["journal"].as_array().and_then(|lines| instant(&lines.last()?["at"]));
            // The world was looked at some while after the line was written.
            last.zip(instant(&world["now"])).is_some_and(|(last, now)| (now - last).abs() < TimeDelta::hours(1))
        })
        .await;
}

#[tokio::test]
async fn a_taken_port_is_named_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = command(&port).stderr(Stdio::piped()).output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains(&format!("another program already uses 127.0.0.1:{port}")), "{said}");
    assert!(said.contains("--port 8081"), "{said}");
}
