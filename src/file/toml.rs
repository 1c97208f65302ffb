//! The only reader of TOML.
//!
//! Owns how deep it may nest. Law: what is too deep is never parsed. Whoever parses TOML recurses, and so does whoever
//! walks, copies or drops what came of it; brackets and dotted names multiply, and an overflow of the stack ends the
//! program at once.

use std::error::Error;

use ::config::{FileFormat, Format, Map, Value};
use toml_parser::{Source, lexer::TokenKind};

use super::Deep;

/// So many tables and lists may lie within one another, those that only a dotted name makes counted too. An array of
/// tables counts once, so that what is read is at most three times as deep.
pub const DEEPEST: usize = 8;

/// Why a text is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Slip {
    /// More than [`DEEPEST`] lie within one another here.
    #[error(
        "more than {DEEPEST} tables or lists lie within one another at line {line}. Nothing needs so many: take them apart."
    )]
    TooDeep {
        /// From 1.
        line: usize,
    },
    /// Only the place: the parser's own message quotes the line, which may hold a token.
    #[error(
        "not TOML at line {line}, column {column}. Texts stand in quotes, tables begin with [name], and no key comes twice."
    )]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// It is TOML, and holds what nothing here can be.
    #[error("not TOML that can be read here. Look for a number that is too large.")]
    Unparsable,
}

/// Reads a text; `origin` is what its values say of where they stand.
///
/// # Errors
/// What is wrong with it first.
pub fn parse(_: &Deep, origin: Option<&String>, text: &str) -> Result<Map<String, Value>, Slip> {
    if let Some(line) = too_deep(text) {
        return Err(Slip::TooDeep { line });
    }
    FileFormat::Toml.parse(origin, text).map_err(|error| slip(error.as_ref()))
}

/// A text without its comments: what stands in these says nothing, whatever it is.
pub fn bare(text: &str) -> String {
    let tokens = Source::new(text).lex().filter(|token| token.kind() != TokenKind::Comment);
    tokens.filter_map(|token| text.get(token.span().start()..token.span().end())).collect()
}

fn slip(error: &(dyn Error + Send + Sync)) -> Slip {
    let text = error.to_string();
    let place = text
        .strip_prefix("TOML parse error at line ")
        .and_then(|rest| rest.lines().next()?.split_once(", column "))
        .and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
    match place {
        Some((line, column)) => Slip::Syntax { line, column },
        None => Slip::Unparsable,
    }
}

/// The line in which it becomes too deep. It looks at every token once, and recurses nowhere.
fn too_deep(text: &str) -> Option<usize> {
    let mut measure = Measure::default();
    let token = Source::new(text).lex().find(|token| {
        measure.note(token.kind());
        measure.depth() > DEEPEST
    })?;
    let before = text.get(..token.span().start()).unwrap_or_default();
    Some(1 + before.bytes().filter(|byte| *byte == b'\n').count())
}

/// How deep what follows lies. What is no TOML is rather found too deep than not: brackets that do not belong together
/// close nothing.
#[derive(Default)]
struct Measure {
    /// Names in the heading of the table.
    table: usize,
    /// Brackets, each with itself and the dots of the name before it.
    open: Vec<(TokenKind, usize)>,
    /// Dots of the name that is being read.
    dots: usize,
    line: Line,
}

/// What stands on a line outside all brackets.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Line {
    #[default]
    Blank,
    Heading,
    Key,
}

impl Measure {
    fn depth(&self) -> usize {
        let open: usize = self.open.iter().map(|(_, levels)| levels).sum();
        self.table + open + self.dots
    }

    fn note(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Whitespace | TokenKind::Comment => return,
            TokenKind::Newline => return self.end_line(),
            TokenKind::LeftSquareBracket if self.line == Line::Blank => {
                self.line = Line::Heading;
                self.table = 0;
                self.open(kind);
            }
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => self.open(kind),
            TokenKind::RightSquareBracket => self.close(TokenKind::LeftSquareBracket),
            TokenKind::RightCurlyBracket => self.close(TokenKind::LeftCurlyBracket),
            TokenKind::Dot => self.dots += 1,
            TokenKind::Comma if self.line != Line::Heading => self.dots = 0,
            _ => {}
        }
        if self.line == Line::Blank {
            self.line = Line::Key;
        }
    }

    fn open(&mut self, bracket: TokenKind) {
        self.open.push((bracket, 1 + self.dots));
        self.dots = 0;
    }

    fn close(&mut self, bracket: TokenKind) {
        self.open.pop_if(|(open, _)| *open == bracket);
    }

    /// A heading ends with its line, whatever is open; in lists no name goes on, and tables may.
    fn end_line(&mut self) {
        match (self.line, self.open.last()) {
            (Line::Heading, _) => {
                self.table = self.dots + 1;
                self.open.clear();
            }
            (_, None) => {}
            (_, Some((TokenKind::LeftSquareBracket, _))) => {
                self.dots = 0;
                return;
            }
            (_, Some(_)) => return,
        }
        self.dots = 0;
        self.line = Line::Blank;
    }
}
