//! Orders to the bot: over its socket while it runs; else the store's lock is taken, and they are carried out here.
//!
//! It owns the way. It refuses to know what an order means.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    os::unix::{fs::MetadataExt as _, net::UnixStream},
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::{
    clock::Clock,
    config::Record,
    engine::{
        alone,
        recover::{self, RecoverError, Recovered},
    },
    ledger::{Keys, Ledger as _, Local, OpenError},
    server::{
        control::{Order, Report},
        socket,
    },
};

/// How long the bot may take to report.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest report, in bytes: a line for each person of a large company.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Gives an order, and answers what came of it.
///
/// # Errors
/// If it is not known to have been done.
pub fn order(order: &Order, record: &Record, clock: &dyn Clock) -> Result<Report> {
    let store = record.store.directory.as_path();
    if !store.join("journal").is_dir() {
        bail!("There is no journal in {}: has the bot run here?", store.display());
    }
    match socket::connect(store) {
        Ok(stream) => told(stream, order),
        Err(fault) if matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            alone(order, record, clock)
        }
        Err(fault) => Err(anyhow!("The socket {} cannot be used: {fault}.", socket::path(store).display())),
    }
}

fn told(mut stream: UnixStream, order: &Order) -> Result<Report> {
    let lost = "The bot did not answer. Ask again, and see whether it was done.";
    stream.set_read_timeout(Some(PATIENCE)).context(lost)?;
    let mut line = serde_json::to_vec(order).context(lost)?;
    line.push(b'\n');
    stream.write_all(&line).context(lost)?;
    let mut report = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut report).context(lost)?;
    serde_json::from_str(&report).map_err(|_| anyhow!("{lost}"))
}

/// With no bot running.
fn alone(order: &Order, record: &Record, clock: &dyn Clock) -> Result<Report> {
    of_its_owner(&record.store.directory, rustix::process::geteuid().as_raw())?;
    let recovered = take(record, clock)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("no runtime")?;
    runtime.block_on(async {
        match order.command(rustix::process::getuid().as_raw()) {
            Some(command) => match alone::carry_out(recovered, &command, clock.now()).await {
                Ok(answer) => Ok(answer.into()),
                Err(fault) => Err(anyhow!("Nothing was done: {fault}.")),
            },
            None => {
                let bindings = recovered.live.bindings().collect();
                recovered.ledger.close().await;
                Ok(Report::Identities { bindings })
            }
        }
    })
}

/// Whatever is made in the store belongs to whoever makes it: as another account, root above all, this would close it to
/// the bot.
fn of_its_owner(store: &Path, me: u32) -> Result<()> {
    let unread = || format!("The store {} cannot be read", store.display());
    let owner = fs::metadata(store.join("journal")).with_context(unread)?.uid();
    if owner != me {
        bail!(
            "The store {} belongs to account {owner}, and what this made there as account {me} would be closed to the bot. Run it as the bot's account: sudo -u '#{owner}' jitney …",
            store.display()
        );
    }
    Ok(())
}

fn take(record: &Record, clock: &dyn Clock) -> Result<Recovered> {
    let store = record.store.directory.as_path();
    let keys = Keys::read(&record.audit.key_file).map_err(|fault| anyhow!("The audit key cannot be used: {fault}."))?;
    let opening = Local::open(store, &keys, record.store.low_mark, &recover::schema());
    let opening = opening.map_err(|fault| unopened(&fault, store))?;
    let recovered = recover::recover(opening, &keys, clock.now());
    recovered.map_err(|fault: RecoverError| anyhow!("The store cannot be read: {fault}."))
}

fn unopened(fault: &OpenError, store: &Path) -> anyhow::Error {
    match fault {
        OpenError::Locked(_) => {
            let socket = socket::path(store);
            anyhow!(
                "The bot has the store and does not listen on {}: it starts or stops, or its log says why. Ask again.",
                socket.display()
            )
        }
        fault => anyhow!("The store cannot be opened: {fault}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_no_bot_running_only_the_stores_owner_takes_it() {
        let store = tempfile::tempdir().unwrap();
        let me = rustix::process::geteuid().as_raw();
        assert!(of_its_owner(store.path(), me).unwrap_err().to_string().ends_with("cannot be read"));
        fs::create_dir(store.path().join("journal")).unwrap();
        of_its_owner(store.path(), me).unwrap();
        let said = of_its_owner(store.path(), me + 1).unwrap_err().to_string();
        assert!(said.contains(&format!("belongs to account {me}, and")), "{said}");
        assert!(said.ends_with(&format!("Run it as the bot's account: sudo -u '#{me}' jitney …")), "{said}");
    }
}
