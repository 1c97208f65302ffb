//! The program in a process of its own, to be killed.

use std::{
    ffi::OsString,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use jitney::clock::Clock as _;
use world::World;

use crate::{clock::Standing, house::House};

/// Names the configuration to the test that is the steered program.
const FILES: &str = "JITNEY_IT_FILES";

/// A program that runs.
pub struct Process(Child);

impl Process {
    /// The real program, by the host's clock.
    pub fn start(house: &House) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jitney"));
        command.args(arguments(house)).stdin(Stdio::null());
        Self::spawn(house, command)
    }

    /// [`Process::start`], and waits until it is connected.
    pub async fn connected(house: &House) -> Self {
        let process = Self::start(house);
        house.world.until_connected(1).await;
        process
    }

    /// The program by the house's clock, connected. The real one has no way to move time from outside, so this test
    /// binary runs all but its `main`, with a clock that is told over stdin.
    pub async fn steered(house: &House) -> Self {
        let process = Self::steered_with(house, &[]);
        house.world.until_connected(1).await;
        process
    }

    /// The same with further variables, not connected yet.
    pub fn steered_with(house: &House, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "process::the_steered_program", "--ignored", "--nocapture"]);
        command.env(FILES, std::env::join_paths(house.files()).unwrap()).stdin(Stdio::piped());
        command.envs(variables.iter().copied());
        let mut process = Self::spawn(house, command);
        process.tell_the_time(house);
        process
    }

    fn spawn(house: &House, mut command: Command) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(house.path("log")).unwrap();
        Self(command.stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    /// Sets a steered program's clock to the house's.
    pub fn tell_the_time(&mut self, house: &House) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{}", house.clock.now().to_rfc3339()).unwrap();
    }

    /// SIGHUP.
    pub fn hang_up(&self) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.0.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    }

    /// SIGKILL; ends when the program is gone for Slack too.
    pub async fn kill(mut self, world: &World) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        world.until_unconnected().await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn arguments(house: &House) -> Vec<OsString> {
    with_files(house.files())
}

fn with_files(files: impl IntoIterator<Item = std::path::PathBuf>) -> Vec<OsString> {
    let files = files.into_iter().flat_map(|file| [OsString::from("--config"), file.into()]);
    [OsString::from("run")].into_iter().chain(files).collect()
}

/// No test by itself: the child's half of [`Process::steered`], started by it alone. Every line of stdin is an instant;
/// the end of stdin ends the program with its parent.
#[test]
#[ignore = "the other half of the tests that kill"]
fn the_steered_program() {
    let Some(files) = std::env::var_os(FILES) else { return };
    let lines = BufReader::new(std::io::stdin()).lines();
    let mut instants = lines.map(|line| line.unwrap().parse().unwrap());
    let clock = Arc::new(Standing::at(instants.next().unwrap()));
    let steered = Arc::clone(&clock);
    std::thread::spawn(move || {
        instants.for_each(|instant| steered.not_before(instant));
        std::process::exit(0);
    });
    let arguments = [OsString::from("jitney")].into_iter().chain(with_files(std::env::split_paths(&files)));
    jitney::cli::run(arguments, clock, std::future::pending());
}
