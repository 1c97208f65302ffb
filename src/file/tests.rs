//! What is no file, what is too large and what is too deep; and that no text ends whoever reads it.

use std::{os::unix::net::UnixListener, path::PathBuf};

use ::config::{FileFormat, Format as _, Map, Value, ValueKind};
use proptest::prelude::*;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use super::{
    toml::{DEEPEST, Slip},
    *,
};

fn parse(text: &str) -> Result<Map<String, Value>, Slip> {
    deeply(|deep| toml::parse(deep, None, text)).expect("nothing breaks its reader")
}

/// A folder with a pipe that nobody writes to.
fn with_a_pipe() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("pipe");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    (folder, pipe)
}

#[test]
fn only_regular_files_are_read_and_whoever_reads_waits_for_none() {
    let (folder, pipe) = with_a_pipe();
    let path = |name: &str| folder.path().join(name);
    let read = |name: &str| text(&path(name), 8);
    let _socket = UnixListener::bind(path("socket")).unwrap();
    std::os::unix::fs::symlink(&pipe, path("link-to-pipe")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", path("link-to-device")).unwrap();
    for name in [".", "pipe", "socket", "link-to-pipe", "link-to-device"] {
        assert_eq!(read(name), Err(Unread::NotAFile), "{name}");
    }
    assert_eq!(read("missing"), Err(Unread::Failed(io::ErrorKind::NotFound)));
    fs::write(path("file"), "a").unwrap();
    std::os::unix::fs::symlink("file", path("link-to-file")).unwrap();
    assert_eq!(read("link-to-file").as_deref(), Ok("a"));
}

#[test]
fn a_pipe_that_takes_the_place_of_a_file_is_not_waited_for() {
    let (_folder, pipe) = with_a_pipe();
    assert!(!open_at_once(&pipe).unwrap().metadata().unwrap().is_file());
}

#[test]
fn a_text_is_read_whole_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    let cases: [(&[u8], Result<&str, Unread>); 7] = [
        (b"", Ok("")),
        (b"12345678", Ok("12345678")),
        (b"123456789", Err(Unread::TooLarge)),
        (b"\xef\xbb\xbfx\r\n", Ok("x\r\n")),
        (b"caf\xe9", Err(Unread::NotText)),
        (b"a\0", Err(Unread::NotText)),
        (b"\xff\xfea\0", Err(Unread::NotText)),
    ];
    for (bytes, expected) in cases {
        fs::write(&file, bytes).unwrap();
        assert_eq!(text(&file, 8).as_deref(), expected.as_deref(), "{bytes:?}");
    }
}

/// A name of so many parts.
fn dotted(parts: usize) -> String {
    vec!["a"; parts].join(".")
}

#[test]
fn brackets_and_dotted_names_are_counted_together() {
    let (open, close) = ("[".repeat(8), "]".repeat(8));
    let multiplied = (0..40).fold("1".to_owned(), |value, _| format!("{{{} = {value}}}", dotted(79)));
    let sound = [
        format!("a = {open}{close}"),
        format!("{} = 1", dotted(9)),
        format!("[{}]\na = 1", dotted(7)),
        format!("[[{}]]", dotted(7)),
        format!("[{}]\na = {{ {} = [] }}", dotted(4), dotted(3)),
        format!("a = [{}]", "1.5, ".repeat(99)),
        format!("a = [{}]", "{ a.b = 1.5 },\n".repeat(99)),
        format!(
            "a = '{open}{open}' # {open}{open}\nb = \"\\\"{open}{open}\"\nc = \"\"\"\n{open}{open}\"\"\"\nd = '''\n{open}{open}'''"
        ),
        "[a.b]\n".to_owned() + &"[[b.c]]\na.b = [[{a = {}}]]\n".repeat(99),
        format!("\"{}\" = 1", ".".repeat(99)),
        "a = 12:30:00.5\n".to_owned(),
    ];
    for text in sound {
        assert!(parse(&text).is_ok(), "{text}: {:?}", parse(&text));
        assert!(parse(&text.replace('\n', "\r\n")).is_ok(), "{text}");
    }
    let deep = [
        (1, format!("a = [{open}{close}]")),
        (1, format!("{} = 1", dotted(10))),
        (1, format!("{} = 1", dotted(80))),
        (2, format!("\n[{}]", dotted(9))),
        (1, format!("[{}]", dotted(10_000))),
        (3, format!("[{}]\nb = 1\na = {{ {} = [] }}", dotted(4), dotted(4))),
        (2, format!("[log]\nx = {multiplied}")),
        (1, format!("a = {}", "[".repeat(10_000))),
        (9, format!("[a]\n{}", "b = [\n".repeat(99))),
        (1, format!("a = {}", "{ a = [".repeat(99))),
        (1, format!("a = {}{}", "[}".repeat(9), "]".repeat(9))),
    ];
    for (line, text) in deep {
        assert_eq!(parse(&text), Err(Slip::TooDeep { line }), "{text}");
    }
}

#[test]
fn what_is_no_toml_and_not_deep_is_said_by_its_place() {
    let many = "[[application]\nid = 1\n".repeat(99);
    assert_eq!(parse(&many), Err(Slip::Syntax { line: 1, column: 15 }));
    assert_eq!(parse("a = 1\nb = [1, 2\n[c]\n"), Err(Slip::Syntax { line: 3, column: 1 }));
    assert_eq!(parse("a = 99999999999999999999"), Err(Slip::Unparsable));
}

fn shipped() -> [&'static str; 2] {
    [include_str!("../../config/jitney.toml"), include_str!("../../config/policy-tests.toml")]
}

#[test]
fn what_is_shipped_is_read_as_it_stands() {
    for text in shipped() {
        assert_eq!(parse(text), Ok(FileFormat::Toml.parse(None, text).unwrap()));
    }
}

/// How many tables and lists lie within one another.
fn depth(value: &Value) -> usize {
    match &value.kind {
        ValueKind::Table(table) => 1 + table.values().map(depth).max().unwrap_or_default(),
        ValueKind::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// Pieces of TOML, put together as they fall.
const PIECES: [&str; 24] = [
    "a",
    ".",
    "a.a",
    "=",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    ",",
    "\n",
    "\r\n",
    " ",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "#",
    "\\",
    "1.5",
    "a = {",
    "\n[a.b]\n",
    "a.a.a.a = [",
];

/// What lies one within the other.
#[derive(Clone, Debug)]
enum Nest {
    List,
    /// Under a name of so many parts.
    Table(usize),
}

fn nests() -> impl Strategy<Value = Vec<Nest>> {
    let nest = prop_oneof![Just(Nest::List), (1usize..4).prop_map(Nest::Table)];
    proptest::collection::vec(nest, 0..7)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_heap_of_pieces_breaks_the_reader_or_comes_to_more_than_it_may(
        pieces in proptest::collection::vec(0..PIECES.len(), 0..400),
        times in 1usize..60,
    ) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        if let Ok(table) = parse(&text.repeat(times)) {
            let deep = depth(&Value::new(None, table));
            prop_assert!(deep <= 3 * DEEPEST, "{deep}");
        }
    }

    #[test]
    fn what_nests_is_read_up_to_the_bound_and_refused_beyond(heading in 1usize..4, nests in nests()) {
        let value = nests.iter().rev().fold("1.5".to_owned(), |value, nest| match nest {
            Nest::List => format!("[0, {value}, \"[[[[\"]"),
            Nest::Table(parts) => format!("{{ b = '{{', {} = {value} }}", dotted(*parts)),
        });
        let text = format!("# [[[[\n[[{}]]\nx = {value}\n", dotted(heading));
        // The dot of the number counts as one of a name.
        let inner: usize = nests.iter().map(|nest| match nest {
            Nest::List => 1,
            Nest::Table(parts) => *parts,
        }).sum();
        match parse(&text) {
            Ok(table) => {
                prop_assert!(heading + inner < DEEPEST, "{text}");
                prop_assert_eq!(table, FileFormat::Toml.parse(None, &text).unwrap());
            }
            Err(slip) => {
                prop_assert!(heading + inner >= DEEPEST, "{text}");
                prop_assert_eq!(slip, Slip::TooDeep { line: 3 });
            }
        }
    }

    #[test]
    fn what_is_shipped_is_never_too_deep_however_it_is_cut(cut in 0.0..1.0f64, length in 0usize..400) {
        for text in shipped() {
            let mut bytes = text.as_bytes().to_vec();
            let start = (cut * bytes.len() as f64) as usize;
            let end = bytes.len().min(start + length);
            bytes.drain(start..end);
            let cut = String::from_utf8_lossy(&bytes).into_owned();
            let deep = matches!(parse(&cut), Err(Slip::TooDeep { .. }));
            prop_assert!(!deep, "{cut}");
        }
    }
}
