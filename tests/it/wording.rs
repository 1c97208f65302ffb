//! Sentences live in `say`: wherever something is sent from, no literal has words for people.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Rooms from which something reaches people.
const ROOMS: [&str; 10] = [
    "src/slack",
    "src/slack.rs",
    "src/engine",
    "src/app",
    "src/app.rs",
    "src/outside",
    "src/outside.rs",
    "src/okta",
    "src/jira",
    "src/domain",
];

/// Within these nobody but who runs the program reads.
const FOR_OPERATORS: [&str; 12] = [
    "warn!",
    "error!",
    "info!",
    "debug!",
    "trace!",
    "anyhow!",
    "bail!",
    "#",
    "context",
    "with_context",
    "expect",
    "retry",
];

/// Literals with a space that are no words for people, and why.
const NO_SENTENCES: [(&str, &str); 17] = [
    ("not shown yet", "the code of a fault: an addition is not confirmed"),
    ("still shown", "the code of a fault: a removal is not confirmed"),
    ("back again", "the code of a fault: a removal does not last"),
    ("not found yet", "the code of a fault: what may have been opened is looked for"),
    ("pages in a circle", "the code of a fault: a list that leads to itself"),
    ("pages without end", "the code of a fault: a list that does not end"),
    ("comments without end", "the code of a fault: the same, of comments"),
    ("one group", "a share of Okta's budget"),
    ("one user", "a share of Okta's budget"),
    ("all else", "a share of Okta's budget"),
    (r#"profile.email eq \"{value}\" or profile.login eq \"{value}\""#, "a query of Okta"),
    ("project = {} AND labels = {}", "a query of Jira"),
    ("until eod", "what people type"),
    ("end of business day", "what people type"),
    ("owner of {application}", "a part of the digest of what is asked for"),
    ("too long", "the code of a fault, beside the vendors'"),
    ("an address this program does not call", "the code of a fault, beside the vendors'"),
];

/// Where every literal is for who runs the program, and why.
const QUIET: [(&str, &str); 3] = [
    ("src/domain/id.rs", "what a value in the configuration ought to be"),
    ("src/domain/live.rs", "why a journal is refused, at which the program stops"),
    ("src/domain/live/", "the same"),
];

/// A string literal, and what it stands in.
pub struct Literal {
    /// As it is written.
    pub text: String,
    /// The heads of what it stands in, the outermost first: `assert!`, `until_message`.
    pub within: Vec<String>,
}

/// Every string literal of a source, up to its inline tests.
fn literals(source: &str) -> Vec<Literal> {
    taken_apart(source).1
}

/// A source without its comments, in which each string literal is its place in the list beside it, in quotation marks.
pub fn taken_apart(source: &str) -> (String, Vec<Literal>) {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let (mut found, mut within, mut head) = (Vec::new(), Vec::new(), String::new());
    let mut bones = String::new();
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '/' && rest.peek() == Some(&'/') {
            while rest.next().is_some_and(|c| c != '\n') {}
            continue;
        }
        bones.push(c);
        match c {
            '\'' => {
                // A character literal; a lifetime has no closing quote so near.
                let ahead: String = rest.clone().take(3).collect();
                if ahead.starts_with('\\') {
                    rest.nth(1);
                    while rest.next().is_some_and(|c| c != '\'') {}
                } else if ahead.chars().nth(1) == Some('\'') {
                    rest.nth(1);
                }
            }
            '"' => {
                let text = literal(&mut rest, &head);
                bones.push_str(&format!("{}\"", found.len()));
                found.push(Literal { text, within: within.clone() });
                head.clear();
            }
            '(' | '[' | '{' => within.push(std::mem::take(&mut head)),
            ')' | ']' | '}' => {
                within.pop();
                head.clear();
            }
            c if c.is_alphanumeric() || matches!(c, '_' | '!' | '#') => head.push(c),
            _ => head.clear(),
        }
    }
    (bones, found)
}

/// The rest of a string literal whose first quotation mark was read; `head` stands before that: `r#` where it is raw.
fn literal(rest: &mut impl Iterator<Item = char>, head: &str) -> String {
    let mut text = String::new();
    let raw = head.strip_prefix('r').filter(|marks| marks.bytes().all(|mark| mark == b'#'));
    let end = format!("\"{}", raw.unwrap_or_default());
    while let Some(c) = rest.next() {
        text.push(c);
        if let Some(whole) = text.strip_suffix(&end) {
            return whole.to_owned();
        }
        if raw.is_none() && c == '\\' {
            text.extend(rest.next());
        }
    }
    text
}

/// Two words beside each other.
fn is_wording(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_alphabetic() || ".,:;’'!?".contains(c));
    words.windows(2).any(|pair| is_word(pair[0]) && is_word(pair[1]))
}

fn sources(place: &Path, found: &mut Vec<PathBuf>) {
    if place.is_dir() {
        fs::read_dir(place).unwrap().for_each(|entry| sources(&entry.unwrap().path(), found));
    } else if place.extension().is_some_and(|extension| extension == "rs") {
        let name = place.file_name().unwrap().to_string_lossy().into_owned();
        // What happened, as the log names it for operators.
        let other = matches!(name.as_str(), "tests.rs" | "fake.rs" | "chronicle.rs")
            || place.iter().any(|part| part == "tests");
        found.extend((!other).then(|| place.to_owned()));
    }
}

fn wordings(source: &str) -> Vec<String> {
    let for_people = |literal: &Literal| {
        let operators = literal.within.iter().any(|head| FOR_OPERATORS.contains(&head.as_str()));
        !operators && is_wording(&literal.text) && !NO_SENTENCES.iter().any(|(known, _)| literal.text == *known)
    };
    literals(source).into_iter().filter(for_people).map(|literal| literal.text).collect()
}

#[test]
fn sentences_live_in_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    ROOMS.iter().map(|room| root.join(room)).filter(|room| room.exists()).for_each(|room| sources(&room, &mut all));
    assert!(all.len() > 20, "{all:?}");
    let found: Vec<String> = all
        .iter()
        .filter(|path| !QUIET.iter().any(|(place, _)| path.to_string_lossy().contains(place)))
        .flat_map(|path| {
            wordings(&fs::read_to_string(path).unwrap())
                .into_iter()
                .map(move |text| format!("{}: {text}", path.display()))
        })
        .collect();
    assert_eq!(found, Vec::<String>::new(), "sentences outside say");
}

#[test]
fn a_sentence_is_seen_where_it_is_said_and_not_where_it_is_logged() {
    assert_eq!(wordings(r#"fn f() { tell("Choose an access."); }"#), ["Choose an access."]);
    assert_eq!(wordings(r#"const A: &str = "Not done";"#), ["Not done"]);
    assert_eq!(wordings(r#"plain(&format!("{name} and admins"))"#), ["{name} and admins"]);
    let quiet = r#"
        //! "It is said"
        #[error("it is refused: {0}")]
        fn f<'a>(c: char) { warn!(%fault, "it is not said"); let d = '"'; let x = json!({ "rich_text": 'x' }); }
    "#;
    assert_eq!(wordings(quiet), Vec::<String>::new());
}
