//! What is said as plain lines, for the tests: every mark, every word that stands out, every button with what it asks
//! before it acts, and what is read where no blocks are drawn.
//!
//! ```text
//! ⏳ **Waiting for **@Bob Stone            a mark, words that stand out, a person
//! │ Stuck migration                       people's own text
//! 1. You, now: owner of Staging           a numbered line
//! [Return access] asks: Return this access? / … / Return access / Keep it
//! ~ R-142 · closes ‹2026-11-25 14:40 UTC+1› if nobody decides
//! text: Waiting for Bob Stone: …
//! ```

use super::{
    Button, Buttons, Card, Line, Look, Mark, Presses, Run,
    admin::RevokeForm,
    form::{DenyForm, Field, Notice, RequestForm},
    less::ShortenForm,
};

/// A card.
pub fn card(card: &Card) -> String {
    let mut lines: Vec<String> = card.lines.iter().map(line).collect();
    lines.extend(card.quote.iter().flat_map(|quote| quote.lines()).map(|one| format!("│ {one}")));
    lines.extend(numbered(&card.steps));
    lines.extend(card.after.iter().map(line));
    for row in &card.rows {
        lines.extend(row.lines.iter().map(line));
        match &row.presses {
            Presses::None => {}
            Presses::Below(below) => lines.extend(buttons(below)),
            Presses::Beside(beside) => lines.push(button(beside)),
        }
    }
    lines.extend(card.buttons.iter().flat_map(buttons));
    lines.extend(card.context.iter().map(|one| format!("~ {}", line(one))));
    lines.push(format!("text: {}", card.text));
    lines.join("\n")
}

/// A notice.
pub fn notice(notice: &Notice) -> String {
    format!("# {}\n{}\n[{}]", notice.frame.title, card(&notice.card), notice.frame.close)
}

/// The request form.
pub fn request(form: &RequestForm) -> String {
    let mut lines = vec![format!("# {}", form.frame.title), field(&form.access)];
    for group in &form.groups {
        lines.push(format!("  {}", group.label));
        for option in &group.options {
            let chosen = form.chosen.as_ref().is_some_and(|id| id.to_string() == option.value);
            let description = option.description.as_deref().unwrap_or_default();
            lines.push(format!("  {} {} ({description})", if chosen { '●' } else { '○' }, option.label));
        }
    }
    lines.push(field(&form.length));
    lines.extend(form.lengths.iter().map(|length| format!("  ○ {} = {}", length.label, length.value)));
    lines.push(field(&form.custom));
    lines.extend(form.preview.iter().map(line));
    lines.extend(numbered(&form.steps));
    lines.push(field(&form.why));
    lines.push(format!("[{}] [{}]", form.frame.close, form.frame.submit.unwrap_or("nothing to send")));
    lines.join("\n")
}

/// The form of a denial.
pub fn deny(form: &DenyForm) -> String {
    let frame = &form.frame;
    let buttons = format!("[{}] [{}]", frame.close, frame.submit.unwrap_or_default());
    [format!("# {}", frame.title), line(&form.first), field(&form.reason), buttons].join("\n")
}

/// The form of an approval for less.
pub fn shorten(form: &ShortenForm) -> String {
    let mut lines = vec![format!("# {}", form.frame.title), line(&form.first), field(&form.length)];
    lines.extend(form.lengths.iter().map(|length| format!("  ○ {} = {}", length.label, length.value)));
    lines.extend([field(&form.custom), line(&form.last)]);
    lines.push(format!("[{}] [{}]", form.frame.close, form.frame.submit.unwrap_or_default()));
    lines.join("\n")
}

/// The form by which access is ended.
pub fn revoke(form: &RevokeForm) -> String {
    let frame = &form.frame;
    let buttons = format!("[{}] [{}]", frame.close, frame.submit.unwrap_or_default());
    [format!("# {}", frame.title), line(&form.first), field(&form.reason), buttons].join("\n")
}

fn field(field: &Field) -> String {
    let placeholder = field.placeholder.as_ref().map(|words| format!(" ‹{words}›")).unwrap_or_default();
    let hint = field.hint.as_ref().map(|words| format!("\n  ({words})")).unwrap_or_default();
    format!("{}:{placeholder}{hint}", field.label)
}

fn numbered(lines: &[Line]) -> impl Iterator<Item = String> {
    lines.iter().enumerate().map(|(place, one)| format!("{}. {}", place + 1, line(one)))
}

/// A line.
pub fn line(line: &Line) -> String {
    line.iter().map(run).collect()
}

fn run(run: &Run) -> String {
    match run {
        Run::Mark(Mark::Hourglass) => "⏳ ".to_owned(),
        Run::Mark(Mark::Green) => "🟢 ".to_owned(),
        Run::Mark(Mark::Warning) => "⚠️ ".to_owned(),
        Run::Mark(Mark::Alarm) => "⏰ ".to_owned(),
        Run::Mark(Mark::Siren) => "🚨 ".to_owned(),
        Run::Text(words) => words.clone(),
        Run::Bold(words) => format!("**{words}**"),
        Run::Code(words) => format!("`{words}`"),
        Run::Person { name, .. } => format!("@{name}"),
        Run::Link { url, words } => format!("[{words}]({url})"),
        Run::Time { plain, .. } => format!("‹{plain}›"),
    }
}

fn buttons(buttons: &Buttons) -> Vec<String> {
    let name = format!("buttons {}", buttons.name.split(':').next().unwrap_or_default());
    std::iter::once(name).chain(buttons.row.iter().map(button)).collect()
}

fn button(button: &Button) -> String {
    let look = match button.look {
        Look::Primary => " primary",
        Look::Danger => " danger",
        Look::Plain => "",
    };
    let asks =
        button.confirm.as_ref().map(|ask| format!(" asks: {} / {} / {} / {}", ask.title, ask.text, ask.yes, ask.no));
    format!("[{}]{look} {}{}", button.label, button.value, asks.unwrap_or_default())
}
