//! Orders from the host: a line of JSON each way over the socket beside the store.
//!
//! Owns the orders there are, and who may give them. Refuses to decide: that is behind the door. There is no order to
//! approve or to grant.
//!
//! Law: whoever gives an order is who the system says they are, and what they did is on record with that.

use std::{io, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
    sync::Semaphore,
    task::JoinSet,
};
use tracing::warn;

use super::socket::Socket;
use crate::{
    clock,
    domain::{
        binding::Binding,
        command::{Answer, Command},
        id::SlackUserId,
    },
    engine::Door,
};

/// The longest order, in bytes.
const LONGEST: u64 = 64 * 1024;

/// How long an order may take to come, and its report to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

/// Orders at one time.
const AT_ONCE: usize = 8;

/// How long to wait where the system has no room for one more.
const PAUSE: Duration = Duration::from_secs(1);

/// What can be ordered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// To show who is bound to which Okta user.
    ListIdentities,
    /// To end a binding.
    UnlinkIdentity {
        /// Whose.
        slack: SlackUserId,
    },
}

/// What came of an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case", deny_unknown_fields)]
pub enum Report {
    /// Everyone who is bound, by their Slack accounts.
    Identities {
        /// Each.
        bindings: Vec<Binding>,
    },
    /// The binding is ended.
    Unlinked,
    /// Nobody is bound by that name.
    NotBound,
    /// It could not be saved, so nothing was done.
    NotSaved,
    /// There is no such order here.
    Unknown,
}

impl Order {
    /// The command that it is, given by an account of the host; nothing where it only asks to be shown something.
    #[must_use]
    pub fn command(&self, uid: u32) -> Option<Command> {
        match self {
            Self::ListIdentities => None,
            Self::UnlinkIdentity { slack } => Some(Command::Unlink { slack: slack.clone(), uid }),
        }
    }
}

impl From<Answer> for Report {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Unlinked => Self::Unlinked,
            Answer::NotBound => Self::NotBound,
            _ => Self::Unknown,
        }
    }
}

/// Takes orders until it is dropped.
pub async fn serve(socket: Socket, door: Door) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut orders = JoinSet::new();
    while let Ok(turn) = Arc::clone(&turns).acquire_owned().await {
        while orders.try_join_next().is_some() {}
        match socket.accept().await {
            Ok(stream) => {
                let door = door.clone();
                orders.spawn(async move {
                    let _turn = turn;
                    match clock::timeout(PATIENCE, answer(stream, &door)).await {
                        Ok(Ok(())) => {}
                        Ok(Err(fault)) => warn!(%fault, "an order could not be answered"),
                        Err(_) => warn!("an order took too long"),
                    }
                });
            }
            Err(fault) => {
                warn!(%fault, "no order can be taken");
                clock::pause(PAUSE).await;
            }
        }
    }
}

async fn answer(mut stream: UnixStream, door: &Door) -> io::Result<()> {
    let uid = stream.peer_cred()?.uid();
    // The file's mode says the same; a mode can be changed by mistake.
    if uid != rustix::process::geteuid().as_raw() && uid != rustix::process::Uid::ROOT.as_raw() {
        warn!(uid, "an order of another account is refused");
        return Ok(());
    }
    let mut line = String::new();
    BufReader::new((&mut stream).take(LONGEST)).read_line(&mut line).await?;
    let report = match serde_json::from_str::<Order>(&line) {
        Ok(order) => report(&order, uid, door).await,
        Err(_) => Report::Unknown,
    };
    let mut line = serde_json::to_vec(&report)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    stream.shutdown().await
}

async fn report(order: &Order, uid: u32, door: &Door) -> Report {
    match order.command(uid) {
        Some(command) => door.submit(command).await.result.map_or(Report::NotSaved, Report::from),
        None => door.bindings().await.map_or(Report::NotSaved, |bindings| Report::Identities { bindings }),
    }
}
