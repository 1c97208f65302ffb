//! Cuts a text into its rules, and measures them before anything that recurses sees them.
//!
//! Law: what is too long or too deep is never parsed.

use super::fault::Wrong;

/// A rule has no more characters than this, its comments not counted.
pub(super) const LONGEST_RULE: usize = 1_000;

/// So many brackets may be open within one another.
pub(super) const DEEPEST: usize = 16;

/// A rule as it stands in its file, from its first word to its `;`.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    /// The line of its first word, from 1.
    pub(super) line: usize,
    pub(super) text: &'t str,
    /// What forbids to parse it, by line.
    pub(super) wrongs: Vec<(usize, Wrong)>,
}

impl Piece<'_> {
    /// The line of its file in which a place of its text lies.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        let before = self.text.bytes().take(offset);
        self.line + before.filter(|byte| *byte == b'\n').count()
    }
}

/// The rules of a text. No rule of Cedar holds a `;` but at its end, so that a slip in one does not spoil the next.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut scanner = Scanner { text, at: 0, line: 1 };
    let mut pieces = Vec::new();
    while scanner.skip_to_a_word() {
        pieces.push(scanner.piece());
    }
    pieces
}

struct Scanner<'t> {
    text: &'t str,
    /// In bytes, always between two characters.
    at: usize,
    line: usize,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        self.line += usize::from(next == '\n');
        Some(next)
    }

    /// Over blanks and comments; false at the end.
    fn skip_to_a_word(&mut self) -> bool {
        while let Some(next) = self.rest().chars().next() {
            if next.is_whitespace() {
                self.next();
            } else if !self.skip_comment() {
                return true;
            }
        }
        false
    }

    fn skip_comment(&mut self) -> bool {
        let comment = self.rest().starts_with("//");
        if comment {
            while self.next().is_some_and(|c| !matches!(c, '\n' | '\r')) {}
        }
        comment
    }

    fn piece(&mut self) -> Piece<'t> {
        let (start, line) = (self.at, self.line);
        let mut measure = Measure::default();
        let ended = loop {
            if self.skip_comment() {
                continue;
            }
            match self.next() {
                None => break false,
                Some(';') => break true,
                Some('"') => self.skip_text(&mut measure),
                Some(c) => measure.note(c, self.line),
            }
        };
        if !ended {
            measure.wrongs.push((line, Wrong::NoEnd));
        }
        if measure.length > LONGEST_RULE {
            measure.wrongs.push((line, Wrong::TooLong(measure.length)));
        }
        Piece { line, text: self.text.get(start..self.at).unwrap_or_default(), wrongs: measure.wrongs }
    }

    /// Over a text in quotes, the first of which was read.
    fn skip_text(&mut self, measure: &mut Measure) {
        let line = self.line;
        measure.length += 1;
        while let Some(c) = self.next() {
            measure.length += 1;
            match c {
                '"' => return,
                '\n' => break,
                '\\' if !self.rest().starts_with('\n') => measure.length += usize::from(self.next().is_some()),
                _ => {}
            }
        }
        measure.wrongs.push((line, Wrong::OpenText));
    }
}

/// How long and how deep a rule is.
#[derive(Default)]
struct Measure {
    length: usize,
    open: usize,
    wrongs: Vec<(usize, Wrong)>,
}

impl Measure {
    fn note(&mut self, c: char, line: usize) {
        self.length += 1;
        match c {
            '(' | '[' | '{' => self.open += 1,
            ')' | ']' | '}' => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        if self.open > DEEPEST && !self.wrongs.iter().any(|(_, wrong)| *wrong == Wrong::TooDeep) {
            self.wrongs.push((line, Wrong::TooDeep));
        }
    }
}
