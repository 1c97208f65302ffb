//! The plain tables, key by key, with their defaults as people would write them.

use std::{
    collections::BTreeSet,
    io,
    path::{Component, Path, PathBuf},
};

use secrecy::SecretString;

use super::{
    DEFAULT_LISTEN,
    authority::SlackGroups,
    fault::{Shown, Wrong},
    raw::{Parsed, Raw},
    reader::{Section, nearest},
    settings::{Audit, Guests, Identity, Jira, Log, LogFormat, Okta, Reconcile, Requests, Server, Slack, Store},
    values,
};
use crate::domain::{
    catalogue::{Offer, Who},
    duration::{BusinessDay, Length, ZoneOf},
    id::ApproversName,
    time::AccessDuration,
};
use crate::file::{self, Unread};

/// No person has more requests open than this, whatever is configured: a list of them stays readable.
const MOST_OPEN: u32 = 1_000;

/// Longer files hold no token.
const LONGEST_SECRET: u64 = 64 * 1024;

pub(super) fn slack(section: &mut Section<'_>) -> Option<Slack> {
    let api_url = section.take_or("api_url", "https://slack.com/api", values::base_url);
    let bot = "Copy the bot token from OAuth & Permissions.";
    let bot_token = secret(section, "bot_token", "bot_token_file", Some(("xoxb-", bot)));
    let app = "Make an app-level token with connections:write under Basic Information.";
    let app_token = secret(section, "app_token", "app_token_file", Some(("xapp-", app)));
    let command = section.take_or("command", "/jit", values::command);
    let audit_channel = optional(section, "audit_channel", values::channel);
    Some(Slack {
        api_url: api_url?,
        bot_token: bot_token?,
        app_token: app_token?,
        command: command?,
        audit_channel: audit_channel?,
    })
}

/// Whether Slack's user groups may decide; where that is faulty nothing else is held against it.
pub(super) fn groups_decide(section: &mut Section<'_>) -> SlackGroups {
    match section.take_or("groups_decide", false, values::flag) {
        Some(false) => SlackGroups::Refused,
        Some(true) | None => SlackGroups::Decide,
    }
}

/// Nothing where the key is not written; nothing in that where it is faulty.
pub(super) fn optional<T>(
    section: &mut Section<'_>,
    key: &'static str,
    parse: impl FnOnce(Raw) -> Parsed<T>,
) -> Option<Option<T>> {
    let written = section.has(key);
    let value = section.take(key, parse);
    if written { value.map(Some) } else { Some(None) }
}

pub(super) fn admins(section: &mut Section<'_>) -> Option<Vec<Who>> {
    let example = r#"["security@acme.example"]"#;
    let admins = section.need("admins", example, |raw| raw.list(values::who))?;
    if admins.is_empty() {
        let wrong = Wrong::EmptyList("who is told when something needs a human");
        section.place().fault("admins", wrong);
        return None;
    }
    Some(admins)
}

pub(super) fn okta(section: &mut Section<'_>) -> Option<Okta> {
    let org_url = section.need("org_url", r#""https://acme.okta.com""#, values::org_url);
    let oauth = ["client_id", "key_id", "private_key_file"];
    let instead = oauth.iter().any(|key| section.has(key));
    section.not_yet(&oauth);
    let written = section.has("token") || section.has("token_file");
    // Who writes the keys of OAuth is told that these are not supported, not that a token is missing too.
    let token = if instead && !written { None } else { secret(section, "token", "token_file", None) };
    Some(Okta { org_url: org_url?, token: token? })
}

/// Nothing where the table is not written; nothing in that where it is faulty.
pub(super) fn jira(section: &mut Section<'_>) -> Option<Option<Jira>> {
    if !section.is_written() {
        return Some(None);
    }
    let base_url = section.need("base_url", r#""https://acme.atlassian.net""#, values::base_url);
    let email = section.need("email", r#""jit-bot@acme.example""#, |raw| {
        let text = raw.text()?;
        Ok(values::email(&text).map(|_| text.trim().to_owned())?)
    });
    let token = secret(section, "token", "token_file", None);
    let project = section.need("project", r#""ACCESS""#, values::name);
    let issue_type = section.need("issue_type", r#""Task""#, values::name);
    let mut status = section.section("status");
    let granted = status.need("granted", r#""In Progress""#, values::name);
    let closed = status.need("closed", r#""Done""#, values::name);
    status.finish();
    Some(Some(Jira {
        base_url: base_url?,
        email: email?,
        token: token?,
        project: project?,
        issue_type: issue_type?,
        granted: granted?,
        closed: closed?,
    }))
}

pub(super) fn store(section: &mut Section<'_>) -> Option<Store> {
    let directory = section.take_or("url", "sled:data/jitney", directory);
    let low_mark = section.take_or("low_mark", "1GiB", values::size);
    Some(Store { directory: directory?, low_mark: low_mark? })
}

fn directory(raw: Raw) -> Parsed<PathBuf> {
    let text = raw.text()?;
    if text.starts_with("postgres:") || text.starts_with("postgresql:") {
        return Err(Wrong::Postgres.into());
    }
    let path = text.strip_prefix("sled:").filter(|path| !path.is_empty());
    let path = path.ok_or_else(|| Wrong::NotAStore(Shown::of(&text)))?;
    Ok(PathBuf::from(path))
}

pub(super) fn audit(section: &mut Section<'_>, store: Option<&Store>) -> Option<Audit> {
    let key_file = section.take_or("key_file", "jitney.key", |raw| {
        let text = raw.text()?;
        let path = PathBuf::from(&text);
        match store {
            _ if text.trim().is_empty() => Err(Wrong::NoFileName.into()),
            _ if path.is_dir() => Err(Wrong::Folder(Shown::of(&text)).into()),
            Some(store) if settled(&path).starts_with(settled(&store.directory)) => {
                Err(Wrong::KeyInStore(store.directory.display().to_string()).into())
            }
            _ => Ok(path),
        }
    });
    section.not_yet(&["checkpoint_every"]);
    Some(Audit { key_file: key_file? })
}

/// The path with links and `..` resolved, as far as it exists.
fn settled(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let Some(parent) = path.parent().map(settled) else {
        return path;
    };
    match path.components().next_back() {
        Some(Component::ParentDir) => parent.parent().map(Path::to_path_buf).unwrap_or(parent),
        Some(name) => parent.join(name),
        None => parent,
    }
}

pub(super) fn server(section: &mut Section<'_>) -> Option<Server> {
    let default = DEFAULT_LISTEN.to_string();
    let listen = section.take_or("listen", default, values::listen)?;
    Some(Server { listen })
}

pub(super) fn log(section: &mut Section<'_>) -> Option<Log> {
    const KNOWN: [(&str, LogFormat); 2] = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    let format = section.take_or("format", "text", values::word(&KNOWN, "text or json"))?;
    Some(Log { format })
}

pub(super) fn identity(section: &mut Section<'_>) -> Option<Identity> {
    let guests = match section.take_or("guests", false, values::flag)? {
        true => Guests::MayAsk,
        false => Guests::Refused,
    };
    Some(Identity { guests })
}

/// Less would ask Okta for little else; more would be no watch.
const RECONCILED: [(&str, u64); 2] = [("1m", 60), ("1d", 24 * 3_600)];

pub(super) fn reconcile(section: &mut Section<'_>) -> Option<Reconcile> {
    let every = section.take_or("every", "5m", |raw| {
        let every = values::length(raw)?;
        let [(least, least_secs), (most, most_secs)] = RECONCILED;
        let fits = (least_secs..=most_secs).contains(&every.secs());
        fits.then_some(every)
            .ok_or_else(|| Wrong::LengthOutOfRange(shown(every), least.to_owned(), most.to_owned()).into())
    });
    Some(Reconcile { every: every? })
}

/// `approvers` are the names of all groups that are written in `[approvers]`.
pub(super) fn requests(section: &mut Section<'_>, approvers: &BTreeSet<String>) -> Option<Requests> {
    let lengths: Vec<String> = ["45m", "2h", "eod"].map(str::to_owned).to_vec();
    let durations = section.take_or("durations", lengths, |raw| raw.list(values::offer));
    let unanswered_after = section.take_or("unanswered_after", "24h", values::length);
    let max_open = section.take_or("max_open", 20_i64, values::count(MOST_OPEN));
    let min_duration = section.take_or("min_duration", "1m", values::length);
    let remind_after = section.take_or("remind_after", "30m", values::length);
    let escalate_after = section.take_or("escalate_after", "2h", values::length);
    let fallback = optional(section, "fallback", |raw| one_of(raw, approvers));
    let warn_before_expiry = section.take_or("warn_before_expiry", "10m", values::length);
    let gap = section.take_or("gap", "8h", values::length);
    let mut day = section.section("business_day");
    let business_day = business_day(&mut day);
    day.finish();
    let (durations, min_duration) = (durations?, min_duration?);
    offers_hold(section, "durations", &durations, min_duration)?;
    Some(Requests {
        durations,
        unanswered_after: unanswered_after?.into(),
        remind_after: remind_after?,
        escalate_after: escalate_after?,
        fallback: fallback?,
        warn_before_expiry: warn_before_expiry?,
        gap: gap?,
        max_open: max_open?,
        min_duration,
        business_day: business_day?,
    })
}

/// The name of a group of approvers that is written.
fn one_of(raw: Raw, approvers: &BTreeSet<String>) -> Parsed<ApproversName> {
    let text = raw.text()?;
    let known = ApproversName::parse(text.as_str()).ok().filter(|_| approvers.contains(&text));
    Ok(known.ok_or_else(|| Wrong::NoSuchApprovers {
        name: Shown::of(&text),
        nearest: nearest(&text, approvers.iter().map(String::as_str)),
    })?)
}

/// Whether offers are worth offering; what is wrong with them is noted.
pub(super) fn offers_hold(section: &Section<'_>, key: &str, offers: &[Offer], least: AccessDuration) -> Option<()> {
    let place = section.place();
    if offers.is_empty() {
        place.fault(key, Wrong::EmptyList(r#"what is offered, such as "45m""#));
        return None;
    }
    let mut held = Some(());
    for (index, offer) in offers.iter().enumerate() {
        if let Offer::For(length) = offer
            && *length < least
        {
            let wrong = Wrong::BelowMinimum(shown(*length), shown(least));
            place.fault(&format!("{key}[{index}]"), wrong);
            held = None;
        }
    }
    held
}

/// A length as people write it.
pub(super) fn shown(length: AccessDuration) -> String {
    Length::For(length).to_string()
}

fn business_day(section: &mut Section<'_>) -> Option<BusinessDay> {
    const ZONES: [(&str, ZoneOf); 2] = [("organisation", ZoneOf::Organisation), ("person", ZoneOf::Person)];
    let week: Vec<String> = ["Mon", "Tue", "Wed", "Thu", "Fri"].map(str::to_owned).to_vec();
    let ends = section.take_or("ends", "18:00", values::clock);
    let days = section.take_or("days", week, |raw| raw.list(values::weekday));
    let zone = section.take_or("timezone", "UTC", values::time_zone);
    let follows = section.take_or("zone", "organisation", values::word(&ZONES, "organisation or person"));
    if days.as_ref().is_some_and(Vec::is_empty) {
        section.place().fault("days", Wrong::EmptyList("the days on which business ends, such as \"Mon\""));
        return None;
    }
    Some(BusinessDay { ends: ends?, days: days?, zone: zone?, follows: follows? })
}

/// The files of rules, without any that comes twice.
pub(super) fn rule_files(section: &mut Section<'_>, beside: Vec<PathBuf>) -> Option<Vec<PathBuf>> {
    if !section.has("files") {
        section.take("files", |raw| raw.list(rule_file));
        return Some(beside);
    }
    let mut files = section.take("files", |raw| raw.list(rule_file))?;
    files.sort();
    files.dedup();
    Some(files)
}

fn rule_file(raw: Raw) -> Parsed<PathBuf> {
    let text = raw.text()?;
    if text.trim().is_empty() { Err(Wrong::NoRuleFile.into()) } else { Ok(PathBuf::from(text)) }
}

/// A token, written or in a file, with how it begins and where to get it. No fault shows any of it.
fn secret(
    section: &mut Section<'_>,
    key: &'static str,
    file_key: &'static str,
    begins: Option<(&'static str, &'static str)>,
) -> Option<SecretString> {
    match (section.has(key), section.has(file_key)) {
        (true, true) => section.place().fault(key, Wrong::TwoSecrets(key)),
        (false, false) => {
            let table = section.place().at().to_uppercase();
            let variable = format!("JITNEY__{table}__{}", key.to_uppercase());
            let mend = format!("{file_key} = \"a file that holds it\", or set {variable}.");
            section.place().fault(key, Wrong::Missing(mend));
        }
        _ => {}
    }
    let written = section.take(key, |raw| {
        let text = raw.text()?;
        Ok(token(&text, begins).ok_or(Wrong::EmptySecret(key))??)
    });
    let filed = section.take(file_key, |raw| {
        let path = raw.text()?;
        let shown = Shown::of(&path);
        let text =
            file::text(Path::new(&path), LONGEST_SECRET).map_err(|unread| unread_secret(unread, shown.clone()))?;
        Ok(token(&text, begins).ok_or(Wrong::SecretFileEmpty(shown))??)
    });
    let secret = written.or(filed);
    if let Some(secret) = &secret {
        section.place().keep_secret(key, secret);
    }
    secret
}

const fn unread_secret(unread: Unread, shown: Shown) -> Wrong {
    match unread {
        Unread::NotAFile => Wrong::SecretNotAFile(shown),
        Unread::TooLarge => Wrong::SecretUnreadable(shown, io::ErrorKind::FileTooLarge),
        Unread::NotText => Wrong::SecretUnreadable(shown, io::ErrorKind::InvalidData),
        Unread::Failed(kind) => Wrong::SecretUnreadable(shown, kind),
    }
}

/// Nothing for a blank text.
fn token(text: &str, begins: Option<(&'static str, &'static str)>) -> Option<Result<SecretString, Wrong>> {
    let text = text.trim();
    let fault = match begins {
        _ if text.is_empty() => return None,
        Some((prefix, mend)) if !text.starts_with(prefix) => Some(Wrong::ForeignToken(prefix, mend)),
        _ if !text.bytes().all(|b| b.is_ascii_graphic()) => Some(Wrong::MalformedToken),
        _ => None,
    };
    Some(fault.map_or_else(|| Ok(SecretString::from(text)), Err))
}
