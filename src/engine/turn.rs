//! What comes into the engine and what it wants done: plain data, so that any order of it can be tried.

use std::{sync::Arc, time::Duration};

use super::{homes::Drawing, rows::Row};
use crate::domain::{
    account::Account,
    catalogue::Catalogue,
    command::{Answer, Command, Refusal},
    decide::{Limits, Mode},
    event::Entry,
    home::{Home, Pages},
    id::{EffectId, OktaUserId, SlackUserId},
    live::Illegal,
    port::{Attempt, EffectError, Identity, MembershipKey, Outcome, Posted, Unfit, ViewKey},
    request::Request,
    time::Timestamp,
};

/// The present, on both faces of the clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// Wall time: due times and records.
    pub wall: Timestamp,
    /// Elapsed time since the program started: waits.
    pub elapsed: Duration,
}

/// A question that waits for its answer. The shell knows whose it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ReplyId(pub u64);

/// What comes in.
#[derive(Debug)]
pub enum Input {
    /// Somebody wants something.
    Command {
        /// What.
        command: Command,
        /// The request it names, from history, if it is not in memory.
        archived: Option<Box<Request>>,
        /// Where the answer goes.
        reply: ReplyId,
    },
    /// All lines up to this one are durable.
    Durable {
        /// The line.
        seq: u64,
    },
    /// This line could not be saved, and none after it was.
    NotSaved {
        /// The line.
        seq: u64,
    },
    /// A try of a promise ended.
    Tried {
        /// Which promise.
        id: EffectId,
        /// What came of it.
        result: Result<Outcome, EffectError>,
    },
    /// A try to post or redraw a message ended.
    Shown {
        /// Which message.
        view: ViewKey,
        /// The revision it was to show.
        revision: u64,
        /// Where it stands now.
        result: Result<Posted, EffectError>,
    },
    /// Somebody opened their Home tab, or pressed something on it.
    Looked {
        /// Who.
        who: SlackUserId,
        /// What they wish to see of each part, if that changed.
        pages: Option<Pages>,
    },
    /// A try to draw a Home tab ended.
    Drawn {
        /// Whose.
        who: SlackUserId,
        /// Which drawing.
        number: u64,
        /// Its new state.
        result: Result<String, EffectError>,
    },
    /// Somebody was looked up.
    LookedUp {
        /// Who.
        who: SlackUserId,
        /// What was found.
        found: Result<Identity, Unfit>,
    },
    /// Somebody could not be looked up.
    NotLookedUp {
        /// Who.
        who: SlackUserId,
        /// Not before so long, where a vendor said so.
        after: Option<Duration>,
    },
    /// The account of somebody who holds something was read, or could not be.
    AccountRead {
        /// Whose.
        user: OktaUserId,
        /// How it stands.
        result: Result<Account, EffectError>,
    },
    /// Slack can be reached.
    Connected,
    /// How much the program may do has changed.
    Mode(Mode),
    /// What can be asked for has changed.
    Adopt(Arc<Catalogue>, Limits),
    /// Nothing new begins; what is under way may land.
    Stop,
    /// Time has passed.
    Wake,
}

/// What is to be done.
#[derive(Debug)]
pub enum Action {
    /// Append a line. Lines are handed over in their order.
    Save {
        /// The line.
        entry: Entry,
        /// The rows it changes.
        rows: Vec<Row>,
    },
    /// Tell who asked.
    Answer {
        /// Whom.
        reply: ReplyId,
        /// What.
        response: Box<Response>,
    },
    /// Try a promise.
    Perform(Box<Attempt>),
    /// Drop a try that is under way.
    Abandon(EffectId),
    /// Post or redraw a message.
    Show {
        /// Which.
        view: ViewKey,
        /// As its request stands.
        request: Box<Request>,
        /// What else the requester holds, the soonest end first.
        others: Vec<Request>,
    },
    /// Draw somebody's Home tab.
    Draw {
        /// As things stand.
        home: Box<Home>,
        /// Which drawing it is, and what it replaces.
        drawing: Drawing,
    },
    /// Find out who somebody is.
    LookUp(SlackUserId),
    /// Read the account of somebody who holds something.
    ReadAccount {
        /// By this membership.
        holder: MembershipKey,
    },
    /// The state does not fit its own decisions: stop, do not guess.
    Halt(Illegal),
}

/// An answer, and what it is about, for the sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Response {
    /// Yes, or why not.
    pub result: Result<Answer, Refusal>,
    /// The request it is about, as it stands.
    pub about: Option<Request>,
}

/// When to come back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wake {
    /// At this instant of wall time.
    pub wall: Option<Timestamp>,
    /// When so much time has elapsed since the program started.
    pub elapsed: Option<Duration>,
}
