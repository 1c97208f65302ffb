//! The shell around the core: hands lines to the ledger, promises to the outside, and time to both.
//!
//! Law: the loop never waits for the disk or the network; both answer as inputs.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{StreamExt as _, future::BoxFuture, stream::FuturesOrdered};
use rand::{SeedableRng as _, rngs::StdRng};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{AbortHandle, Id, JoinError, JoinSet},
};
use tracing::{error, field::display, info, warn};

use super::{
    core::Core,
    door::{Adoption, DOOR_QUEUE, Door, Helm, Knock, Lines, Status},
    homes::Drawing,
    rows,
    turn::{Action, Input, Now, ReplyId, Response},
};
use crate::{
    clock::{self, Clock},
    domain::{
        account::Account,
        command::{Command, Refusal},
        decide::{Limits, Mode},
        event::Entry,
        id::{EffectId, OktaUserId, RequestId, SlackUserId},
        port::{Attempt, Class, EffectError, Fault, Identity, Look, Outcome, Outside, Posted, Unfit, Vendor, ViewKey},
        request::Request,
    },
    ledger::{Commit, CommitError, Ledger, Receipt},
};

use people::{LookUps, Sought};

/// How long a stop waits for what is under way. Whatever has no outcome by then is done again after the next start.
const LAST_TRIES: Duration = Duration::from_secs(5);

/// How often a loop with nothing to do looks around.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// Why the loop ended on its own account.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The state does not fit its own decisions.
    #[error(transparent)]
    Illegal(#[from] crate::domain::live::Illegal),
    /// The ledger accepts nothing any more.
    #[error("the ledger accepts nothing any more")]
    Ledger,
    /// The ledger refuses a line that was decided on its own head and measured: only a new start tells what it holds.
    #[error("line {0} is refused: {1}")]
    Refused(u64, CommitError),
    /// An entry cannot be written as JSON.
    #[error("a line cannot be written: {0}")]
    Line(#[from] serde_json::Error),
}

enum Landed {
    Tried(EffectId, Result<Outcome, EffectError>),
    Read(Reading, Result<Outcome, EffectError>),
    Shown(ViewKey, u64, Result<Posted, EffectError>),
    Drawn(SlackUserId, u64, Result<String, EffectError>),
    LookedUp(Sought, Result<Result<Identity, Unfit>, EffectError>),
    Fetched(Box<Command>, oneshot::Sender<Response>, Option<Box<Request>>),
    Unread(oneshot::Sender<Response>),
    AccountRead(OktaUserId, Result<Account, EffectError>),
}

#[derive(Clone)]
enum Job {
    Try(EffectId),
    Show(ViewKey, u64),
    Draw(SlackUserId, u64),
    LookUp(Sought),
    Fetch,
    Account(OktaUserId),
}

/// A try of a promise that only reads, and how many configurations were adopted before it.
struct Reading {
    attempt: Box<Attempt>,
    under: u64,
}

type Saved = (u64, u64, Result<Receipt, CommitError>);

/// The loop and all it holds.
pub struct Engine<L, O> {
    core: Core,
    ledger: Arc<L>,
    outside: Arc<O>,
    clock: Arc<dyn Clock>,
    knocks: mpsc::Receiver<Knock>,
    status: watch::Sender<Status>,
    wanted: Mode,
    commits: FuturesOrdered<BoxFuture<'static, Saved>>,
    generation: u64,
    tasks: JoinSet<Landed>,
    jobs: BTreeMap<Id, Job>,
    tries: BTreeMap<EffectId, AbortHandle>,
    replies: BTreeMap<ReplyId, oneshot::Sender<Response>>,
    next_reply: u64,
    look_ups: LookUps,
    peeks: Vec<(ViewKey, oneshot::Sender<Option<Request>>)>,
    limits: Limits,
    /// How many configurations were adopted since the start.
    adopted: u64,
    /// Whether the last line could not be saved.
    refused: bool,
    stopping: bool,
}

impl<L: Ledger + 'static, O: Outside> Engine<L, O> {
    /// Puts a core into its shell.
    pub fn new(
        core: Core,
        limits: Limits,
        ledger: Arc<L>,
        outside: Arc<O>,
        clock: Arc<dyn Clock>,
    ) -> (Self, Door, Helm) {
        let (sender, knocks) = mpsc::channel(DOOR_QUEUE);
        let (status, watched) =
            watch::channel(Status { mode: core.mode(), quiet: false, seq: core.safe().seq, lines: Lines::Saved });
        let salts = Arc::new(Mutex::new(StdRng::from_rng(&mut rand::rng())));
        let door = Door { knocks: sender.clone(), status: watched, salts };
        let engine = Self {
            wanted: core.mode(),
            core,
            ledger,
            outside,
            clock,
            knocks,
            status,
            commits: FuturesOrdered::new(),
            generation: 0,
            tasks: JoinSet::new(),
            jobs: BTreeMap::new(),
            tries: BTreeMap::new(),
            replies: BTreeMap::new(),
            next_reply: 0,
            look_ups: LookUps::new(),
            peeks: Vec::new(),
            limits,
            adopted: 0,
            refused: false,
            stopping: false,
        };
        (engine, door, Helm { knocks: sender })
    }

    /// Runs until it is told to stop, then until what is under way has landed.
    ///
    /// # Errors
    /// If it cannot go on without guessing.
    pub async fn run(mut self) -> Result<(), Broken> {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let reply = self.reply_to(None);
        self.step(Input::Command { command: Command::Start { version }, archived: None, reply })?;
        while !self.stopping {
            self.turn().await?;
        }
        let deadline = clock::elapsed() + LAST_TRIES;
        while self.core.is_busy() {
            let left = deadline.saturating_sub(clock::elapsed());
            match clock::timeout(left, self.turn()).await {
                Ok(turned) => turned?,
                Err(_) => break,
            }
        }
        self.tasks.abort_all();
        Ok(())
    }

    async fn turn(&mut self) -> Result<(), Broken> {
        let wake = self.core.wake();
        let clock = Arc::clone(&self.clock);
        let due: Pin<Box<dyn Future<Output = ()> + Send>> = match wake.wall {
            Some(instant) => Box::pin(async move { clock.until(instant).await }),
            None => Box::pin(std::future::pending()),
        };
        let waited = wake.elapsed.map_or(LONGEST_SLEEP, |at| at.saturating_sub(clock::elapsed()));
        tokio::select! {
            biased;
            Some(saved) = self.commits.next() => self.saved(saved),
            Some(landed) = self.tasks.join_next_with_id() => self.landed(landed),
            () = due => self.step(Input::Wake),
            () = clock::pause(waited) => self.step(Input::Wake),
            Some(knock) = self.knocks.recv() => self.knock(knock),
        }
    }

    fn now(&self) -> Now {
        Now { wall: self.clock.now(), elapsed: clock::elapsed() }
    }

    /// Nothing is decided or begun in a mode that is over.
    fn step(&mut self, input: Input) -> Result<(), Broken> {
        self.steer()?;
        self.advance(input)
    }

    fn advance(&mut self, input: Input) -> Result<(), Broken> {
        let now = self.now();
        for action in self.core.step(input, now) {
            self.act(action)?;
        }
        self.answer_peeks();
        let (mode, quiet, seq) = (self.core.mode(), self.core.is_quiet(), self.core.safe().seq);
        let status = Status { mode, quiet, seq, lines: self.lines() };
        self.status.send_if_modified(|last| std::mem::replace(last, status) != status);
        Ok(())
    }

    fn lines(&self) -> Lines {
        match self.refused {
            _ if self.ledger.damaged() => Lines::Damaged,
            true => Lines::Refused,
            false if self.ledger.low() => Lines::NearlyFull,
            false => Lines::Saved,
        }
    }

    /// Of what is over and out of memory, history tells.
    fn answer_peeks(&mut self) {
        let (core, ledger) = (&self.core, &self.ledger);
        for (card, answer) in self.peeks.extract_if(.., |(card, _)| !core.is_posting(card)) {
            let (id, safe) = (card.request(), core.safe());
            match safe.requests.get(&id) {
                None if id < safe.next => {
                    let row = ledger.row(&rows::request_key(id));
                    tokio::spawn(async move {
                        let row = row.await.ok().flatten();
                        let _ = answer.send(row.and_then(|row| rows::request(&row).ok()));
                    });
                }
                live => drop(answer.send(live.cloned())),
            }
        }
    }

    fn act(&mut self, action: Action) -> Result<(), Broken> {
        match action {
            Action::Save { entry, rows } => self.save(&entry, rows)?,
            Action::Answer { reply, response } => {
                if let Some(answer) = self.replies.remove(&reply) {
                    // Whoever asked may have gone.
                    let _ = answer.send(*response);
                }
            }
            Action::Perform(attempt) => self.perform(attempt),
            Action::Abandon(id) => {
                if let Some(handle) = self.tries.remove(&id) {
                    handle.abort();
                }
            }
            Action::Show { view, request, others } => {
                let outside = Arc::clone(&self.outside);
                let revision = request.revision;
                self.spawn(Job::Show(view.clone(), revision), async move {
                    let shown = outside.show(view.clone(), *request, others).await;
                    Landed::Shown(view, revision, shown)
                });
            }
            Action::Draw { home, drawing: Drawing { number, hash } } => {
                let outside = Arc::clone(&self.outside);
                let who = home.who.clone();
                self.spawn(Job::Draw(who.clone(), number), async move {
                    let drawn = outside.draw_home(*home, hash).await;
                    Landed::Drawn(who, number, drawn)
                });
            }
            Action::LookUp(who) => self.look_up(who, Look::Lately, None),
            Action::ReadAccount { holder } => {
                let outside = Arc::clone(&self.outside);
                let user = holder.user.clone();
                self.spawn(Job::Account(user.clone()), async move {
                    let read = outside.account(holder).await;
                    Landed::AccountRead(user, read)
                });
            }
            Action::Halt(illegal) => return Err(illegal.into()),
        }
        Ok(())
    }

    fn perform(&mut self, attempt: Box<Attempt>) {
        let outside = Arc::clone(&self.outside);
        let (id, under) = (attempt.id, self.adopted);
        let handle = self.spawn(Job::Try(id), async move {
            match attempt.effect.is_a_look() {
                true => {
                    let found = outside.perform((*attempt).clone()).await;
                    Landed::Read(Reading { attempt, under }, found)
                }
                false => Landed::Tried(id, outside.perform(*attempt).await),
            }
        });
        self.tries.insert(id, handle);
    }

    fn spawn(&mut self, job: Job, work: impl Future<Output = Landed> + Send + 'static) -> AbortHandle {
        let handle = self.tasks.spawn(work);
        self.jobs.insert(handle.id(), job);
        handle
    }

    fn save(&mut self, entry: &Entry, rows: Vec<rows::Row>) -> Result<(), Broken> {
        let commit = commit(entry, rows)?;
        let (seq, generation) = (entry.seq, self.generation);
        let durable = self.ledger.commit(commit);
        self.commits.push_back(Box::pin(async move { (seq, generation, durable.await) }));
        Ok(())
    }

    fn saved(&mut self, (seq, generation, result): Saved) -> Result<(), Broken> {
        if generation != self.generation {
            // It was decided on lines that were never saved, and is forgotten already.
            return Ok(());
        }
        match result {
            Ok(Receipt { .. }) => {
                self.refused = false;
                self.step(Input::Durable { seq })
            }
            Err(CommitError::Broken) => Err(Broken::Ledger),
            Err(error @ (CommitError::Conflict { .. } | CommitError::TooLong { .. } | CommitError::Malformed(_))) => {
                error!(seq, %error, "the ledger refuses a line");
                Err(Broken::Refused(seq, error))
            }
            Err(error) => {
                error!(seq, %error, "a line could not be saved");
                self.generation += 1;
                self.refused = true;
                // Before anything else is decided: whatever is decided now rests on lines that never were.
                self.advance(Input::NotSaved { seq })
            }
        }
    }

    /// How much the program may do: what it was told, less what the disk has room for, and nothing on a journal that
    /// is found damaged.
    fn steer(&mut self) -> Result<(), Broken> {
        let mode = match self.wanted {
            _ if self.ledger.damaged() => Mode::Custody,
            Mode::Serving if self.ledger.low() => Mode::LowDisk,
            mode => mode,
        };
        if mode != self.core.mode() {
            info!(?mode, "the mode changed");
            self.advance(Input::Mode(mode))?;
        }
        Ok(())
    }

    fn landed(&mut self, landed: Result<(Id, Landed), JoinError>) -> Result<(), Broken> {
        let landed = match landed {
            Ok((id, landed)) => {
                self.jobs.remove(&id);
                landed
            }
            Err(error) => match self.jobs.remove(&error.id()) {
                Some(job) if error.is_panic() => crashed(job),
                _ => return Ok(()),
            }
            .ok_or(Broken::Ledger)?,
        };
        match landed {
            // What was read under a configuration that is none any more is read anew, unless nobody waits for it.
            Landed::Read(Reading { attempt, under }, Ok(_)) if under < self.adopted => {
                if self.tries.contains_key(&attempt.id) {
                    self.perform(attempt);
                }
                Ok(())
            }
            Landed::Read(Reading { attempt, .. }, result) => self.tried(attempt.id, result),
            Landed::Tried(id, result) => self.tried(id, result),
            Landed::Shown(view, revision, result) => {
                if let Err(failure) = &result {
                    let request = view.request();
                    let entitlement = self.core.safe().requests.get(&request).map(|known| &known.access.entitlement);
                    let entitlement = entitlement.map(display);
                    warn!(%request, entitlement, class = ?failure.class, fault = ?failure.fault, "a message could not be shown yet");
                }
                self.step(Input::Shown { view, revision, result })
            }
            Landed::Drawn(who, number, result) => {
                if let Err(failure) = &result {
                    warn!(class = ?failure.class, fault = ?failure.fault, "a Home tab could not be drawn");
                }
                self.step(Input::Drawn { who, number, result })
            }
            Landed::LookedUp(sought, result) => self.looked_up(sought, result),
            Landed::AccountRead(user, result) => {
                if let Err(failure) = &result {
                    warn!(okta = %user, class = ?failure.class, fault = ?failure.fault, "an account could not be read");
                }
                self.step(Input::AccountRead { user, result })
            }
            Landed::Fetched(command, answer, archived) => self.submit(*command, answer, archived),
            Landed::Unread(answer) => {
                let _ = answer.send(Response { result: Err(Refusal::NotReadable), about: None });
                Ok(())
            }
        }
    }

    fn tried(&mut self, id: EffectId, result: Result<Outcome, EffectError>) -> Result<(), Broken> {
        self.tries.remove(&id);
        if let Err(failure) = &result {
            let (request, entitlement) = self.core.concern(id).unzip();
            let (request, entitlement) = (request.map(display), entitlement.map(display));
            let (class, fault) = (failure.class, &failure.fault);
            warn!(effect = %id, request, entitlement, ?class, ?fault, "a promise could not be kept yet");
        }
        self.step(Input::Tried { id, result })
    }

    fn knock(&mut self, knock: Knock) -> Result<(), Broken> {
        match knock {
            Knock::Submit { command, answer } => match self.in_history(&command) {
                Some(request) => {
                    self.fetch(*command, request, answer);
                    Ok(())
                }
                None => self.submit(*command, answer, None),
            },
            Knock::LookUp { who, look, answer } => {
                self.look_up(who, look, Some(answer));
                Ok(())
            }
            Knock::Offer { who, answer } => {
                let _ = answer.send(self.offer(&who));
                Ok(())
            }
            Knock::Peek { card, answer } => {
                self.peeks.push((card, answer));
                self.answer_peeks();
                Ok(())
            }
            Knock::Bindings { answer } => {
                let _ = answer.send(self.core.safe().bindings().collect());
                Ok(())
            }
            Knock::Survey { who, pages, answer } => {
                let _ = answer.send(self.core.survey(&who, &pages, self.now()));
                Ok(())
            }
            Knock::Connected => self.step(Input::Connected),
            Knock::Look { who, pages } => self.step(Input::Looked { who, pages }),
            Knock::Mode(mode) => {
                self.wanted = mode;
                self.steer()
            }
            Knock::Adopt(Adoption { catalogue, limits, beside }) => {
                // Before either half: a mode that changes decides and begins things.
                self.steer()?;
                self.limits = limits;
                self.adopted += 1;
                beside();
                self.advance(Input::Adopt(catalogue, limits))
            }
            Knock::Stop => {
                self.stopping = true;
                self.knocks.close();
                self.step(Input::Stop)
            }
        }
    }

    /// A request that a command names and that is over and out of memory.
    fn in_history(&self, command: &Command) -> Option<RequestId> {
        let safe = self.core.safe();
        command.request().filter(|id| !safe.requests.contains_key(id) && *id < safe.next)
    }

    fn fetch(&mut self, command: Command, request: RequestId, answer: oneshot::Sender<Response>) {
        let row = self.ledger.row(&rows::request_key(request));
        self.spawn(Job::Fetch, async move {
            let row = row.await.map_err(|fault| fault.to_string());
            let read = |row: Vec<u8>| rows::request(&row).map(Box::new).map_err(|fault| fault.to_string());
            match row.and_then(|row| row.map(read).transpose()) {
                Ok(archived) => Landed::Fetched(Box::new(command), answer, archived),
                Err(fault) => {
                    warn!(%request, %fault, "history cannot be read");
                    Landed::Unread(answer)
                }
            }
        });
    }

    fn submit(
        &mut self,
        command: Command,
        answer: oneshot::Sender<Response>,
        archived: Option<Box<Request>>,
    ) -> Result<(), Broken> {
        let reply = self.reply_to(Some(answer));
        self.step(Input::Command { command, archived, reply })
    }

    fn reply_to(&mut self, answer: Option<oneshot::Sender<Response>>) -> ReplyId {
        self.next_reply += 1;
        let reply = ReplyId(self.next_reply);
        if let Some(answer) = answer {
            self.replies.insert(reply, answer);
        }
        reply
    }
}

/// A task that panicked is a try without an answer.
fn crashed(job: Job) -> Option<Landed> {
    error!("a task panicked");
    let fault = Fault { vendor: Vendor::Slack, status: None, code: Some("panic".into()), receipt: None };
    let failure = EffectError { class: Class::Unknown, after: None, fault };
    Some(match job {
        Job::Try(id) => Landed::Tried(id, Err(failure)),
        Job::Show(view, revision) => Landed::Shown(view, revision, Err(failure)),
        Job::Draw(who, number) => Landed::Drawn(who, number, Err(failure)),
        Job::LookUp(sought) => Landed::LookedUp(sought, Err(failure)),
        Job::Account(user) => Landed::AccountRead(user, Err(failure)),
        Job::Fetch => return None,
    })
}

/// An entry as the ledger keeps it.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn commit(entry: &Entry, rows: Vec<rows::Row>) -> Result<Commit, serde_json::Error> {
    let word = |(digest, text): (&String, &crate::domain::said::Text)| {
        let (salt, text) = text.parts();
        (digest.clone(), crate::ledger::Word { salt: salt.to_owned(), text: text.to_owned() })
    };
    Ok(Commit {
        seq: entry.seq,
        at: entry.at,
        events: serde_json::value::to_raw_value(&entry.events)?,
        effects: serde_json::value::to_raw_value(&entry.effects)?,
        words: entry.words.iter().map(word).collect(),
        rows: rows.into_iter().map(|(key, value)| crate::ledger::Row { key, value }).collect(),
    })
}

mod people;
#[cfg(test)]
mod tests;
