//! The bot's process: started, killed and started again when asked, never by itself; and told the time.
//!
//! It owns the child. It refuses to know what the bot says; it keeps its last lines. Law: the world's clock and the
//! bot's are moved by one hand, here, so that a bot that is started late stands where the world stands.

use std::{
    collections::VecDeque,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result};
use serde::Serialize;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStderr, ChildStdin, Command},
    sync::{mpsc, watch},
    task::JoinHandle,
};
use world::World;

use crate::bot::ADVANCE;

/// Lines of the bot's log that are kept.
const KEPT: usize = 200;

/// How long the bot may finish what is under way; then it is killed.
const GRACE: Duration = Duration::from_secs(15);

/// The bot as the page shows it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Shown {
    /// Ascends with every change.
    pub version: u64,
    /// Running, or how it ended.
    pub phase: Phase,
    /// How often it was started.
    pub starts: u32,
    /// The last lines of its log, oldest first.
    pub log: VecDeque<String>,
}

/// How the bot stands.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// Never started, or it ended as it should.
    #[default]
    Stopped,
    /// It runs under this process id.
    Running {
        /// Process id.
        pid: u32,
    },
    /// It ended otherwise.
    Crashed {
        /// "signal 9 (SIGKILL)", "exit status 1".
        how: String,
    },
}

enum Order {
    Start,
    Stop,
    Kill,
    Advance(u32),
    Quit,
}

/// A cheap handle on the bot's process.
#[derive(Debug, Clone)]
pub struct Supervisor {
    orders: mpsc::UnboundedSender<Order>,
    shown: watch::Receiver<Shown>,
}

impl Supervisor {
    /// Starts the bot, if it does not run.
    pub fn start(&self) {
        self.order(Order::Start);
    }

    /// Stops the bot as SIGTERM does: what is under way is finished.
    pub fn stop(&self) {
        self.order(Order::Stop);
    }

    /// Kills the bot as `kill -9` does.
    pub fn kill(&self) {
        self.order(Order::Kill);
    }

    /// Moves the world's clock and the bot's forward, by seconds.
    pub fn advance(&self, secs: u32) {
        self.order(Order::Advance(secs));
    }

    /// Stops the bot and ends.
    pub fn quit(&self) {
        self.order(Order::Quit);
    }

    /// The bot as it stands now.
    pub fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// Ascends with every change.
    pub fn version(&self) -> u64 {
        self.shown.borrow().version
    }

    fn order(&self, order: Order) {
        // Nobody obeys any more once the sandbox ends, and then there is nothing to be done.
        let _ = self.orders.send(order);
    }
}

/// Starts the bot, and watches over it until [`Supervisor::quit`].
pub fn start(files: Vec<PathBuf>, world: World) -> Result<(Supervisor, JoinHandle<()>)> {
    let program = std::env::current_exe().context("this program does not find itself")?;
    let (orders, given) = mpsc::unbounded_channel();
    let (shows, shown) = watch::channel(Shown::default());
    let (says, said) = mpsc::unbounded_channel();
    let keeper = Keeper { program, files, world, shows, says, running: None };
    let task = tokio::spawn(keeper.watch(given, said));
    let supervisor = Supervisor { orders, shown };
    supervisor.start();
    Ok((supervisor, task))
}

struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
}

/// What watches over the process and obeys.
struct Keeper {
    program: PathBuf,
    files: Vec<PathBuf>,
    world: World,
    shows: watch::Sender<Shown>,
    says: mpsc::UnboundedSender<String>,
    running: Option<Running>,
}

impl Keeper {
    async fn watch(mut self, mut given: mpsc::UnboundedReceiver<Order>, mut said: mpsc::UnboundedReceiver<String>) {
        loop {
            tokio::select! {
                order = given.recv() => match order {
                    Some(Order::Start) => self.start().await,
                    Some(Order::Stop) => self.stop().await,
                    Some(Order::Kill) => self.kill(),
                    Some(Order::Advance(secs)) => self.advance(secs).await,
                    Some(Order::Quit) | None => return self.stop().await,
                },
                Some(line) = said.recv() => self.keep(line),
                status = ended(&mut self.running) => self.over(status),
            }
        }
    }

    async fn start(&mut self) {
        if self.running.is_some() {
            return;
        }
        match self.spawn() {
            Ok(running) => {
                let pid = running.child.id().unwrap_or_default();
                self.running = Some(running);
                self.change(|shown| {
                    shown.starts += 1;
                    shown.phase = Phase::Running { pid };
                });
                self.keep(format!("— the bot was started, process {pid} —"));
                self.tell(self.world.look(|state| state.clock.offset_secs())).await;
            }
            Err(fault) => self.change(|shown| shown.phase = Phase::Crashed { how: format!("{fault:#}") }),
        }
    }

    /// In a process group of its own, so that Ctrl-C at the terminal is the sandbox's to answer.
    fn spawn(&self) -> Result<Running> {
        let mut command = Command::new(&self.program);
        command.args([crate::BOT, "run"]);
        for file in &self.files {
            command.arg("--config").arg(file);
        }
        command.env("NO_COLOR", "1").process_group(0).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().context("the bot cannot be started")?;
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(listen(stderr, self.says.clone()));
        }
        let stdin = child.stdin.take();
        Ok(Running { child, stdin })
    }
    async fn advance(&mut self, secs: u32) {
        self.world.advance(i64::from(secs));
        self.tell(i64::from(secs)).await;
    }

    /// Moves the bot's clock. A bot that has just ended cannot be told; it is told all when it starts again.
    async fn tell(&mut self, secs: i64) {
        if let Some(Running { stdin: Some(stdin), .. }) = &mut self.running {
            let _ = stdin.write_all(format!("{ADVANCE}{secs}\n").as_bytes()).await;
            let _ = stdin.flush().await;
        }
    }

    /// As `kill -9` does; how it ended is seen when it has.
    fn kill(&mut self) {
        if let Some(running) = &mut self.running {
            // It fails where the process has ended already.
            let _ = running.child.start_kill();
        }
    }

    async fn stop(&mut self) {
        if let Some(running) = &mut self.running {
            drop(running.stdin.take());
            if tokio::time::timeout(GRACE, running.child.wait()).await.is_err() {
                self.keep(format!("— the bot did not end within {} s, and is killed —", GRACE.as_secs()));
                self.kill();
            }
            let status = ended(&mut self.running).await;
            self.over(status);
        }
    }

    fn over(&mut self, status: std::io::Result<ExitStatus>) {
        self.running = None;
        let phase = match status {
            Ok(status) if status.success() => Phase::Stopped,
            Ok(status) => Phase::Crashed { how: status.to_string() },
            Err(fault) => Phase::Crashed { how: fault.to_string() },
        };
        let words = match &phase {
            Phase::Crashed { how } => format!("— the bot ended: {how} —"),
            _ => "— the bot stopped —".to_owned(),
        };
        self.change(|shown| shown.phase = phase);
        self.keep(words);
    }

    fn keep(&self, line: String) {
        self.change(|shown| {
            shown.log.push_back(line);
            while shown.log.len() > KEPT {
                shown.log.pop_front();
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Shown)) {
        self.shows.send_modify(|shown| {
            shown.version += 1;
            change(shown);
        });
    }
}

/// Ends when the bot does; never, where none runs.
async fn ended(running: &mut Option<Running>) -> std::io::Result<ExitStatus> {
    match running {
        Some(running) => running.child.wait().await,
        None => std::future::pending().await,
    }
}

/// Keeps the bot's log, and passes it on to the terminal.
#[expect(clippy::print_stderr, reason = "the terminal shows the bot's log too")]
async fn listen(stderr: ChildStderr, says: mpsc::UnboundedSender<String>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        eprintln!("{line}");
        if says.send(line).is_err() {
            return;
        }
    }
}
