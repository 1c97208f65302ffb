//! For admins and owners: what others hold, ending it, and having nothing opened.

use super::{
    Button, ButtonId, Buttons, Card, Line, Look, Mark, Presses, Row, Run, Voice, bold, button,
    form::{Field, Frame},
    home, people,
    requester::{self, access},
    text,
    time::Zone,
};
use crate::domain::{
    home::{Home, Part, Sight},
    id::RequestId,
    live::Freeze,
    request::{Ending, Request, State},
};

/// Every access that is held, for admins; others are told that it is not for them.
#[must_use]
pub fn grants(home: &Home, voice: &Voice) -> Card {
    if home.sight != Sight::Admin {
        return Card::sentence(super::refusal::admins_only(voice));
    }
    let zone = Zone::of(home.zone.as_deref(), &voice.zone);
    let mut lines: Vec<Line> = home.frozen.iter().flat_map(|freeze| frozen(freeze, &zone).lines).collect();
    lines.push(vec![text(count(home))]);
    let mut rows: Vec<Row> = home.others.rows.iter().map(|request| home::other(request, home, &zone)).collect();
    let below = |buttons: Buttons| Row { lines: Vec::new(), presses: Presses::Below(buttons) };
    rows.extend(home::turns(&home.others, Part::Others).into_iter().map(below));
    let said = lines.iter().chain(rows.iter().flat_map(|row| &row.lines));
    let text = said.map(|line| requester::flat(line)).collect::<Vec<_>>().join("\n");
    Card { lines, rows, text, ..Card::default() }
}

/// "143 active. 2 removals are not confirmed."
fn count(home: &Home) -> String {
    let late = match home.unconfirmed {
        0 => "",
        1 => " 1 removal is not confirmed.",
        more => &format!(" {more} removals are not confirmed."),
    };
    match home.others.total {
        0 => "Nobody holds temporary access.".to_owned(),
        all => format!("{all} active.{late}"),
    }
}

/// Whether a page that was turned is one of these grants: the part that a button names.
#[must_use]
pub fn turned(value: &str) -> Option<usize> {
    home::turned(value).filter(|(part, _)| *part == Part::Others).map(|(_, from)| from)
}

/// The button that ends access of somebody's; nothing where it is ending.
#[must_use]
pub fn revoke(request: &Request) -> Presses {
    match request.state {
        State::Approved { .. } | State::Active { .. } => {
            let button: Button = button(ButtonId::Revoke, "Revoke…", Look::Plain, request.id);
            Presses::Beside(button)
        }
        _ => Presses::None,
    }
}

/// The form by which access is ended, before it is drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RevokeForm {
    /// Title and buttons.
    pub frame: Frame,
    /// What will happen.
    pub first: Line,
    /// How the reason is asked for.
    pub reason: Field,
}

/// The form by which access is ended.
#[must_use]
pub fn revoking(request: &Request, voice: &Voice) -> RevokeForm {
    let asker = people::asker_name(request);
    RevokeForm {
        frame: Frame { title: "Revoke access", submit: Some("Revoke now"), close: "Back" },
        first: vec![people::asker(request), text(format!(" loses {} at once.", access(request)))],
        reason: Field { hint: Some(format!("{asker}{} show this.", voice.record())), ..Field::new("Why") },
    }
}

/// It is on record that somebody who may wants it ended.
#[must_use]
pub fn revokes(request: &Request) -> String {
    format!("Revoking {}. Okta is asked now and {} is told.", request.id, people::asker_name(request))
}

/// It is on record, and not known whether they may.
#[must_use]
pub fn revokes_if_allowed(id: RequestId) -> String {
    format!("{id} is revoked once Okta says that you may. You are told if you may not.")
}

/// There is no such request.
#[must_use]
pub fn no_such(id: &str) -> String {
    format!("There is no request {id}.")
}

/// What to type, where something is missing.
#[must_use]
pub fn how_to_revoke(voice: &Voice) -> Card {
    let line = vec![
        text("Write "),
        Run::Code(format!("{} admin revoke ID REASON", voice.command)),
        text("; the person reads the reason."),
    ];
    Card { text: requester::flat(&line), lines: vec![line], ..Card::default() }
}

/// How a request ended, in a word or a few.
#[must_use]
pub const fn how(ending: &Ending) -> &'static str {
    match ending {
        Ending::Refused { .. } => "not sent on",
        Ending::Denied { .. } => "denied",
        Ending::Cancelled => "withdrawn",
        Ending::Unanswered => "nobody decided",
        Ending::Expired => "expired",
        Ending::Returned => "returned",
        Ending::Failed { .. } => "could not be opened",
        Ending::Revoked { .. } => "revoked",
        Ending::NotJustified { .. } => "not justified",
        Ending::Applied => "extended",
    }
}

/// That nothing is opened at the moment, to whoever may ask or decide.
#[must_use]
pub fn frozen(freeze: &Freeze, zone: &Zone) -> Card {
    let line = vec![Run::Mark(Mark::Warning), bold("Granting is frozen"), text(" since "), zone.token(freeze.since)];
    let line = [line, vec![text(format!(", by {}. {WAITS}", freeze.by.name))]].concat();
    Card { text: requester::flat(&line), lines: vec![line], ..Card::default() }
}

/// What that means.
const WAITS: &str = "Requests can be made and decided; what is approved opens once that is over.";

/// The same in a form, which shows no instants of others' zones.
#[must_use]
pub fn frozen_in_form() -> Line {
    vec![Run::Mark(Mark::Warning), bold("Granting is frozen."), text(format!(" {WAITS}"))]
}

/// Nothing is opened from now on.
#[must_use]
pub fn freezes(voice: &Voice) -> String {
    format!(
        "Granting is frozen: nothing is opened until {} admin unfreeze. Requests are still decided, and access still ends on time.",
        voice.command
    )
}

/// Things are opened again.
pub const UNFREEZES: &str = "Granting is not frozen. What is approved is opened.";

/// Somebody had nothing opened after they asked for the opposite.
#[must_use]
pub fn frozen_since(by: &str) -> String {
    format!("{by} froze granting after you sent this, so it stays frozen. Send it again if that is to end.")
}

/// It takes a while to find out whether they are an admin; what comes of it they are told.
pub const ASKING: &str = "It is still being looked up whether you are an admin. You are told what comes of this.";

/// It is not known whether they are an admin.
pub const UNKNOWN: &str =
    "It could not be looked up in time whether you are an admin, so nothing was changed. Send it again.";
