//! How each kind of value is written, and what is wrong with it otherwise.

use std::net::SocketAddr;

use jiff::{civil::Weekday, tz::TimeZone};
use url::{Host, Url};

use super::{
    fault::{Shown, Wrong},
    raw::{Parsed, Raw},
};
use crate::domain::{
    catalogue::{Offer, Sensitivity, Who},
    duration::{ClockTime, Length, LengthError, zone_named},
    id::{Email, IdError, OktaGroupId, SlackChannelId, SlackGroupId},
    time::AccessDuration,
};

/// The shortest length there is.
const ONE_SECOND: u64 = 1;

pub(super) fn flag(raw: Raw) -> Parsed<bool> {
    Ok(raw.flag()?)
}

/// A name that people read.
pub(super) fn name(raw: Raw) -> Parsed<String> {
    let text = raw.text()?;
    if text.trim().is_empty() {
        return Err(Wrong::Blank.into());
    }
    Ok(text.trim().to_owned())
}

pub(super) fn id<T>(parse: impl FnOnce(String) -> Result<T, IdError>) -> impl FnOnce(Raw) -> Parsed<T> {
    |raw| {
        let text = raw.text()?;
        let shown = Shown::of(&text);
        parse(text).map_err(|_| Wrong::NotAnId(shown).into())
    }
}

/// A number from 1 to a most.
pub(super) fn count(most: u32) -> impl FnOnce(Raw) -> Parsed<u32> {
    move |raw| {
        let number = raw.integer()?;
        u32::try_from(number)
            .ok()
            .filter(|n| (1..=most).contains(n))
            .ok_or_else(|| Wrong::OutOfRange(number, 1, most.into()).into())
    }
}

pub(super) fn offer(raw: Raw) -> Parsed<Offer> {
    let text = raw.text()?;
    match written_length(&text)? {
        Length::For(length) => Ok(Offer::For(length)),
        Length::EndOfDay => Ok(Offer::EndOfDay),
        Length::Until(_) => Err(Wrong::NotALength(Shown::of(&text)).into()),
    }
}

pub(super) fn length(raw: Raw) -> Parsed<AccessDuration> {
    let text = raw.text()?;
    match written_length(&text)? {
        Length::For(length) => Ok(length),
        Length::EndOfDay | Length::Until(_) => Err(Wrong::NotALength(Shown::of(&text)).into()),
    }
}

fn written_length(text: &str) -> Result<Length, Wrong> {
    let least = AccessDuration::from_secs(ONE_SECOND).map_err(|_| Wrong::ZeroLength)?;
    Length::parse(text, least).map_err(|error| match error {
        LengthError::NotUnderstood => Wrong::NotALength(Shown::of(text)),
        LengthError::Bare(number) => Wrong::BareNumber(number),
        LengthError::Zero | LengthError::TooShort(_) => Wrong::ZeroLength,
        LengthError::TooLong => Wrong::EndlessLength(Shown::of(text)),
    })
}

pub(super) fn clock(raw: Raw) -> Parsed<ClockTime> {
    let text = raw.text()?;
    Ok(ClockTime::parse(&text).map_err(|_| Wrong::NotAClock(Shown::of(&text)))?)
}

pub(super) fn weekday(raw: Raw) -> Parsed<Weekday> {
    let text = raw.text()?;
    Ok(match text.as_str() {
        "Mon" => Weekday::Monday,
        "Tue" => Weekday::Tuesday,
        "Wed" => Weekday::Wednesday,
        "Thu" => Weekday::Thursday,
        "Fri" => Weekday::Friday,
        "Sat" => Weekday::Saturday,
        "Sun" => Weekday::Sunday,
        _ => return Err(Wrong::NotADay(Shown::of(&text)).into()),
    })
}

pub(super) fn time_zone(raw: Raw) -> Parsed<TimeZone> {
    let text = raw.text()?;
    Ok(zone_named(&text).ok_or_else(|| Wrong::NotAZone(Shown::of(&text)))?)
}

/// One of some words.
pub(super) fn word<T: Copy + 'static>(
    known: &'static [(&'static str, T)],
    listed: &'static str,
) -> impl FnOnce(Raw) -> Parsed<T> {
    move |raw| {
        let text = raw.text()?;
        let found = known.iter().find(|(word, _)| *word == text);
        Ok(found.map(|(_, meaning)| *meaning).ok_or_else(|| Wrong::NotAWord(Shown::of(&text), listed))?)
    }
}

pub(super) fn sensitivity(raw: Raw) -> Parsed<Sensitivity> {
    const KNOWN: [(&str, Sensitivity); 4] = [
        ("low", Sensitivity::Low),
        ("medium", Sensitivity::Medium),
        ("high", Sensitivity::High),
        ("critical", Sensitivity::Critical),
    ];
    word(&KNOWN, "low, medium, high or critical")(raw)
}

pub(super) fn okta_group(raw: Raw) -> Parsed<OktaGroupId> {
    let text = raw.text()?;
    Ok(group_id(&text)?)
}

fn group_id(text: &str) -> Result<OktaGroupId, Wrong> {
    OktaGroupId::parse(text).map_err(|_| Wrong::NotAGroup(Shown::of(text)))
}

pub(super) fn email(text: &str) -> Result<Email, Wrong> {
    Email::fold(text).map_err(|_| Wrong::NotAnEmail(Shown::of(text)))
}

/// A person or an Okta group.
pub(super) fn who(raw: Raw) -> Parsed<Who> {
    let text = raw.text()?;
    Ok(named_who(&text)?)
}

/// Somebody who may decide: also a Slack user group.
pub(super) fn decider(raw: Raw) -> Parsed<Who> {
    let text = raw.text()?;
    let Some(group) = text.strip_prefix("slack:") else { return Ok(named_who(&text)?) };
    let group = SlackGroupId::parse(group).map_err(|_| Wrong::NotASlackGroup(Shown::of(group)))?;
    Ok(Who::SlackGroup(group))
}

pub(super) fn named_who(text: &str) -> Result<Who, Wrong> {
    if let Some(group) = text.strip_prefix("okta:") {
        return group_id(group).map(Who::Group);
    }
    if text.starts_with("slack:") {
        return Err(Wrong::SlackGroupHere(Shown::of(text)));
    }
    if !text.contains('@') {
        return Err(Wrong::NotAWho(Shown::of(text)));
    }
    email(text).map(Who::Person)
}

/// A base URL: https, or http on loopback, without user, query or fragment.
pub(super) fn base_url(raw: Raw) -> Parsed<Url> {
    let text = raw.text()?;
    let malformed = || Wrong::NotAUrl(Shown::of(&text));
    let url = Url::parse(&text).map_err(|_| malformed())?;
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    match url.scheme() {
        "https" | "http" if !bare || url.host().is_none() => Err(malformed().into()),
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(Wrong::PlainHttp.into()),
        _ => Err(malformed().into()),
    }
}

/// An organisation's address in Okta: the host alone. The admin console answers no API calls.
pub(super) fn org_url(raw: Raw) -> Parsed<Url> {
    let url = base_url(raw)?;
    let shown = || Shown::of(url.as_str());
    let first = url.host_str().and_then(|host| host.split('.').next()).unwrap_or_default();
    if !matches!(url.path(), "" | "/") {
        return Err(Wrong::NotTheOrg(shown()).into());
    }
    if first.ends_with("-admin") {
        return Err(Wrong::AdminConsole(shown()).into());
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Slack's limit for the name of a command.
const LONGEST_COMMAND: usize = 32;

/// A slash command's name: <https://docs.slack.dev/interactivity/implementing-slash-commands>.
pub(super) fn command(raw: Raw) -> Parsed<String> {
    let text = raw.text()?;
    let name = text.strip_prefix('/').unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() || text.len() > LONGEST_COMMAND || !name.chars().all(plain) {
        return Err(Wrong::NotACommand(Shown::of(&text)).into());
    }
    Ok(text)
}

/// A channel by its id: names change.
pub(super) fn channel(raw: Raw) -> Parsed<SlackChannelId> {
    let text = raw.text()?;
    let is_channel = |id: &SlackChannelId| id.as_str().starts_with(['C', 'G']);
    let shown = Shown::of(&text);
    Ok(SlackChannelId::parse(text).ok().filter(is_channel).ok_or(Wrong::NotAChannel(shown))?)
}

/// An address to listen on; nothing for the empty text.
pub(super) fn listen(raw: Raw) -> Parsed<Option<SocketAddr>> {
    let text = raw.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let address = text.parse().map_err(|_| Wrong::NotAnAddress(Shown::of(&text)))?;
    Ok(Some(address))
}

/// The units of sizes, in bytes.
const SIZES: [(&str, u64); 5] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("B", 1)];

/// A number of bytes above zero.
pub(super) fn size(raw: Raw) -> Parsed<u64> {
    let text = raw.text()?;
    let written = SIZES.iter().find_map(|(unit, worth)| Some((text.strip_suffix(unit)?, worth)));
    let bytes = written.and_then(|(number, worth)| {
        let number = number.trim_end();
        let plain = number.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| number.parse::<u64>().ok()?.checked_mul(*worth)).flatten()
    });
    Ok(bytes.filter(|bytes| *bytes > 0).ok_or_else(|| Wrong::NotASize(Shown::of(&text)))?)
}
