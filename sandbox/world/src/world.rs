//! The handle on the outside world: starts the vendors, reads and changes the state, waits for outcomes, turns faults.
//!
//! Law: it outlives the bot; whatever is killed and started again meets the same world.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::sync::watch;

use crate::calls::Call;
use crate::clock::within;
use crate::company::Company;
use crate::faults::{ActiveFault, Fault, FaultId};
use crate::front::{self, Front};
use crate::guard::guarded;
use crate::net::{Cut, Ear};
use crate::state::{State, Urls};
use crate::{Vendor, control, dump, slack};

/// How long an outcome is awaited, in real time: far beyond the longest wait inside a bot (a back-off of half a minute,
/// a removal read for 15 s) on two slow cores with several suites at once. Only a test that fails waits so long.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A cheap handle on one outside world.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    version: watch::Sender<u64>,
}

impl fmt::Debug for World {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("World").field("version", &self.version()).finish_non_exhaustive()
    }
}

/// What was awaited and did not come within [`PATIENCE`].
#[derive(Debug)]
pub struct NotInTime {
    /// What was awaited, in the caller's words.
    pub awaited: String,
    /// The world as it stood.
    pub dump: String,
}

impl fmt::Display for NotInTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "awaited in vain: {}\n{}", self.awaited, self.dump)
    }
}

impl std::error::Error for NotInTime {}

impl World {
    /// Starts the vendors on free ports of 127.0.0.1.
    ///
    /// # Panics
    /// When the machine has no free port; see [`World::try_start`].
    #[expect(clippy::panic, reason = "the callers are tests; a machine without sockets has nothing to test")]
    pub async fn start(company: Company) -> Self {
        Self::try_start(company).await.unwrap_or_else(|error| panic!("no socket for the world: {error}"))
    }

    /// Starts the vendors on free ports of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn try_start(company: Company) -> io::Result<Self> {
        let (slack, slack_at) = Ear::open().await?;
        let (okta, okta_at) = Ear::open().await?;
        let (jira, jira_at) = Ear::open().await?;
        let (control, control_at) = Ear::open().await?;
        let urls = Urls {
            slack: format!("http://{slack_at}"),
            okta: format!("http://{okta_at}"),
            jira: format!("http://{jira_at}"),
            control: format!("http://{control_at}"),
        };
        let state = Mutex::new(State::new(company, urls));
        let world = Self(Arc::new(Inner { state, version: watch::Sender::new(0) }));
        let sockets = Router::new().route("/link/", get(slack::socket::link)).with_state(world.clone());
        serve(slack, sockets.merge(world.door(Vendor::Slack)));
        serve(okta, world.door(Vendor::Okta));
        serve(jira, world.door(Vendor::Jira));
        serve(control, guarded(control::control_router(world.clone()), control_at.port()));
        Ok(world)
    }

    fn door(&self, vendor: Vendor) -> Router {
        Router::new().fallback(front::answer).with_state(Front { world: self.clone(), vendor })
    }

    /// `http://127.0.0.1:PORT/api`, for `[slack] api_url`.
    #[must_use]
    pub fn slack_api_url(&self) -> String {
        self.look(|state| format!("{}/api", state.urls.slack))
    }

    /// For `[okta] org_url`.
    #[must_use]
    pub fn okta_org_url(&self) -> String {
        self.look(|state| state.urls.okta.clone())
    }

    /// For `[jira] base_url`.
    #[must_use]
    pub fn jira_base_url(&self) -> String {
        self.look(|state| state.urls.jira.clone())
    }

    /// Where `/control/…` is served.
    #[must_use]
    pub fn control_url(&self) -> String {
        self.look(|state| state.urls.control.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the state.
    pub fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state; whoever waits looks again.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.0.version.send_modify(|version| *version += 1);
        result
    }

    /// Ascends with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        *self.0.version.borrow()
    }

    /// Waits, without end, until `look` finds something.
    pub(crate) async fn watch<T>(&self, mut look: impl FnMut(&State) -> Option<T>) -> T {
        let mut changes = self.0.version.subscribe();
        loop {
            changes.borrow_and_update();
            if let Some(found) = self.look(&mut look) {
                return found;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until the version is greater than `since`, at most so long; the version then.
    pub(crate) async fn newer_than(&self, since: u64, at_most: Duration) -> u64 {
        let mut changes = self.0.version.subscribe();
        let _ = within(at_most, changes.wait_for(|version| *version > since)).await;
        self.version()
    }

    /// Waits until `look` finds something.
    ///
    /// # Errors
    /// After [`PATIENCE`], with a dump of the world.
    pub async fn until_or<T>(&self, awaited: &str, look: impl FnMut(&State) -> Option<T>) -> Result<T, NotInTime> {
        self.until_within(PATIENCE, awaited, look).await
    }

    /// Waits until `look` finds something, with a patience of one's own.
    ///
    /// # Errors
    /// After so much real time, with a dump of the world.
    pub async fn until_within<T>(
        &self,
        patience: Duration,
        awaited: &str,
        look: impl FnMut(&State) -> Option<T>,
    ) -> Result<T, NotInTime> {
        let found = within(patience, self.watch(look)).await;
        found.ok_or_else(|| NotInTime { awaited: awaited.into(), dump: self.look(dump::dump) })
    }

    /// Waits until `look` finds something.
    ///
    /// # Panics
    /// After [`PATIENCE`], with a dump of the world.
    #[expect(clippy::panic, reason = "the callers are tests; what did not come is their failure")]
    pub async fn until<T>(&self, awaited: &str, look: impl FnMut(&State) -> Option<T>) -> T {
        self.until_or(awaited, look).await.unwrap_or_else(|late| panic!("{late}"))
    }

    /// Moves the world's wall clock, backwards when negative; elapsed time is not touched.
    pub fn advance(&self, secs: i64) {
        self.change(|state| state.clock.advance(secs));
    }

    /// Adds a fault.
    pub fn fault(&self, fault: Fault) -> FaultId {
        self.change(|state| state.faults.add(fault))
    }

    /// Ends a fault; calls it holds go on as their kind says (`Hang` closes, the others are done).
    pub fn lift(&self, id: FaultId) {
        self.change(|state| state.faults.with(id, |active| active.lifted = true));
    }

    /// Ends all faults.
    pub fn lift_all(&self) {
        self.change(|state| state.faults.lift_all());
    }

    /// Lets the calls go that a `HoldThenDo` holds, and those it will still take.
    pub fn release(&self, id: FaultId) {
        self.change(|state| state.faults.with(id, |active| active.released = true));
    }

    /// How many calls a fault holds now.
    #[must_use]
    pub fn held(&self, id: FaultId) -> u32 {
        self.look(|state| state.faults.get(id).map_or(0, |active| active.held))
    }

    /// All faults ever added.
    #[must_use]
    pub fn faults(&self) -> Vec<ActiveFault> {
        self.look(|state| state.faults.all().to_vec())
    }

    /// Waits until a fault was applied at least once: the bot is inside this call, or was.
    pub async fn until_called(&self, id: FaultId) {
        self.until("a call that the fault is about", |state| {
            state.faults.get(id).filter(|active| active.hits > 0).map(|_| ())
        })
        .await;
    }

    /// From now on every connection to this vendor is closed without a reply; Slack's sockets drop.
    pub fn down(&self, vendor: Vendor) {
        self.change(|state| {
            if !state.down.contains(&vendor) {
                state.down.push(vendor);
            }
            if vendor == Vendor::Slack {
                slack::socket::drop_all(state);
            }
        });
    }

    /// The vendor answers again.
    pub fn up(&self, vendor: Vendor) {
        self.change(|state| state.down.retain(|other| *other != vendor));
    }

    /// Every call so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.look(|state| state.calls.all().cloned().collect())
    }

    /// Calls whose `METHOD path` (Slack: method name) holds this text.
    #[must_use]
    pub fn calls_to(&self, vendor: Vendor, part: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.vendor == vendor && call.line().contains(part)).collect()
    }

    /// What the bot did that a vendor swallows without a word and a user would notice, such as an error keyed by a
    /// block that is not there. A good play ends with none.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.look(|state| state.slack.complaints.clone())
    }

    /// The world in a few lines, for a person who reads a failed test.
    #[must_use]
    pub fn dump(&self) -> String {
        self.look(dump::dump)
    }
}

fn serve(ear: Ear, router: Router) {
    let service = router.into_make_service_with_connect_info::<Cut>();
    tokio::spawn(async move { axum::serve(ear, service).await });
}
