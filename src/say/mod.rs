//! Every sentence the bot says.
//!
//! It owns words and their order, one function a message, one file a surface. It refuses to know vendors, sockets and
//! stores: what it makes is plain lines that any chat can draw.
//!
//! Law: people's text is never parsed, and never mixed into our own words.

use crate::domain::{
    id::{RequestId, SlackUserId},
    ticket::{Ticket, Tickets},
    time::Timestamp,
};

pub mod admin;
pub mod alert;
pub mod approver;
pub mod audit;
#[cfg(test)]
pub(crate) mod cast;
pub mod emergency;
pub mod extend;
pub mod form;
pub mod home;
pub mod identity;
pub mod length;
pub mod less;
pub mod list;
pub mod nudge;
pub mod people;
#[cfg(test)]
mod plain;
pub mod refusal;
pub mod requester;
pub mod review;
pub mod rules;
pub mod slash;
#[cfg(test)]
mod tests;
pub mod ticket;
pub mod time;

#[cfg(test)]
mod sample;

/// A mark at the start of a card: its shape tells the state, and the words after it say the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// Something is awaited.
    Hourglass,
    /// Access is open.
    Green,
    /// Not as it should be.
    Warning,
    /// It ends soon.
    Alarm,
    /// Break-glass, live or not reviewed.
    Siren,
}

/// A part of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Run {
    /// A mark.
    Mark(Mark),
    /// Plain words.
    Text(String),
    /// Words that stand out.
    Bold(String),
    /// What one types.
    Code(String),
    /// A person: a mention that pings nobody.
    Person {
        /// Whom.
        slack: SlackUserId,
        /// Their name, where a mention cannot be drawn.
        name: String,
    },
    /// A way to somewhere else.
    Link {
        /// Where.
        url: String,
        /// What it is called.
        words: String,
    },
    /// An instant, drawn in the reader's own zone.
    Time {
        /// Which.
        at: Timestamp,
        /// The same where tokens are not drawn.
        plain: String,
    },
}

/// A line of a card.
pub type Line = Vec<Run>;

/// What a button does, by the name that Slack sends back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ButtonId {
    /// `approve`.
    Approve,
    /// `deny`.
    Deny,
    /// `cancel`.
    Cancel,
    /// `return`.
    Return,
    /// `request_access`.
    RequestAccess,
    /// `page`.
    Page,
    /// `shorten`.
    Shorten,
    /// `revoke`.
    Revoke,
    /// `sign_review`.
    SignReview,
    /// `extend`.
    Extend,
}

/// How a button looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// The likeliest.
    Primary,
    /// It ends what somebody else holds.
    Danger,
    /// Any other.
    Plain,
}

/// A question before a button that cannot be undone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Confirm {
    /// Its title.
    pub title: String,
    /// What will happen.
    pub text: String,
    /// Yes.
    pub yes: String,
    /// No.
    pub no: String,
}

/// A button.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Button {
    /// What it does.
    pub id: ButtonId,
    /// What it says.
    pub label: String,
    /// How it looks.
    pub look: Look,
    /// What it carries: a request's id, or an entitlement's.
    pub value: String,
    /// The question before it.
    pub confirm: Option<Confirm>,
}

/// Buttons in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Buttons {
    /// The row's name: of a decision, the digest of what is decided.
    pub name: String,
    /// The buttons, the likeliest first.
    pub row: Vec<Button>,
}

/// Lines with their own buttons: one of several in a list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// What it says.
    pub lines: Vec<Line>,
    /// What one can press about it.
    pub presses: Presses,
}

/// What one can press about a row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Presses {
    /// Nothing.
    #[default]
    None,
    /// These, below it.
    Below(Buttons),
    /// This, beside it: the row is one block, so that many fit on a page.
    Beside(Button),
}

/// A message: state first, then what, why, who, and what one can do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Card {
    /// The lines before the quote.
    pub lines: Vec<Line>,
    /// People's own text, never parsed.
    pub quote: Option<String>,
    /// Numbered lines after it.
    pub steps: Vec<Line>,
    /// Lines after those.
    pub after: Vec<Line>,
    /// Rows after those, each with its own buttons.
    pub rows: Vec<Row>,
    /// What one can press. A decided card has none.
    pub buttons: Option<Buttons>,
    /// The last, small line.
    pub context: Option<Line>,
    /// The whole in sentences, for notifications and screen readers.
    pub text: String,
}

impl Card {
    /// A sentence alone.
    #[must_use]
    pub fn sentence(sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self { lines: vec![vec![text(sentence.clone())]], text: sentence, ..Self::default() }
    }
}

/// What the sentences need to know of their surroundings.
#[derive(Clone, Debug)]
pub struct Voice {
    /// The slash command, such as `/jit`.
    pub command: String,
    /// The company's zone, for those whose own is not known.
    pub zone: jiff::tz::TimeZone,
    /// When the company's days end.
    pub day: crate::domain::duration::BusinessDay,
    /// Whom to turn to, by name.
    pub admins: Vec<String>,
    /// What the workspace is called, where Slack says it.
    pub workspace: Option<String>,
    /// Whether what people type stands in a ticket, too.
    pub tickets: Tickets,
}

impl Voice {
    /// Who reads a justification or a reason beside those named before: "admins and the ticket".
    #[must_use]
    pub const fn record(&self) -> &'static str {
        match self.tickets {
            Tickets::Kept => ", admins and the ticket",
            Tickets::None => " and admins",
        }
    }

    /// Whom to ask: the first two admins.
    #[must_use]
    pub fn admin(&self) -> String {
        match self.admins.as_slice() {
            [] => "an admin".to_owned(),
            names => people::or(names.iter().take(2).map(String::as_str)),
        }
    }
}

/// Plain words.
#[must_use]
pub fn text(words: impl Into<String>) -> Run {
    Run::Text(words.into())
}

/// Words that stand out.
#[must_use]
pub fn bold(words: impl Into<String>) -> Run {
    Run::Bold(words.into())
}

/// "R-142 · closes tomorrow at 14:40 if nobody decides".
fn closes(request: &crate::domain::request::Request, zone: &time::Zone) -> Line {
    let mut line = names(request);
    line.extend([text(" · closes "), zone.token(request.closes), text(" if nobody decides")]);
    line
}

/// "R-142 · ACCESS-142": what the request is called here, and where its ticket is.
fn names(request: &crate::domain::request::Request) -> Line {
    let mut line = vec![text(request.id.to_string())];
    if let Some(Ticket::Opened { key, link, .. }) = &request.ticket {
        line.extend([text(" · "), Run::Link { url: link.clone(), words: key.clone() }]);
    }
    line
}

/// A button that names a request.
#[must_use]
pub fn button(id: ButtonId, label: &str, look: Look, request: RequestId) -> Button {
    Button { id, label: label.to_owned(), look, value: request.to_string(), confirm: None }
}
