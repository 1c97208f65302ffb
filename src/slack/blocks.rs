//! From words to Block Kit.
//!
//! It owns the shapes and their limits (<https://docs.slack.dev/reference/block-kit/blocks>). It refuses to choose words.
//! One law: prose is `rich_text`, which has no markup to inject; a person's text is one `text` element.

use serde_json::{Value, json};
use slack_morphism::blocks::{SlackBlock, SlackView};

use crate::{
    domain::{home::Pages, id::EntitlementId},
    say::{
        Button, ButtonId, Buttons, Card, Line, Look, Mark, Presses, Row, Run,
        admin::RevokeForm,
        emergency::EmergencyForm,
        form::{self, Choice, DenyForm, ExtendForm, Field, Frame, Group, Notice, RequestForm},
        home::{Page, Piece},
        less::ShortenForm,
        review::ReviewForm,
    },
};

/// The longest fallback text: longer ones are refused with `msg_too_long` when a message is redrawn.
const LONGEST_TEXT: usize = 3_000;

/// How an instant is drawn, in each reader's zone: <https://docs.slack.dev/messaging/formatting-message-text#date-formatting>.
const DATE: &str = "{date_short_pretty} at {time}";

/// The longest option, and its description.
const LONGEST_OPTION: usize = 75;

/// The most options of a select; beyond, it is searched.
pub const MOST_OPTIONS: usize = form::MOST_LISTED;

/// The most groups of a select.
const MOST_GROUPS: usize = 100;

/// The longest label of a group of options.
const LONGEST_LABEL: usize = 75;

/// The longest heading.
const LONGEST_HEADER: usize = 150;

/// The longest placeholder of an input.
const LONGEST_PLACEHOLDER: usize = 150;

/// The longest text of a confirmation.
const LONGEST_CONFIRM: usize = 300;

/// The longest justification, as the form itself bounds it.
const LONGEST_JUSTIFICATION: usize = crate::domain::said::LONGEST_TEXT;

/// A message: its fallback text and its blocks.
#[must_use]
pub fn message(card: &Card) -> (String, Vec<SlackBlock>) {
    (fallback(&card.text), typed(blocks(card)))
}

/// The same as an ack carries it.
#[must_use]
pub fn ephemeral(card: &Card) -> Value {
    json!({ "response_type": "ephemeral", "text": fallback(&card.text), "blocks": blocks(card) })
}

/// A sentence as an ack carries it. It is not parsed.
#[must_use]
pub fn sentence(text: &str) -> Value {
    ephemeral(&Card::sentence(text))
}

/// A view as the Web API takes it. None if a model cannot hold it, which the tests exclude.
#[must_use]
pub fn view(view: &Value) -> Option<SlackView> {
    serde_json::from_value(view.clone()).ok()
}

fn typed(blocks: Vec<Value>) -> Vec<SlackBlock> {
    blocks.into_iter().filter_map(|block| serde_json::from_value(block).ok()).collect()
}

fn blocks(card: &Card) -> Vec<Value> {
    let mut elements: Vec<Value> = card.lines.iter().map(section).collect();
    elements.extend(card.quote.as_deref().map(quote));
    elements.extend(ordered(&card.steps));
    elements.extend(card.after.iter().map(section));
    let mut blocks: Vec<Value> = prose(elements).into_iter().collect();
    blocks.extend(card.rows.iter().flat_map(row));
    blocks.extend(card.buttons.as_ref().map(actions));
    blocks.extend(card.context.as_ref().map(|context| {
        let text: String = context.iter().map(token).collect();
        json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": text, "verbatim": true }] })
    }));
    blocks
}

/// Prose; none if there is none, which Slack refuses.
fn prose(elements: Vec<Value>) -> Option<Value> {
    (!elements.is_empty()).then(|| json!({ "type": "rich_text", "elements": elements }))
}

/// A row of a list, with its buttons below it or one beside it.
fn row(row: &Row) -> Vec<Value> {
    let lines = || prose(row.lines.iter().map(section).collect());
    match &row.presses {
        Presses::None => lines().into_iter().collect(),
        Presses::Below(buttons) => lines().into_iter().chain([actions(buttons)]).collect(),
        Presses::Beside(press) => {
            let words = row.lines.iter().map(|line| line.iter().map(token).collect::<String>());
            let words = words.collect::<Vec<_>>().join("\n");
            let text = json!({ "type": "mrkdwn", "text": words, "verbatim": true });
            vec![json!({
                "type": "section",
                "block_id": format!("{}:{}", action(press.id), press.value),
                "text": text,
                "accessory": button(press),
            })]
        }
    }
}

/// Numbered lines; none if there are none.
fn ordered(lines: &[Line]) -> Option<Value> {
    listed("ordered", lines)
}

fn listed(style: &str, lines: &[Line]) -> Option<Value> {
    let elements: Vec<Value> = lines.iter().map(section).collect();
    (!elements.is_empty()).then(|| json!({ "type": "rich_text_list", "style": style, "elements": elements }))
}

/// A part of a context line, or of a row with a button beside it, which take no rich text: our own words, escaped, and tokens.
fn token(run: &Run) -> String {
    match run {
        Run::Mark(mark) => format!(":{}: ", emoji(*mark)),
        Run::Text(text) | Run::Bold(text) | Run::Code(text) => escape(text),
        Run::Person { slack, .. } => format!("<@{}>", slack.as_str()),
        Run::Link { url, words } => format!("<{}|{}>", escape(&url.replace('|', "%7C")), escape(words)),
        // The fallback stands within the token, where only its end could be mistaken.
        Run::Time { at, plain } => {
            format!("<!date^{}^{DATE}|{}>", at.timestamp(), escape(&plain.replace('|', "")))
        }
    }
}

fn section(line: &Line) -> Value {
    json!({ "type": "rich_text_section", "elements": line.iter().flat_map(run).collect::<Vec<_>>() })
}

fn quote(text: &str) -> Value {
    json!({ "type": "rich_text_quote", "elements": [{ "type": "text", "text": text }] })
}

fn run(run: &Run) -> Vec<Value> {
    match run {
        Run::Mark(mark) => {
            vec![json!({ "type": "emoji", "name": emoji(*mark) }), json!({ "type": "text", "text": " " })]
        }
        Run::Text(text) if text.is_empty() => Vec::new(),
        Run::Text(text) => vec![json!({ "type": "text", "text": text })],
        Run::Bold(text) => vec![json!({ "type": "text", "text": text, "style": { "bold": true } })],
        Run::Code(text) => vec![json!({ "type": "text", "text": text, "style": { "code": true } })],
        Run::Person { slack, .. } => vec![json!({ "type": "user", "user_id": slack.as_str() })],
        Run::Link { url, words } => vec![json!({ "type": "link", "url": url, "text": words })],
        Run::Time { at, plain } => vec![json!({
            "type": "date",
            "timestamp": at.timestamp(),
            "format": DATE,
            "fallback": plain,
        })],
    }
}

const fn emoji(mark: Mark) -> &'static str {
    match mark {
        Mark::Hourglass => "hourglass_flowing_sand",
        Mark::Green => "large_green_circle",
        Mark::Warning => "warning",
        Mark::Alarm => "alarm_clock",
        Mark::Siren => "rotating_light",
    }
}

fn actions(buttons: &Buttons) -> Value {
    json!({
        "type": "actions",
        "block_id": buttons.name,
        "elements": buttons.row.iter().map(button).collect::<Vec<_>>(),
    })
}

fn button(button: &Button) -> Value {
    let mut drawn = json!({
        "type": "button",
        "action_id": action(button.id),
        "text": plain(&button.label),
    });
    if !button.value.is_empty() {
        drawn["value"] = json!(button.value);
    }
    match button.look {
        Look::Primary => drawn["style"] = json!("primary"),
        Look::Danger => drawn["style"] = json!("danger"),
        Look::Plain => {}
    }
    if let Some(confirm) = &button.confirm {
        drawn["confirm"] = json!({
            "title": plain(&confirm.title),
            "text": plain(&cut(&confirm.text, LONGEST_CONFIRM)),
            "confirm": plain(&confirm.yes),
            "deny": plain(&confirm.no),
        });
    }
    drawn
}

/// The name that Slack sends back.
#[must_use]
pub const fn action(button: ButtonId) -> &'static str {
    match button {
        ButtonId::Approve => "approve",
        ButtonId::Deny => "deny",
        ButtonId::Cancel => "cancel",
        ButtonId::Return => "return",
        ButtonId::RequestAccess => "request_access",
        ButtonId::Page => "page",
        ButtonId::Shorten => "shorten",
        ButtonId::Revoke => "revoke",
        ButtonId::SignReview => "sign_review",
        ButtonId::Extend => "extend",
    }
}

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text, "emoji": false })
}

/// The three characters that mean something in mrkdwn.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The fallback text: escaped, and cut so that it is not too long once it is.
fn fallback(text: &str) -> String {
    let escaped = escape(text);
    if escaped.chars().count() <= LONGEST_TEXT {
        return escaped;
    }
    let mut room = LONGEST_TEXT - 1;
    let fits = text.chars().map(|c| escape(c.encode_utf8(&mut [0; 4]))).take_while(|part| {
        let length = part.chars().count();
        let fits = length <= room;
        room = room.saturating_sub(length);
        fits
    });
    fits.chain(["…".to_owned()]).collect()
}

/// At most so many characters; what is cut off is shown to be.
fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}

/// The form `request`.
#[must_use]
pub fn request_form(form: &RequestForm, typed: &Typed) -> Value {
    let custom = json!({
        "type": "plain_text_input",
        "action_id": "custom_duration",
        "dispatch_action_config": { "trigger_actions_on": ["on_enter_pressed"] },
    });
    let mut blocks = vec![
        input("entitlement", &form.access, entitlement(&form.groups, form.chosen.as_ref()), Listens::Yes),
        input("duration", &form.length, select("duration", &form.lengths, typed.duration.as_deref()), Listens::Yes),
        optional(input("custom_duration", &form.custom, custom, Listens::Yes)),
        preview(&form.preview, &form.steps),
        input("justification", &form.why, long_text("justification"), Listens::No),
    ];
    if form.lengths.is_empty() {
        blocks.remove(1);
    }
    if form.groups.is_empty() {
        blocks = vec![preview(&form.preview, &form.steps)];
    }
    modal("request", &form.frame, blocks)
}

/// What the drawn form keeps of what is filled in: Slack keeps the rest itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Typed {
    /// The length that is chosen.
    pub duration: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listens {
    Yes,
    No,
}

fn entitlement(offered: &[Group], chosen: Option<&EntitlementId>) -> Value {
    let many = offered.iter().map(|group| group.options.len()).sum::<usize>() > MOST_OPTIONS;
    let chosen = chosen.map(ToString::to_string);
    let initial = offered.iter().flat_map(|group| &group.options).find(|option| Some(&option.value) == chosen.as_ref());
    let mut select = if many {
        json!({ "type": "external_select", "action_id": "entitlement", "min_query_length": 0 })
    } else {
        json!({ "type": "static_select", "action_id": "entitlement", "option_groups": groups(offered) })
    };
    if let Some(initial) = initial {
        select["initial_option"] = option(initial);
    }
    select
}

/// Groups of options, as a select or an answer to a search takes them.
#[must_use]
pub fn groups(groups: &[Group]) -> Value {
    let drawn = groups.iter().take(MOST_GROUPS).map(|group| {
        json!({
            "label": plain(&cut(&group.label, LONGEST_LABEL)),
            "options": group.options.iter().take(MOST_OPTIONS).map(option).collect::<Vec<_>>(),
        })
    });
    drawn.collect()
}

/// The answer to a search: what was found, by group.
#[must_use]
pub fn found(found: &[Group]) -> Value {
    json!({ "option_groups": groups(found) })
}

fn select(action: &str, choices: &[Choice], chosen: Option<&str>) -> Value {
    let mut select = json!({
        "type": "static_select",
        "action_id": action,
        "options": choices.iter().take(MOST_OPTIONS).map(option).collect::<Vec<_>>(),
    });
    let initial = choices.iter().find(|choice| Some(choice.value.as_str()) == chosen).or_else(|| choices.first());
    if let Some(initial) = initial {
        select["initial_option"] = option(initial);
    }
    select
}

fn option(choice: &Choice) -> Value {
    let mut drawn = json!({ "text": plain(&cut(&choice.label, LONGEST_OPTION)), "value": choice.value });
    if let Some(description) = &choice.description {
        drawn["description"] = plain(&cut(description, LONGEST_OPTION));
    }
    drawn
}

fn long_text(action: &str) -> Value {
    json!({
        "type": "plain_text_input",
        "action_id": action,
        "multiline": true,
        "max_length": LONGEST_JUSTIFICATION,
    })
}

fn input(block: &str, field: &Field, mut element: Value, listens: Listens) -> Value {
    if let Some(placeholder) = &field.placeholder {
        element["placeholder"] = plain(&cut(placeholder, LONGEST_PLACEHOLDER));
    }
    let mut input = json!({ "type": "input", "block_id": block, "label": plain(field.label), "element": element });
    if let Some(hint) = &field.hint {
        input["hint"] = plain(hint);
    }
    if listens == Listens::Yes {
        input["dispatch_action"] = json!(true);
    }
    input
}

fn optional(mut input: Value) -> Value {
    input["optional"] = json!(true);
    input
}

fn preview(preview: &[Line], steps: &[Line]) -> Value {
    let mut elements: Vec<Value> = preview.iter().map(section).collect();
    elements.extend(ordered(steps));
    json!({ "type": "rich_text", "block_id": "preview", "elements": elements })
}

/// The form `deny`; `metadata` comes back with it.
#[must_use]
pub fn deny_form(form: &DenyForm, metadata: &str) -> Value {
    let first = json!({ "type": "rich_text", "elements": [section(&form.first)] });
    let blocks = vec![first, input("reason", &form.reason, long_text("reason"), Listens::No)];
    let mut view = modal("deny", &form.frame, blocks);
    view["private_metadata"] = json!(metadata);
    view
}

/// The form `shorten`; `metadata` comes back with it.
#[must_use]
pub fn shorten_form(form: &ShortenForm, metadata: &str) -> Value {
    let said = |line: &Line| json!({ "type": "rich_text", "elements": [section(line)] });
    let typed = json!({ "type": "plain_text_input", "action_id": "custom_duration" });
    let custom = input("custom_duration", &form.custom, typed, Listens::No);
    let inputs = if form.lengths.is_empty() {
        vec![custom]
    } else {
        let chosen = input("duration", &form.length, select("duration", &form.lengths, None), Listens::No);
        vec![chosen, optional(custom)]
    };
    let blocks = std::iter::once(said(&form.first)).chain(inputs).chain([said(&form.last)]).collect();
    let mut view = modal("shorten", &form.frame, blocks);
    view["private_metadata"] = json!(metadata);
    view
}

/// The form `extend`; `metadata` comes back with it.
#[must_use]
pub fn extend_form(form: &ExtendForm, typed: &Typed, metadata: &str) -> Value {
    let custom = json!({
        "type": "plain_text_input",
        "action_id": "custom_duration",
        "dispatch_action_config": { "trigger_actions_on": ["on_enter_pressed"] },
    });
    let mut why = long_text("justification");
    if !form.before.is_empty() {
        why["initial_value"] = json!(form.before);
    }
    let first = json!({ "type": "rich_text", "elements": [section(&form.first)] });
    let length = (!form.lengths.is_empty())
        .then(|| select("duration", &form.lengths, typed.duration.as_deref()))
        .map(|select| input("duration", &form.length, select, Listens::Yes));
    let custom = input("custom_duration", &form.custom, custom, Listens::Yes);
    let custom = if length.is_some() { optional(custom) } else { custom };
    let rest = [custom, preview(&form.preview, &form.steps), input("justification", &form.why, why, Listens::No)];
    let mut view = modal("extend", &form.frame, std::iter::once(first).chain(length).chain(rest).collect());
    view["private_metadata"] = json!(metadata);
    view
}

/// The form `revoke`; `metadata` comes back with it.
#[must_use]
pub fn revoke_form(form: &RevokeForm, metadata: &str) -> Value {
    let first = json!({ "type": "rich_text", "elements": [section(&form.first)] });
    let blocks = vec![first, input("reason", &form.reason, long_text("reason"), Listens::No)];
    let mut view = modal("revoke", &form.frame, blocks);
    view["private_metadata"] = json!(metadata);
    view
}

/// The form `emergency`. While nothing can be chosen it says why.
#[must_use]
pub fn emergency_form(form: &EmergencyForm, typed: &Typed) -> Value {
    let mut elements = vec![section(&form.first)];
    elements.extend(listed("bullet", &form.points));
    elements.push(section(&form.last));
    let mut blocks: Vec<Value> = prose(elements).into_iter().collect();
    if !form.groups.is_empty() {
        let chosen = select("duration", &form.lengths, typed.duration.as_deref());
        blocks.extend([
            input("entitlement", &form.access, entitlement(&form.groups, form.chosen.as_ref()), Listens::Yes),
            input("duration", &form.length, chosen, Listens::No),
            input("justification", &form.why, long_text("justification"), Listens::No),
        ]);
    }
    modal("emergency", &form.frame, blocks)
}

/// The form `review`; `metadata` comes back with it.
#[must_use]
pub fn review_form(form: &ReviewForm, metadata: &str) -> Value {
    let mut blocks: Vec<Value> = prose(form.first.iter().map(section).collect()).into_iter().collect();
    let verdicts = select("verdict", &form.verdicts, None);
    blocks.push(input("verdict", &form.verdict, verdicts, Listens::No));
    blocks.push(input("note", &form.note, long_text("note"), Listens::No));
    let mut view = modal("review", &form.frame, blocks);
    view["private_metadata"] = json!(metadata);
    view
}

/// A Home tab; `pages` is what of it is shown.
#[must_use]
pub fn home(page: &Page, pages: &Pages) -> Value {
    let piece = |piece: &Piece| match piece {
        Piece::Heading(words) => vec![json!({ "type": "header", "text": plain(&cut(words, LONGEST_HEADER)) })],
        Piece::Card(card) => blocks(card),
        Piece::Row(one) => row(one),
    };
    json!({
        "type": "home",
        "private_metadata": json!(pages).to_string(),
        "blocks": page.pieces.iter().flat_map(piece).collect::<Vec<_>>(),
    })
}

/// What stands in place of a form.
#[must_use]
pub fn notice(notice: &Notice) -> Value {
    modal("notice", &notice.frame, blocks(&notice.card))
}

fn modal(callback: &str, frame: &Frame, blocks: Vec<Value>) -> Value {
    let mut view = json!({
        "type": "modal",
        "callback_id": callback,
        "title": plain(frame.title),
        "close": plain(frame.close),
        "blocks": blocks,
    });
    if let Some(submit) = frame.submit {
        view["submit"] = plain(submit);
    }
    view
}

#[cfg(test)]
mod tests;
