//! What people type: a justification, a reason.
//!
//! Owns its limits and its digest; refuses to know where the text is kept. Records name a text only by its digest, so
//! that it can be erased and the record still verifies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The longest text anyone may type, in characters: who decides must see all of it on a phone.
pub const LONGEST_TEXT: usize = 1_000;

/// Texts by their digests, as one journal line carries them.
pub type Words = BTreeMap<String, Text>;

/// Why a text is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TextError {
    /// Nothing but blanks.
    #[error("blank")]
    Blank,
    /// So many characters.
    #[error("{0} characters")]
    TooLong(usize),
}

/// A person's text and the salt that keeps its digest from being guessed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Text {
    salt: String,
    text: String,
}

impl Text {
    /// Takes a text as it was typed: control characters and direction overrides go, three or more line breaks become
    /// two, blanks around it go.
    ///
    /// # Errors
    /// If nothing is left, or more than [`LONGEST_TEXT`] characters.
    pub fn parse(typed: &str, salt: String) -> Result<Self, TextError> {
        let text = clean(typed);
        match text.chars().count() {
            0 => Err(TextError::Blank),
            length if length > LONGEST_TEXT => Err(TextError::TooLong(length)),
            _ => Ok(Self { salt, text }),
        }
    }

    /// SHA-256 over salt and text, in hexadecimal: the text's name on record.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.salt.as_bytes());
        hash.update(self.text.as_bytes());
        hex(&hash.finalize())
    }

    /// What stands in words beside the line.
    #[must_use]
    pub fn parts(&self) -> (&str, &str) {
        (&self.salt, &self.text)
    }

    /// A text as it stands beside a line.
    #[must_use]
    pub const fn stored(salt: String, text: String) -> Self {
        Self { salt, text }
    }
}

/// A text on record: its digest, and the text itself unless it was erased.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The text's name on record.
    pub digest: String,
    /// The text; nothing if it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Said {
    /// Looks a digest up among a line's words.
    #[must_use]
    pub fn find(digest: &str, words: &Words) -> Self {
        Self { digest: digest.to_owned(), text: words.get(digest).map(|word| word.text.clone()) }
    }
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn clean(typed: &str) -> String {
    let mut out = String::with_capacity(typed.len());
    let mut breaks = 0;
    for c in typed.trim().replace("\r\n", "\n").chars() {
        match c {
            '\n' => breaks += 1,
            '\t' => out.push(' '),
            c if c.is_control() || overrides_direction(c) => {}
            c => {
                out.extend(std::iter::repeat_n('\n', breaks.min(2)));
                breaks = 0;
                out.push(c);
            }
        }
    }
    out.trim().to_owned()
}

/// A name, or another short text, as it may stand within our own words: in one line, without control characters and
/// direction overrides, cut at `longest` characters.
#[must_use]
pub fn one_line(typed: &str, longest: usize) -> String {
    let cleaned = clean(typed);
    let words: Vec<&str> = cleaned.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= longest {
        return line;
    }
    line.chars().take(longest - 1).chain(['…']).collect()
}

/// The longest name of a person, in characters; longer ones are cut.
pub const LONGEST_NAME: usize = 80;

/// Marks that reorder or hide the text around them.
const fn overrides_direction(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> Result<String, TextError> {
        Text::parse(typed, "salt".into()).map(|text| text.text)
    }

    #[test]
    fn a_text_is_kept_as_typed_but_for_what_hides_or_reorders() {
        assert_eq!(parse("  Stuck <!channel> `x` *y*\r\nINC-42 ").unwrap(), "Stuck <!channel> `x` *y*\nINC-42");
        assert_eq!(parse("a\u{202E}b\u{0007}c\u{200B}").unwrap(), "abc");
        assert_eq!(parse("a\n\n\n\n\nb").unwrap(), "a\n\nb");
    }

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(one_line(" Bob\n\tStone\u{202E}!\u{0000} ", 80), "Bob Stone!");
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcde…");
    }

    #[test]
    fn blank_and_endless_texts_are_refused() {
        for blank in ["", "   ", "\n\t", "\u{200B}\u{202E}"] {
            assert_eq!(parse(blank), Err(TextError::Blank), "{blank:?}");
        }
        assert!(parse(&"é".repeat(LONGEST_TEXT)).is_ok());
        assert_eq!(parse(&"é".repeat(1_240)), Err(TextError::TooLong(1_240)));
    }

    #[test]
    fn the_digest_covers_salt_and_text() {
        let digest = |salt: &str, text: &str| Text::parse(text, salt.into()).unwrap().digest();
        assert_ne!(digest("a", "x"), digest("b", "x"));
        assert_ne!(digest("a", "x"), digest("a", "y"));
        assert_eq!(digest("a", "x"), digest("a", "x"));
    }
}
