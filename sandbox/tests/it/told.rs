//! A walk as the README tells it: what it says to press, to type and to read, in its order.

use crate::{browser::Browser, hands::open};

const README: &str = include_str!("../../../README.md");

/// What one may be told to do, by how the README sets it.
const MARKS: [(&str, &str); 4] = [("“", "”"), ("**", "**"), ("`", "`"), ("*", "*")];

/// Takes a walk, and holds each step to the README: what is done next must be what is told next.
pub struct Told {
    pub browser: Browser,
    ahead: Vec<String>,
    _sandbox: crate::sandbox::Sandbox,
}

impl Told {
    /// Opens sandbox and browser for the walk that stands between these words.
    pub async fn open(from: &str, to: &str) -> Option<Self> {
        let (sandbox, browser) = open().await?;
        let (_, rest) = README.split_once(from).unwrap();
        let (text, _) = rest.split_once(to).unwrap();
        let mut ahead = marked(text);
        ahead.reverse();
        Some(Self { browser, ahead, _sandbox: sandbox })
    }

    fn told(&mut self, what: String) {
        assert_eq!(self.ahead.pop(), Some(what), "the README tells something else here");
    }

    /// Shows a person's messages: "**Bob**".
    pub async fn person(&mut self, name: &str) {
        self.told(format!("**{name}**"));
        self.browser.become_person(&format!("U0{}", name.to_uppercase())).await;
    }

    /// Presses what is called so, whatever is counted beside the name: "**Approve**".
    pub async fn press(&mut self, selector: &str, label: &str) {
        self.told(format!("**{label}**"));
        self.browser
            .until(&format!("document.querySelector({selector:?})?.firstChild.textContent.trim() === {label:?}"))
            .await;
        self.browser.click(selector).await;
    }

    /// Sends a slash command: "`/jit list`".
    pub async fn send(&mut self, line: &str) {
        self.told(format!("`{line}`"));
        self.browser.slash(line).await;
    }

    /// Chooses an access by what it is called: "*Read-Write*".
    pub async fn choose(&mut self, value: &str, label: &str) {
        self.told(format!("*{label}*"));
        let option = format!("#input-entitlement option[value='{value}']");
        self.browser.until_text(&option, label).await;
        self.browser.pick("#input-entitlement", value).await;
    }

    /// Reads what is quoted, "“Approved by you”", in one line; "…" is whatever stands there.
    pub async fn read(&mut self, selector: &str, words: &str) {
        self.told(format!("“{words}”"));
        let parts: Vec<&str> = words.split('…').collect();
        let line = format!(
            "document.querySelector({selector:?})?.innerText.split('\\n').some((line) => {parts:?} \
             .reduce((at, part) => at < 0 ? at : line.indexOf(part, at), 0) >= 0)"
        );
        self.browser.until(&line).await;
    }

    /// The README tells no more.
    pub async fn close(self) {
        assert!(self.ahead.is_empty(), "the README goes on: {:?}", self.ahead);
        self.browser.close().await;
    }
}

/// What is set apart in a text, with its marks, each in one line. File names are not to be done.
fn marked(mut text: &str) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(next) = text.chars().next() {
        let mark = MARKS.iter().find(|(open, _)| text.starts_with(open));
        let Some((open, close)) = mark else {
            text = &text[next.len_utf8()..];
            continue;
        };
        let (words, rest) = text[open.len()..].split_once(close).unwrap();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        found.push(format!("{open}{words}{close}"));
        text = rest;
    }
    found.retain(|what| !what.starts_with('`') || what.starts_with("`/"));
    found
}
