//! The line's bytes, as they are for ever. The digests were computed by another program than this one.

use super::line::{read, write};
use super::*;

const GOLDEN: &str = concat!(
    r#"{"sealed":{"v":1,"seq":1,"durable":0,"at":"2027-01-15T08:00:01Z","#,
    r#""prev":"0000000000000000000000000000000000000000000000000000000000000000","#,
    r#""events":[{"event":"asked","n":1,"words":"WORDS"}],"effects":[]},"#,
    r#""hash":"HASH","mac":"MAC","#,
    r#""words":{"WORDS":{"salt":"00000000000000000000000000000001","text":"Text «1»"}}}"#,
    "\n"
);
const WORDS: &str = "fdfb07a90c3867f83306fe7c98e73874daf83438123055f52ebf92681675bb5b";
const HASH: &str = "375525b751e8f0d666519605452708675ddf10dc3790eaaf471506490939b424";
const MAC: &str = "37cd26dfbf24db46814c36cb9e5f3c04e7570c578f7d020262e0b4f24fce1487";

fn golden() -> String {
    GOLDEN.replace("WORDS", WORDS).replace("HASH", HASH).replace("MAC", MAC)
}

fn line(commit: &Commit) -> Vec<u8> {
    write(commit, &Head::GENESIS, 0, &keys()).unwrap().0
}

/// Replaces once in a line and reads it.
fn changed(from: &str, to: &str) -> Result<Line, Flaw> {
    let text = golden();
    assert!(text.contains(from), "{from} is in the line");
    read(text.replacen(from, to, 1).as_bytes(), Some(&keys()))
}

#[test]
fn a_line_is_these_bytes() {
    assert_eq!(String::from_utf8(line(&commit(1))).unwrap(), golden());
}

#[test]
fn a_line_of_the_first_release_is_read() {
    let line = read(golden().as_bytes(), Some(&keys())).unwrap();
    let asked = commit(1);
    assert_eq!((line.seq, line.durable, line.at, line.prev), (1, 0, asked.at, Hash::GENESIS));
    assert_eq!((line.events.get(), line.effects.get()), (asked.events.get(), "[]"));
    assert_eq!((line.words, line.hash), (asked.words, Hash::parse(HASH).unwrap()));
}

#[test]
fn an_instant_keeps_its_nanoseconds() {
    let at = time(1) + TimeDelta::nanoseconds(123_456_789);
    let bytes = line(&Commit { at, ..commit(1) });
    assert_eq!(read(&bytes, Some(&keys())).unwrap().at, at);
}

#[test]
fn erased_words_leave_the_line_good() {
    let text = golden();
    let words = text.find(r#""words":{""#).unwrap();
    let erased = format!("{}\"words\":{{}}}}\n", &text[..words]);
    assert!(read(erased.as_bytes(), Some(&keys())).unwrap().words.is_empty());
}

#[test]
fn changed_words_are_damage() {
    assert_eq!(changed("Text «1»", "Text «2»").unwrap_err(), Flaw::Word(WORDS.into()));
}

#[test]
fn salt_and_text_cannot_be_divided_anew() {
    let flaw = changed(r#"01","text":"Text"#, r#"0","text":"1Text"#).unwrap_err();
    assert_eq!(flaw, Flaw::Word(WORDS.into()), "the digest is over the same bytes, the division is not");
}

#[test]
fn words_that_nothing_names_are_damage() {
    let word = r#"{"salt":"00000000000000000000000000000009","text":"x"}"#;
    let digest = word_digest("00000000000000000000000000000009", "x");
    let added = format!(r#""words":{{"{digest}":{word},"#);
    assert_eq!(changed(r#""words":{"#, &added).unwrap_err(), Flaw::Word(digest));
}

#[test]
fn a_recomputed_hash_without_the_key_is_found() {
    let text = golden().replace(r#""n":1"#, r#""n":2"#);
    let sealed = &text[r#"{"sealed":"#.len()..text.find(r#","hash""#).unwrap()];
    let forged = text.replace(HASH, &Hash::of(sealed.as_bytes()).to_string());
    assert_eq!(read(forged.as_bytes(), Some(&keys())).unwrap_err(), Flaw::Mac);
    assert!(read(forged.as_bytes(), None).is_ok(), "only the key tells");
}

#[test]
fn another_key_is_found() {
    assert_eq!(read(golden().as_bytes(), Some(&Keys::derive(&[8; 32]))).unwrap_err(), Flaw::Mac);
}

#[test]
fn a_newer_version_is_named() {
    let sealed = r#"{"v":2,"seq":1,"something":"new"}"#;
    let hash = Hash::of(sealed.as_bytes());
    let mac = Hash::from_bytes(keys().mac(hash.as_bytes()));
    let line = format!("{{\"sealed\":{sealed},\"hash\":\"{hash}\",\"mac\":\"{mac}\",\"words\":{{}}}}\n");
    assert_eq!(read(line.as_bytes(), Some(&keys())).unwrap_err(), Flaw::Newer(2));
}

#[test]
fn bytes_around_the_seal_are_the_line_too() {
    for (from, to) in [
        (r#","hash""#, r#", "hash""#),
        (r#"{"sealed""#, r#" {"sealed""#),
        ("\n", ""),
        ("\n", " \n"),
        (r#","words":{"#, r#","x":1,"words":{"#),
        ("«", r"\u00ab"),
    ] {
        // A line without its end may be torn; a whole one that is written otherwise is not.
        let flaw = if to.is_empty() { Flaw::Unreadable } else { Flaw::Form };
        assert_eq!(changed(from, to).unwrap_err(), flaw, "{from} → {to}");
    }
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let refused = |commit: &Commit| write(commit, &Head::GENESIS, 0, &keys()).unwrap_err();
    for events in [r#"{"a":1}"#, "[1.5]", "[1e3]", "[-2E1]", "[1,\n2]", r#"["\"",0.1]"#] {
        let commit = Commit { events: raw(events), words: Words::new(), ..commit(1) };
        assert!(matches!(refused(&commit), Unfit::Malformed(_)), "{events}");
    }
    assert_eq!(refused(&commit(2)), Unfit::Conflict { head: 0 });
    let unnamed = Commit { events: raw("[]"), ..commit(1) };
    assert!(matches!(refused(&unnamed), Unfit::Malformed(_)));
}

#[test]
fn text_that_looks_like_numbers_is_text() {
    let events = raw(r#"["1.5 e3 \\", true, "\"0.1", -12]"#);
    line(&Commit { events, words: Words::new(), ..commit(1) });
}

#[test]
fn a_line_has_64_kib_and_not_a_byte_more() {
    let long = |n: usize| Commit { events: raw(&format!("[\"{}\"]", "x".repeat(n))), words: Words::new(), ..commit(1) };
    let room = 64 * 1024 - line(&long(0)).len();
    assert_eq!(line(&long(room)).len(), 64 * 1024);
    let refused = write(&long(room + 1), &Head::GENESIS, 0, &keys()).unwrap_err();
    assert_eq!(refused, Unfit::TooLong(64 * 1024 + 1));
    assert!(read(&line(&long(room)), Some(&keys())).is_ok());
}

#[test]
fn keys_print_nothing() {
    assert_eq!(format!("{:?}", keys()), "Keys");
}
