//! Private answers to typed commands.

use super::{Button, ButtonId, Buttons, Card, Line, Look, Run, Voice, requester, text, time::Zone};
use crate::domain::{id::EntitlementId, request::Request, said::one_line};

/// "Saved as R-142: Production Database · Read-Write, 2 hours. Your messages show how it goes."
#[must_use]
pub fn saved(request: &Request, voice: &Voice) -> String {
    let zone = requester::zone(request, voice);
    format!(
        "Saved as {}: {}, {}. Your messages show how it goes.",
        request.id,
        requester::named(request),
        requester::how_long(request, &zone)
    )
}

/// So much of a word that means nothing is said back.
const LONGEST_ECHO: usize = 40;

/// A typed request is on record, and is not at hand to be named.
pub const SAVED: &str = "Saved. Your messages show how it goes.";

/// It was not saved in time.
pub const NOT_SAVED: &str = "Not saved yet: press again.";

/// A command was not done in time.
pub const NOT_DONE: &str = "This took too long, so it may not have been done. Try again in a moment.";

/// A click that cannot be read.
#[must_use]
pub fn unreadable(voice: &Voice) -> String {
    format!("That click could not be read, so nothing was done. Open {} again.", voice.command)
}

/// The form of a card did not come.
pub const NOT_OPENED_FROM_CARD: &str = "The form could not be opened, so nothing was done. Press again.";

/// The form did not come.
#[must_use]
pub fn not_opened(voice: &Voice) -> String {
    format!("The form could not be opened. Type {} again.", voice.command)
}

/// A typed command that cannot be read.
#[must_use]
pub fn unreadable_command(voice: &Voice) -> String {
    format!("That could not be read, so nothing was done. Type {} again.", voice.command)
}

/// The same, for those who may break glass for something.
#[must_use]
pub fn with_emergency(help: Card, voice: &Voice) -> Card {
    let line = vec![
        text("Emergency: "),
        Run::Code(format!("{} emergency", voice.command)),
        text(" opens access at once; it is reviewed afterwards."),
    ];
    let mut lines = help.lines;
    lines.insert(lines.len().min(2), line);
    let text = lines.iter().map(|line| requester::flat(line)).collect::<Vec<_>>().join("\n");
    Card { lines, text, ..help }
}

/// What one can type.
#[must_use]
pub fn help(voice: &Voice) -> Card {
    of_lines(help_lines(voice))
}

/// The same, and what admins can.
#[must_use]
pub fn help_for_admins(voice: &Voice) -> Card {
    let code = |rest: &str| Run::Code(format!("{} admin{rest}", voice.command));
    let mut lines = help_lines(voice);
    let parts = ["", " revoke ID REASON", " freeze", " unfreeze"].map(code);
    let parted = parts.into_iter().flat_map(|part| [text(" · "), part]).skip(1);
    lines.push(std::iter::once(text("Admins: ")).chain(parted).collect());
    of_lines(lines)
}

fn of_lines(lines: Vec<Line>) -> Card {
    let plain = lines.iter().map(|line| requester::flat(line)).collect::<Vec<_>>().join("\n");
    Card { lines, text: plain, ..Card::default() }
}

fn help_lines(voice: &Voice) -> Vec<Line> {
    let command = &voice.command;
    let code = |rest: &str| Run::Code(format!("{command}{rest}"));
    vec![
        vec![
            text("Ask: "),
            code(""),
            text(" opens the form. "),
            code(" prod-db/rw 2h Why you need it"),
            text(" asks in one line."),
        ],
        vec![
            text("Your access: "),
            code(" list"),
            text(" · "),
            code(" extend ID"),
            text(" · "),
            code(" return ID"),
            text(" · "),
            code(" cancel ID"),
        ],
        vec![
            text("Lengths: "),
            Run::Code("45m".to_owned()),
            text(" "),
            Run::Code("2h".to_owned()),
            text(" "),
            Run::Code("1h 30m".to_owned()),
            text(" "),
            Run::Code("until 17:30".to_owned()),
            text(" "),
            Run::Code("eod".to_owned()),
            text(format!(
                " ({}{} time)",
                voice.day.ends,
                Zone::of(None, &voice.day.zone).city().map(|city| format!(" {city}")).unwrap_or_default()
            )),
        ],
    ]
}

/// A command that is none, with the one that was meant, if there is a near one.
#[must_use]
pub fn unknown(typed: &str, near: Option<&str>, voice: &Voice) -> Card {
    let code = |rest: &str| Run::Code(format!("{} {rest}", voice.command));
    let typed = one_line(typed, LONGEST_ECHO);
    let line = match near {
        Some(near) => vec![
            code(&typed),
            text(" is not a command. Did you mean "),
            code(near),
            text("? "),
            code("help"),
            text(" shows all."),
        ],
        None => vec![code("help"), text(" shows all commands.")],
    };
    Card { text: requester::flat(&line), lines: vec![line], ..Card::default() }
}

/// An entitlement that is none.
#[must_use]
pub fn no_such(typed: &str, near: Option<&str>, voice: &Voice) -> String {
    let typed = one_line(typed, LONGEST_ECHO);
    match near {
        Some(near) => format!("There is no {typed} you can ask for. Did you mean {near}?"),
        None => format!("There is no {typed} you can ask for. {} shows what there is.", voice.command),
    }
}

/// A typed request without its length or its why.
#[must_use]
pub fn missing(part: Missing, entitlement: &str, length: &str, voice: &Voice) -> String {
    let command = &voice.command;
    match part {
        Missing::Length => {
            format!("The length is missing. Write {command} {entitlement} 2h and why you need it.")
        }
        Missing::Why => format!("The why is missing. Write {command} {entitlement} {length} and your reason."),
    }
}

/// A part of a typed request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// For how long.
    Length,
    /// Why.
    Why,
}

/// A sentence, and what was typed, so that it is not lost; where it is about an access that they may ask for, with the
/// way into the form.
#[must_use]
pub fn with_typed(sentence: String, typed: &str, finish: Option<&EntitlementId>) -> Card {
    let lines = vec![vec![text(sentence.clone())], vec![text("You typed:")]];
    let button = |entitlement: &EntitlementId| Button {
        id: ButtonId::RequestAccess,
        label: "Finish in the form".to_owned(),
        look: Look::Plain,
        value: entitlement.to_string(),
        confirm: None,
    };
    let buttons = finish.map(|entitlement| Buttons { name: "typed".to_owned(), row: vec![button(entitlement)] });
    Card { lines, quote: Some(typed.to_owned()), buttons, text: sentence, ..Card::default() }
}

/// "R-142 is withdrawn."
#[must_use]
pub fn withdrawn(id: &str) -> String {
    format!("{id} is withdrawn.")
}

/// "R-142 is returned. Okta is asked to end it now."
#[must_use]
pub fn returned(id: &str) -> String {
    format!("{id} is returned. Okta is asked to end it now.")
}
