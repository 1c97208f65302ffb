//! The supervisor of the bot's process: starts it, moves its clock, kills it when somebody wants to see that.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use anyhow::{Context as _, Result};
use serde::Serialize;
use world::World;

/// How many lines of the bot's log are kept for the page.
const LOG_LINES: usize = 200;

/// The bot's process, if there is one.
struct Process {
    child: Child,
    clock: ChildStdin,
}

#[derive(Default)]
struct State {
    process: Option<Process>,
    log: Vec<String>,
    moved: i64,
}

/// How the bot is.
#[derive(Debug, Serialize)]
pub struct Seen {
    /// Its process, while it runs.
    pub pid: Option<u32>,
    /// The end of its log.
    pub log: Vec<String>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Supervisor {
    world: World,
    directory: PathBuf,
    state: Arc<Mutex<State>>,
}

impl Supervisor {
    /// A supervisor of the bot whose configuration lies in a directory.
    pub fn new(world: World, directory: PathBuf) -> Self {
        Self { world, directory, state: Arc::default() }
    }

    /// Where the bot's files lie.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Starts the bot, with the clock where the world's stands. Nothing if it runs.
    pub fn start(&self) -> Result<()> {
        let mut state = self.lock();
        if running(&mut state).is_some() {
            return Ok(());
        }
        let mut child = Command::new(std::env::current_exe()?)
            .args(["bot", "run", "--config"])
            .arg(&self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let log = child.stderr.take().context("no log")?;
        let mut clock = child.stdin.take().context("no clock")?;
        writeln!(clock, "advance {}", state.moved)?;
        state.process = Some(Process { child, clock });
        drop(state);
        let keeper = self.clone();
        thread::spawn(move || BufReader::new(log).lines().map_while(Result::ok).for_each(|line| keeper.note(line)));
        Ok(())
    }

    /// Kills the bot with SIGKILL, as a power cut would.
    pub fn kill(&self) {
        if let Some(Process { mut child, .. }) = self.lock().process.take() {
            // It may be gone already.
            let _ = child.kill();
            let _ = child.wait();
        }
        self.note("— killed —".to_owned());
    }

    /// Stops the bot as the end of its input does, and waits for it.
    pub fn stop(&self) {
        if let Some(Process { mut child, clock }) = self.lock().process.take() {
            drop(clock);
            let _ = child.wait();
        }
    }

    /// Moves the world's clock and the bot's.
    pub fn advance(&self, secs: i64) {
        self.world.advance(secs);
        let mut state = self.lock();
        state.moved += secs;
        if let Some(process) = &mut state.process {
            // A bot that is gone is told when it starts.
            let _ = writeln!(process.clock, "advance {secs}");
        }
    }

    /// How the bot is.
    pub fn seen(&self) -> Seen {
        let mut state = self.lock();
        Seen { pid: running(&mut state), log: state.log.clone() }
    }

    fn note(&self, line: String) {
        let mut state = self.lock();
        state.log.push(line);
        let over = state.log.len().saturating_sub(LOG_LINES);
        state.log.drain(..over);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bot's process id, if it still runs.
fn running(state: &mut State) -> Option<u32> {
    let process = state.process.as_mut()?;
    match process.child.try_wait() {
        Ok(None) => Some(process.child.id()),
        _ => {
            state.process = None;
            None
        }
    }
}
