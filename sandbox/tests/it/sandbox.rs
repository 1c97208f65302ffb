//! The sandbox's own program, on a free port, ended with the test.

use std::{path::PathBuf, process::Stdio, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::{interval, timeout},
};

/// How long an outcome is awaited: two slow cores, several suites at once.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How often is looked whether it is there.
const LOOK: Duration = Duration::from_millis(50);

/// The running program.
pub struct Sandbox {
    pub child: Child,
    pub url: String,
    home: PathBuf,
    /// Where a killed sandbox leaves the bot's directory.
    _around: tempfile::TempDir,
    http: reqwest::Client,
}

impl Sandbox {
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// The same, with further arguments.
    pub async fn open_with(arguments: &[&str]) -> Self {
        let around = tempfile::tempdir().unwrap();
        let mut child = command("0").args(arguments).env("TMPDIR", around.path()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
        let url = first.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        let second = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
        let home = second.split_whitespace().find(|word| word.starts_with('/')).unwrap().into();
        // The pipe stays open: whatever else is said must find a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let sandbox = Self { child, url, home, _around: around, http: reqwest::Client::new() };
        sandbox
            .until("the bot's connection", |_, world| !world["slack"]["sockets"].as_array().unwrap().is_empty())
            .await;
        sandbox
    }

    /// The bot's directory.
    pub fn home(&self) -> PathBuf {
        self.home.clone()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap().json().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> reqwest::StatusCode {
        self.http.post(format!("{}{path}", self.url)).json(&body).send().await.unwrap().status()
    }

    pub async fn act(&self, user: &str, act: &str, mut with: Value) -> reqwest::StatusCode {
        with["user"] = json!(user);
        with["act"] = json!(act);
        self.post("/control/act", with).await
    }

    /// Which sockets the bot holds, by number.
    pub async fn sockets(&self) -> Vec<u64> {
        Self::sockets_in(&self.get("/control/state").await)
    }

    /// The same, of a state that was read.
    pub fn sockets_in(world: &Value) -> Vec<u64> {
        world["slack"]["sockets"].as_array().unwrap().iter().filter_map(|socket| socket["id"].as_u64()).collect()
    }

    pub async fn bot(&self) -> Option<u64> {
        self.get("/sandbox/state").await["bot"]["phase"]["pid"].as_u64()
    }

    /// Waits until the sandbox's state and the world's are as they should be.
    pub async fn until(&self, what: &str, looks: impl Fn(&Value, &Value) -> bool) {
        let found = timeout(PATIENCE, async {
            let mut ticks = interval(LOOK);
            loop {
                ticks.tick().await;
                let (own, world) = (self.get("/sandbox/state").await, self.get("/control/state").await);
                if looks(&own, &world) {
                    return;
                }
            }
        });
        assert!(found.await.is_ok(), "awaited in vain: {what}; {:#}", self.get("/sandbox/state").await);
    }
}

/// The program, with its output in a pipe.
pub fn command(port: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command.args(["--port", port]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

/// Whether this process is gone, or dead and not yet buried.
pub fn is_over(pid: u64) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z'))
}

/// Waits until a process is over.
pub async fn until_over(pid: u64) {
    let over = timeout(PATIENCE, async {
        let mut ticks = interval(LOOK);
        while !is_over(pid) {
            ticks.tick().await;
        }
    });
    assert!(over.await.is_ok(), "process {pid} goes on");
}
