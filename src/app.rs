//! The program: its start, its custody, its stop.
//!
//! It owns the order in which parts begin and end. It refuses to decide about requests.
//!
//! Law: removals begin before anything else is tried, and whatever fails on the way leaves the program in custody, not
//! dead.

use std::{future::Future, sync::Arc};

use anyhow::{Context as _, Result, anyhow};
use futures_util::{Stream, StreamExt as _};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tokio::{sync::watch, task::JoinHandle};
use tracing::{error, info};

use crate::{
    clock::Clock,
    config::{Essentials, Loaded, Settings, Slack},
    domain::{
        catalogue::Catalogue,
        decide::{Limits, Mode},
        ticket::{AuditChannel, Tickets},
        time::AccessDuration,
    },
    engine::{
        Broken, Core, Door, Engine, Helm, Lines, Status,
        recover::{self, Recovered},
    },
    ledger::{KeyError, Keys, Ledger as _, Local},
    outside::{Groups, Vendors},
    say::alert,
    server::{self, Health, control, socket::Socket},
    slack::{
        chat::Chat,
        client::SlackClient,
        connector::install_tls,
        desk::Desk,
        transport::{SocketState, Timing, Transport},
    },
};

mod post;
mod record;
mod steward;

use post::Post;
use steward::{Begun, Steward};

/// Runs until `stop` ends, then finishes what is under way and closes the store. `again` gives the configuration each time
/// that it is read anew.
///
/// # Errors
/// If the store or Okta's settings cannot be used at all.
pub async fn run(
    loaded: Loaded,
    again: impl Stream<Item = Loaded> + Send + 'static,
    clock: Arc<dyn Clock>,
    stop: impl Future<Output = ()> + Send,
) -> Result<()> {
    install_tls();
    let Loaded { essentials, settings, .. } = loaded;
    let essentials = essentials.map_err(|faults| anyhow!("{faults}"))?;
    if let Err(faults) = &settings {
        error!("the configuration has faults: custody, nothing is granted until they are mended\n{faults}");
    }
    let begun = match settings {
        Ok(settings) => Begun::Served(Arc::new(settings)),
        Err(faults) => Begun::Faulty(faults.counts()),
    };
    let (keys, begun) = match open_key(&essentials, begun) {
        Ok(opened) => opened,
        Err(fault) => return without_key(&essentials, &fault, again, clock, stop).await,
    };
    let recovered = open_store(&essentials, &keys, clock.as_ref())?;
    clock.not_before(recovered.live.at);
    let parts = Parts::begin(essentials, begun, keys, recovered, again, Arc::clone(&clock))?;
    parts.serve_until(stop).await
}

/// The audit key, and what may be granted under it: nothing while others may read it. Ending what is due needs no
/// secret, so that goes on.
fn open_key(essentials: &Essentials, begun: Begun) -> Result<(Keys, Begun), KeyError> {
    let path = &essentials.audit.key_file;
    match Keys::open(path, &essentials.store.directory) {
        Err(fault @ KeyError::Open(_)) => {
            let keys = Keys::read_exposed(path)?;
            error!(%fault, "the audit key is no secret: custody, nothing is granted until that is mended and the program is started again");
            Ok((keys, Begun::Unfit))
        }
        opened => opened.map(|keys| (keys, begun)),
    }
}

/// What is left without a key: to be there, to say so, and to let nobody else at the store.
async fn without_key(
    essentials: &Essentials,
    fault: &KeyError,
    again: impl Stream<Item = Loaded> + Send,
    clock: Arc<dyn Clock>,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    error!(%fault, "no line of the journal can be believed: custody, and nothing can be ended until the key is back");
    let directory = &essentials.store.directory;
    let _held = Local::hold(directory).with_context(|| format!("the store {} cannot be used", directory.display()))?;
    let status = Status { mode: Mode::Custody, quiet: true, seq: 0, lines: Lines::Damaged };
    let health = Health { engine: watch::channel(status).1, sockets: watch::channel(SocketState::default()).1 };
    let serving = listen(essentials, health);
    let post = Post::new(essentials, None, clock, Groups::default())?;
    let telling = async {
        if post.open().await.is_some() {
            post::insist(&post.outside(), &alert::without_key(&fault.to_string())).await;
        }
        std::future::pending::<()>().await
    };
    tokio::select! {
        () = stop => {}
        () = telling => {}
        () = again.for_each(|_| async { steward::too_late() }) => {}
    }
    serving.abort();
    Ok(())
}

fn open_store(essentials: &Essentials, keys: &Keys, clock: &dyn Clock) -> Result<Recovered> {
    let store = &essentials.store;
    let opening = Local::open(&store.directory, keys, store.low_mark, &recover::schema())
        .with_context(|| format!("the store {} cannot be used", store.directory.display()))?;
    recover::recover(opening, keys, clock.now()).context("the store cannot be used")
}

fn listen(essentials: &Essentials, health: Health) -> JoinHandle<()> {
    let address = essentials.server.listen;
    tokio::spawn(async move {
        if let Some(address) = address
            && let Err(fault) = server::serve(address, health).await
        {
            error!(%address, %fault, "health cannot be answered");
        }
    })
}

/// Orders from the host, while the store is held.
fn take_orders(essentials: &Essentials, door: Door) -> JoinHandle<()> {
    let socket = Socket::bind(&essentials.store.directory);
    tokio::spawn(async move {
        match socket {
            Ok(socket) => control::serve(socket, door).await,
            Err(fault) => error!(%fault, "no order can be taken from the command line"),
        }
    })
}

/// The running parts.
struct Parts {
    door: Door,
    helm: Helm,
    engine: JoinHandle<Result<(), Broken>>,
    ledger: Arc<Local>,
    health: JoinHandle<()>,
    chat: JoinHandle<()>,
    steward: JoinHandle<()>,
    control: JoinHandle<()>,
    leave: watch::Sender<bool>,
}

impl Parts {
    /// Removals first; then health, and Slack with all that needs it.
    fn begin(
        essentials: Essentials,
        begun: Begun,
        keys: Keys,
        recovered: Recovered,
        again: impl Stream<Item = Loaded> + Send + 'static,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let Recovered { live, ledger, custody } = recovered;
        let last = live.configuration.clone();
        // Whatever else of the configuration has faults: admins that can be read can end access.
        let bare = || Catalogue { admins: essentials.admins.clone(), ..Catalogue::default() };
        let catalogue = Arc::new(begun.settings().map_or_else(bare, |settings| settings.catalogue.clone()));
        let limits = limits(begun.settings().map(AsRef::as_ref), essentials.slack.as_ref());
        let seed = rand::rng().random();
        let begun = if custody.is_some() { Begun::Unfit } else { begun };
        let served = begun.settings().cloned();
        let post = Arc::new(Post::new(&essentials, served, Arc::clone(&clock), Groups::of(&catalogue))?);
        let held = custody.map(|custody| custody.held).unwrap_or_default();
        let core = Core::new(live, catalogue, limits, Mode::Custody, seed).owing(held);
        let ledger = Arc::new(ledger);
        let (engine, door, helm) = Engine::new(core, limits, Arc::clone(&ledger), post.outside(), Arc::clone(&clock));
        let engine = tokio::spawn(engine.run());
        let (leave, left) = watch::channel(false);
        let (sockets, sockets_seen) = watch::channel(SocketState::default());
        let health = listen(&essentials, Health { engine: door.watch(), sockets: sockets_seen });
        let begins = if begun.settings().is_some() { Begins::Served } else { Begins::InCustody };
        let chat = ChatRoom { post: Arc::clone(&post), door: door.clone(), helm: helm.clone(), sockets, left };
        let chat = tokio::spawn(chat.run(begins));
        let control = take_orders(&essentials, door.clone());
        let steward = Steward::new(essentials, begun, (keys, last), door.clone(), helm.clone(), post);
        let steward = tokio::spawn(steward.run(again));
        Ok(Self { door, helm, engine, ledger, health, chat, steward, control, leave })
    }

    async fn serve_until(self, stop: impl Future<Output = ()> + Send) -> Result<()> {
        let Self { door, helm, mut engine, ledger, health, chat, steward, control, leave } = self;
        let early = tokio::select! {
            () = stop => None,
            ended = &mut engine => Some(ended),
        };
        info!(seq = door.status().seq, "stopping");
        let _ = leave.send(true);
        steward.abort();
        control.abort();
        // The socket is gone before the store is let go of: the next program's is not taken for it.
        let _ = control.await;
        // The sockets go first: what they have taken is answered before the engine ends.
        let _ = chat.await;
        health.abort();
        let ended = match early {
            Some(ended) => ended,
            None => {
                helm.stop().await;
                engine.await
            }
        };
        ledger.close().await;
        ended.context("the engine panicked")?.context("the engine stopped")
    }
}

/// Slack's side, from the first look at the tokens to the last ack.
struct ChatRoom {
    post: Arc<Post>,
    door: Door,
    helm: Helm,
    sockets: watch::Sender<SocketState>,
    left: watch::Receiver<bool>,
}

impl ChatRoom {
    async fn run(self, begins: Begins) {
        let mut left = self.left.clone();
        let opened = tokio::select! {
            opened = self.post.open() => opened,
            _ = left.wait_for(|left| *left) => None,
        };
        let Some((client, chat)) = opened else { return };
        self.helm.connected().await;
        let (outside, status) = (self.post.outside(), self.door.watch());
        let looking = async {
            post::look_over_tickets(&outside).await;
            std::future::pending::<()>().await
        };
        // In custody admins are told, and whoever asks or decides; access can be returned.
        tokio::select! {
            () = self.serve(client, chat) => {}
            () = tell_of_custody(&outside, status, begins) => {}
            () = looking => {}
        }
    }

    /// Opens the sockets; with settings, everything is served.
    async fn serve(self, client: Arc<SlackClient>, chat: Arc<Chat>) {
        let now = self.post.chat();
        let handler = Desk::handler(self.door, move || now.borrow().clone().unwrap_or_else(|| Arc::clone(&chat)));
        let seed = StdRng::from_rng(&mut rand::rng());
        let transport = Transport::new(client, handler, Timing::default(), seed);
        let mut state = transport.state();
        let sockets = self.sockets;
        if self.post.taken() {
            // Before the first socket: whoever is faster than this would be told of a custody that is over.
            self.helm.mode(Mode::Serving).await;
            info!("Slack takes the tokens: serving");
        }
        let watching = tokio::spawn(async move {
            while state.changed().await.is_ok() {
                let now = state.borrow_and_update().clone();
                if let Some(fault) = now.last_fault.as_ref().filter(|fault| fault.is_for_people()) {
                    error!(%fault, "Slack needs a human");
                }
                let _ = sockets.send(now);
            }
        });
        let mut left = self.left;
        transport.run(async move { drop(left.wait_for(|left| *left).await) }).await;
        watching.abort();
    }
}

/// How a start is meant to end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// Out of the custody in which every start begins.
    Served,
    /// In it.
    InCustody,
}

/// Tells the admins whenever custody begins; not of the custody in which a start that is to be served begins. Never ends.
async fn tell_of_custody(outside: &Vendors, mut status: watch::Receiver<Status>, begins: Begins) {
    let left = |status: &Status| status.mode != Mode::Custody;
    let mut running = begins == Begins::InCustody || status.wait_for(left).await.is_ok();
    while running && status.wait_for(|status| status.mode == Mode::Custody).await.is_ok() {
        post::insist(outside, &alert::custody()).await;
        running = status.wait_for(left).await.is_ok();
    }
    std::future::pending().await
}

fn limits(settings: Option<&Settings>, slack: Option<&Slack>) -> Limits {
    let audit = match slack.map(|slack| &slack.audit_channel) {
        Some(None) => AuditChannel::None,
        // Where it cannot be read its lines are promised: once it can they are posted, or there is nobody to tell.
        Some(Some(_)) | None => AuditChannel::Told,
    };
    let Some(settings) = settings else {
        return Limits {
            unanswered_after: AccessDuration::LONGEST,
            remind_after: AccessDuration::LONGEST,
            escalate_after: AccessDuration::LONGEST,
            warn_before_expiry: AccessDuration::LONGEST,
            gap: AccessDuration::LONGEST,
            min_duration: AccessDuration::LONGEST,
            max_open: 0,
            tickets: Tickets::None,
            audit,
            ..Limits::default()
        };
    };
    let requests = &settings.requests;
    let limits = Limits {
        unanswered_after: AccessDuration::from_secs(requests.unanswered_after.as_secs())
            .unwrap_or(AccessDuration::LONGEST),
        remind_after: requests.remind_after,
        escalate_after: requests.escalate_after,
        warn_before_expiry: requests.warn_before_expiry,
        gap: requests.gap,
        min_duration: requests.min_duration,
        max_open: requests.max_open,
        reconcile_every: settings.reconcile.every,
        ..Limits::default()
    };
    Limits { tickets: if settings.jira.is_some() { Tickets::Kept } else { Tickets::None }, audit, ..limits }
}
