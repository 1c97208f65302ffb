use proptest::prelude::*;

use super::*;
use crate::domain::time::{EndRule, Timestamp};

use jiff::civil::Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};

fn secs(secs: u64) -> AccessDuration {
    AccessDuration::from_secs(secs).unwrap()
}

fn parse(text: &str) -> Result<Length, LengthError> {
    Length::parse(text, secs(60))
}

#[test]
fn lengths_are_read() {
    for (text, length) in [
        ("45m", 45 * 60),
        ("90m", 90 * 60),
        ("2h 30m", 9_000),
        ("2h30m", 9_000),
        (" 1 H  30 M ", 5_400),
        ("1d", 86_400),
        ("1d 2h 3m 4s", 93_784),
        ("60s", 60),
        ("0h 5m", 300),
        ("366d", 366 * 86_400),
    ] {
        assert_eq!(parse(text), Ok(Length::For(secs(length))), "{text:?}");
    }
}

#[test]
fn clock_times_are_read() {
    for (text, hour, minute) in [
        ("until 17:30", 17, 30),
        ("UNTIL 9:05", 9, 5),
        ("until 00:00", 0, 0),
        ("until 5:30pm", 17, 30),
        ("until 5 pm", 17, 0),
        ("until 12am", 0, 0),
        ("until 12:15pm", 12, 15),
    ] {
        let clock = ClockTime { hour, minute };
        assert_eq!(parse(text), Ok(Length::Until(clock)), "{text:?}");
    }
    for text in ["eod", "EOD ", "until eod", "end of business  day"] {
        assert_eq!(parse(text), Ok(Length::EndOfDay), "{text:?}");
    }
}

#[test]
fn everything_else_is_refused_by_name() {
    use LengthError::{Bare, NotUnderstood, TooLong, TooShort, Zero};
    for (text, error) in [
        ("", NotUnderstood),
        ("  ", NotUnderstood),
        ("2 horas", NotUnderstood),
        ("2 hours", NotUnderstood),
        ("h", NotUnderstood),
        ("30m 2h", NotUnderstood),
        ("1h 1h", NotUnderstood),
        ("1h 30", NotUnderstood),
        ("1.5h", NotUnderstood),
        ("+2h", NotUnderstood),
        ("２h", NotUnderstood),
        ("2h;", NotUnderstood),
        ("17:30", NotUnderstood),
        ("until", NotUnderstood),
        ("until 17", NotUnderstood),
        ("until 24:00", NotUnderstood),
        ("until 17:60", NotUnderstood),
        ("until 17:3", NotUnderstood),
        ("until 017:30", NotUnderstood),
        ("until 13pm", NotUnderstood),
        ("until 0am", NotUnderstood),
        ("until -1:30", NotUnderstood),
        ("until 1:٣٠", NotUnderstood),
        ("90", Bare(90)),
        ("0", Bare(0)),
        ("-5", Bare(5)),
        ("99999999999999999999", TooLong),
        ("0m", Zero),
        ("0d 0h 0s", Zero),
        ("-5m", Zero),
        ("−2h", Zero),
        ("59s", TooShort(secs(60))),
        ("366d 1s", TooLong),
        ("99999999999999999999h", TooLong),
        ("18446744073709551615d", TooLong),
        ("213503982334601d 18446744073709551615s", TooLong),
    ] {
        assert_eq!(parse(text), Err(error), "{text:?}");
    }
    assert_eq!(parse(&" ".repeat(65)), Err(NotUnderstood));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_text_near_the_grammar_panics(text in "(until |eod|[0-9]{1,22}|[dhms :apm−-]){0,12}") {
        let _ = parse(&text);
    }

    #[test]
    fn what_is_shown_can_be_typed_again(length in lengths()) {
        let shown = length.to_string();
        prop_assert_eq!(Length::parse(&shown, secs(1)), Ok(length), "{}", shown);
    }

    #[test]
    fn an_end_lies_ahead_and_within_a_day(length in lengths(), at in 0i64..4_000_000_000, name in zones()) {
        let now = Timestamp::from_timestamp(at, 0).unwrap();
        let zone = zone_named(name).unwrap();
        match resolve(length, now, &zone, &paris()) {
            Ok(EndRule::At { instant }) => {
                prop_assert!(instant > now);
                prop_assert!((instant - now).num_hours() <= 26, "{} {}", now, instant);
            }
            Ok(EndRule::After { secs }) => prop_assert_eq!(length, Length::For(secs)),
            Err(error) => prop_assert_ne!(error, EndError::OutOfRange),
        }
    }
}

fn lengths() -> impl Strategy<Value = Length> {
    prop_oneof![
        (1..=AccessDuration::LONGEST.secs()).prop_map(|n| Length::For(secs(n))),
        (0i8..24, 0i8..60).prop_map(|(hour, minute)| Length::Until(ClockTime { hour, minute })),
        Just(Length::EndOfDay),
    ]
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Paris",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "America/New_York",
        "Africa/Casablanca",
    ])
}

fn paris() -> BusinessDay {
    BusinessDay {
        ends: ClockTime::parse("18:00").unwrap(),
        days: vec![Monday, Tuesday, Wednesday, Thursday, Friday],
        zone: zone_named("Europe/Paris").unwrap(),
        follows: ZoneOf::Organisation,
    }
}

/// What a text, typed at an instant in a zone, comes to: the instant or the error, as they are written.
fn comes_to(text: &str, now: &str, name: &str) -> String {
    let now: Timestamp = now.parse().unwrap();
    match resolve(parse(text).unwrap(), now, &zone_named(name).unwrap(), &paris()) {
        Ok(EndRule::At { instant }) => instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        Ok(EndRule::After { secs }) => format!("after {secs}"),
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn clock_times_hold_over_the_days_on_which_clocks_change() {
    // In Paris the clocks go from 02:00 to 03:00 at 2026-03-29T01:00Z, and from 03:00 to 02:00 at 2026-10-25T01:00Z.
    let paris = "Europe/Paris";
    for (text, now, zone, end) in [
        ("until 17:30", "2026-11-23T13:40:00Z", paris, "2026-11-23T16:30:00Z"),
        ("until 17:30", "2026-07-01T13:40:00Z", paris, "2026-07-01T15:30:00Z"),
        ("until 17:30", "2026-11-23T13:40:00.5Z", "UTC", "2026-11-23T17:30:00Z"),
        ("until 17:30", "2026-11-23T16:30:00Z", paris, "Past(ClockTime { hour: 17, minute: 30 })"),
        ("until 00:00", "2026-11-23T13:40:00Z", paris, "Past(ClockTime { hour: 0, minute: 0 })"),
        // The fold: the earlier of the two, and past once that one is.
        ("until 02:30", "2026-10-24T23:30:00Z", paris, "2026-10-25T00:30:00Z"),
        ("until 02:30", "2026-10-25T00:40:00Z", paris, "Past(ClockTime { hour: 2, minute: 30 })"),
        ("until 03:00", "2026-10-24T23:30:00Z", paris, "2026-10-25T02:00:00Z"),
        // The gap: it does not exist, and 03:00 does.
        ("until 02:30", "2026-03-29T00:10:00Z", paris, "Gap { suggest: ClockTime { hour: 3, minute: 0 } }"),
        ("until 03:00", "2026-03-29T00:10:00Z", paris, "2026-03-29T01:00:00Z"),
        ("until 02:30", "2026-03-29T01:00:00Z", paris, "Past(ClockTime { hour: 2, minute: 30 })"),
        // A gap and a fold of half an hour.
        (
            "until 02:10",
            "2026-10-03T14:00:00Z",
            "Australia/Lord_Howe",
            "Gap { suggest: ClockTime { hour: 2, minute: 30 } }",
        ),
        ("until 01:40", "2026-04-04T13:50:00Z", "Australia/Lord_Howe", "2026-04-04T14:40:00Z"),
        // A length is a length.
        ("2h", "2026-03-29T00:10:00Z", paris, "after 7200s"),
    ] {
        assert_eq!(comes_to(text, now, zone), end, "{text} at {now} in {zone}");
    }
}

#[test]
fn the_business_day_ends_once_on_the_days_it_has() {
    for (now, zone, end) in [
        ("2026-11-23T13:40:00Z", "Europe/Paris", "2026-11-23T17:00:00Z"),
        ("2026-11-23T17:00:00Z", "Europe/Paris", "DayOver { ends: ClockTime { hour: 18, minute: 0 } }"),
        ("2026-11-22T13:40:00Z", "Europe/Paris", "NotBusinessDay"),
        // Still Friday in New York, Saturday in Auckland.
        ("2026-11-27T20:00:00Z", "America/New_York", "2026-11-27T23:00:00Z"),
        ("2026-11-27T20:00:00Z", "Pacific/Auckland", "NotBusinessDay"),
    ] {
        assert_eq!(comes_to("eod", now, zone), end, "eod at {now} in {zone}");
    }
}

#[test]
fn an_end_of_day_inside_a_gap_is_the_moment_of_the_change() {
    let mut day = paris();
    day.ends = ClockTime::parse("02:30").unwrap();
    day.days = vec![jiff::civil::Weekday::Sunday];
    let now: Timestamp = "2026-03-29T00:10:00Z".parse().unwrap();
    let instant = "2026-03-29T01:00:00Z".parse().unwrap();
    let end = resolve(Length::EndOfDay, now, &day.zone, &day);
    assert_eq!(end, Ok(EndRule::At { instant }));
}

#[test]
fn no_calendar_is_asked_beyond_its_end() {
    let end = resolve(Length::EndOfDay, Timestamp::MAX_UTC, &paris().zone, &paris());
    assert_eq!(end, Err(EndError::OutOfRange));
}

#[test]
fn a_zone_that_does_not_exist_falls_back_to_the_companys() {
    let day = paris();
    let bad = ["", "Nowhere/City", "../../etc/passwd", "/etc/localtime", "local", "\0"];
    for name in bad.map(Some).into_iter().chain([None]) {
        let (found, origin) = zone(name, &day.zone);
        assert_eq!((found, origin), (day.zone.clone(), ZoneOrigin::Fallback), "{name:?}");
    }
    let (found, origin) = zone(Some("Asia/Tokyo"), &day.zone);
    assert_eq!((found.iana_name(), origin), (Some("Asia/Tokyo"), ZoneOrigin::Named));
}

#[test]
fn a_persons_zone_counts_only_where_the_company_says_so() {
    let mut day = paris();
    let (zone, origin) = day.zone_of(Some("Asia/Tokyo"));
    assert_eq!((zone.iana_name(), origin), (Some("Europe/Paris"), ZoneOrigin::Fallback));
    day.follows = ZoneOf::Person;
    let (zone, origin) = day.zone_of(Some("Asia/Tokyo"));
    assert_eq!((zone.iana_name(), origin), (Some("Asia/Tokyo"), ZoneOrigin::Named));
}
