//! One command on a store that nobody runs: decided on what is on record, written, and done.
//!
//! It refuses to keep promises, and to look at what else is due: that is for the program.
//!
//! Law: as in the loop, nothing is answered before its line is durable.

use super::{fits, recover::Recovered, rows, shell};
use crate::{
    domain::{
        catalogue::Catalogue,
        command::{Answer, Command, Refusal},
        decide::{Limits, Mode, Today, decide},
        event::Entry,
        live::{Illegal, Live},
        time::Timestamp,
    },
    ledger::{CommitError, Ledger, Local},
};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum AloneError {
    /// It is refused.
    #[error("it is refused: {0}")]
    Refused(#[from] Refusal),
    /// The journal is damaged.
    #[error("the journal is damaged")]
    Damaged,
    /// No line can hold it.
    #[error("it is too long for a line")]
    TooLong,
    /// The line is not on record.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The state does not fit its own decision.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// The line cannot be written as JSON.
    #[error("a line cannot be written: {0}")]
    Line(#[from] serde_json::Error),
}

/// Carries a command out, and lets go of the store.
///
/// # Errors
/// If nothing was done.
pub async fn carry_out(recovered: Recovered, command: &Command, now: Timestamp) -> Result<Answer, AloneError> {
    let Recovered { live, ledger, custody } = recovered;
    let done = match custody {
        Some(_) => Err(AloneError::Damaged),
        None => on(live, &ledger, command, now).await,
    };
    ledger.close().await;
    done
}

async fn on(mut live: Live, ledger: &Local, command: &Command, now: Timestamp) -> Result<Answer, AloneError> {
    // Nothing is granted here, so nothing needs to be on offer.
    let (catalogue, limits) = (Catalogue::default(), Limits::default());
    let at = now.max(live.at);
    let today = Today { catalogue: &catalogue, limits: &limits, mode: Mode::Custody };
    let decision = decide(&live, command, today, at)?;
    if decision.is_empty() {
        return Ok(decision.answer);
    }
    let entry =
        Entry { seq: live.seq + 1, at, events: decision.events, effects: decision.effects, words: decision.words };
    let touched = live.apply(&entry)?;
    let rows = rows::touched(&live, &touched);
    if !fits::line(&entry) || !fits::rows(&entry, &rows) {
        return Err(AloneError::TooLong);
    }
    ledger.commit(shell::commit(&entry, rows)?).await?;
    Ok(decision.answer)
}
