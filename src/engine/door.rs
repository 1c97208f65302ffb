//! The way in: the one name that Slack's side and the server may import from the engine.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rand::{Rng as _, rngs::StdRng};
use tokio::sync::{mpsc, oneshot, watch};

use super::turn::Response;
use crate::domain::{
    binding::Binding,
    catalogue::Catalogue,
    command::{Command, Refusal},
    decide::{Limits, Mode},
    home::{Home, Pages},
    id::{OktaGroupId, SlackUserId},
    live::Freeze,
    port::{Identity, Look, Unfit, ViewKey},
    request::Request,
    said::{Text, TextError, hex},
    time::Timestamp,
};

/// Inputs that may wait for the loop. More than the disk keeps up with in seconds: those beyond are told to try again.
pub const DOOR_QUEUE: usize = 1_024;

/// What comes through the door.
#[derive(Debug)]
pub(super) enum Knock {
    Submit { command: Box<Command>, answer: oneshot::Sender<Response> },
    LookUp { who: SlackUserId, look: Look, answer: oneshot::Sender<Option<Result<Identity, Unfit>>> },
    Offer { who: SlackUserId, answer: oneshot::Sender<Offer> },
    Peek { card: ViewKey, answer: oneshot::Sender<Option<Request>> },
    Look { who: SlackUserId, pages: Option<Pages> },
    Bindings { answer: oneshot::Sender<Vec<Binding>> },
    Survey { who: SlackUserId, pages: Pages, answer: oneshot::Sender<Home> },
    Connected,
    Mode(Mode),
    Adopt(Adoption),
    Stop,
}

/// What changes with another configuration, all of it in one turn of the loop.
pub(super) struct Adoption {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) limits: Limits,
    /// What changes beside the engine.
    pub(super) beside: Box<dyn FnOnce() + Send>,
}

impl fmt::Debug for Adoption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adoption").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// What can be shown to someone at once, from memory.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What can be asked for.
    pub catalogue: Arc<Catalogue>,
    /// Lengths and counts.
    pub limits: Limits,
    /// Who they are, if it was looked up minutes ago.
    pub known: Option<Result<Identity, Unfit>>,
    /// Who they were when they were last served.
    pub bound: Option<Identity>,
    /// Their open requests.
    pub open: Vec<Request>,
    /// For how many seconds they held or hold what a group gives, at the stretch that a request now would continue.
    pub held: BTreeMap<OktaGroupId, u64>,
    /// The groups in which they stand through Jitney.
    pub ours: BTreeSet<OktaGroupId>,
    /// The present.
    pub now: Timestamp,
    /// How much the program may do.
    pub mode: Mode,
    /// That nothing is opened.
    pub frozen: Option<Freeze>,
}

/// How the engine is, for readiness.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    /// How much it may do.
    pub mode: Mode,
    /// Whether nothing waits: no line unsaved, no promise open, no message stale.
    pub quiet: bool,
    /// The last durable line.
    pub seq: u64,
    /// How the ledger takes lines.
    pub lines: Lines,
}

/// How the ledger takes lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lines {
    /// As it should.
    Saved,
    /// The disk is nearly full.
    NearlyFull,
    /// The last one could not be saved.
    Refused,
    /// Lines that were on record are lost or changed.
    Damaged,
}

/// The way in. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    pub(super) knocks: mpsc::Sender<Knock>,
    pub(super) status: watch::Receiver<Status>,
    pub(super) salts: Arc<Mutex<StdRng>>,
}

impl Door {
    /// Asks for something, and waits until the answer is durable. Where the engine is gone or swamped, nothing was
    /// done.
    pub async fn submit(&self, command: Command) -> Response {
        let (answer, answered) = oneshot::channel();
        let unsaved = Response { result: Err(Refusal::CannotBeSaved), about: None };
        match self.knocks.try_send(Knock::Submit { command: Box::new(command), answer }) {
            Ok(()) => answered.await.unwrap_or(unsaved),
            Err(_) => unsaved,
        }
    }

    /// Finds out who someone is: from memory if that is minutes old, else at the vendors'. Nothing if they do not
    /// answer.
    pub async fn look_up(&self, who: SlackUserId) -> Option<Result<Identity, Unfit>> {
        self.seek(who, Look::Lately).await
    }

    /// Finds out at the vendors' who someone is who decides by it. Nothing if they do not answer.
    pub async fn look_up_now(&self, who: SlackUserId) -> Option<Result<Identity, Unfit>> {
        self.seek(who, Look::Now).await
    }

    async fn seek(&self, who: SlackUserId, look: Look) -> Option<Result<Identity, Unfit>> {
        let (answer, answered) = oneshot::channel();
        self.knocks.try_send(Knock::LookUp { who, look, answer }).ok()?;
        answered.await.ok().flatten()
    }

    /// What can be shown to someone at once. Nothing if the engine is gone or swamped.
    pub async fn offer(&self, who: SlackUserId) -> Option<Offer> {
        let (answer, answered) = oneshot::channel();
        self.knocks.try_send(Knock::Offer { who, answer }).ok()?;
        answered.await.ok()
    }

    /// Everyone who is bound to an Okta user. Nothing if the engine is gone or swamped.
    pub async fn bindings(&self) -> Option<Vec<Binding>> {
        let (answer, answered) = oneshot::channel();
        self.knocks.try_send(Knock::Bindings { answer }).ok()?;
        answered.await.ok()
    }

    /// A card's request as it stands in memory, once the card is on record: people can be faster than the answer to
    /// its posting.
    pub async fn peek(&self, card: ViewKey) -> Option<Request> {
        let (answer, answered) = oneshot::channel();
        self.knocks.try_send(Knock::Peek { card, answer }).ok()?;
        answered.await.ok().flatten()
    }

    /// Somebody looks at their Home tab, or pressed something on it: it is drawn anew. With `pages`, other parts of it
    /// are shown. Where the engine is gone or swamped, it stays as it is.
    pub fn look(&self, who: SlackUserId, pages: Option<Pages>) {
        if self.knocks.try_send(Knock::Look { who, pages }).is_err() {
            tracing::warn!("a Home tab is not drawn: too much waits");
        }
    }

    /// All that somebody may see, as it stands in memory: by what was last looked up of them. Nothing if the engine is gone
    /// or swamped.
    pub async fn survey(&self, who: SlackUserId, pages: Pages) -> Option<Home> {
        let (answer, answered) = oneshot::channel();
        self.knocks.try_send(Knock::Survey { who, pages, answer }).ok()?;
        answered.await.ok()
    }

    /// Takes a text as it was typed, with a fresh salt.
    ///
    /// # Errors
    /// If it is blank or too long.
    pub fn text(&self, typed: &str) -> Result<Text, TextError> {
        let mut salt = [0_u8; 16];
        self.salts.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut salt);
        Text::parse(typed, hex(&salt))
    }

    /// How the engine is, now.
    #[must_use]
    pub fn status(&self) -> Status {
        *self.status.borrow()
    }

    /// Follows how the engine is.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }
}

/// What steers the engine from within the program. Not for Slack's side.
#[derive(Clone)]
pub struct Helm {
    pub(super) knocks: mpsc::Sender<Knock>,
}

impl Helm {
    /// Changes how much the program may do.
    pub async fn mode(&self, mode: Mode) {
        // A loop that is gone needs no steering.
        let _ = self.knocks.send(Knock::Mode(mode)).await;
    }

    /// Slack can be reached: what was drawn there before the start is out of date.
    pub async fn connected(&self) {
        let _ = self.knocks.send(Knock::Connected).await;
    }

    /// Changes what can be asked for. Whatever else changes with it is done `beside`, in the same turn of the loop: nothing
    /// is decided or begun between the two, and what was looked up before, or is being looked up, is looked up anew.
    pub async fn adopt(&self, catalogue: Arc<Catalogue>, limits: Limits, beside: impl FnOnce() + Send + 'static) {
        let adoption = Adoption { catalogue, limits, beside: Box::new(beside) };
        let _ = self.knocks.send(Knock::Adopt(adoption)).await;
    }

    /// Ends the loop once what is under way has landed.
    pub async fn stop(&self) {
        let _ = self.knocks.send(Knock::Stop).await;
    }
}
