//! Atlassian Document Format out of plain paragraphs and quotes.
//!
//! Page: <https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/>. Law: whatever the texts are, the
//! document is valid and fits, and nothing in them is markup.

use serde_json::{Value, json};

/// The most that Jira keeps. Counted over the document as it is sent, in UTF-16 units: the strictest reading of its limit.
const LIMIT: usize = 32_767;

/// What the braces around a block take, at most.
const AROUND: usize = 96;

/// What a text takes beside its characters, and a break; with a comma each.
const AROUND_TEXT: usize = 26;
const BREAK: usize = 21;

/// A part of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Block<'a> {
    /// A paragraph; line breaks stay.
    Paragraph(&'a str),
    /// Somebody's own words.
    Quote(&'a str),
}

/// A document of these parts. Empty ones are left out; what does not fit is cut, and `note` stands at the end.
#[must_use]
pub fn document(blocks: &[Block<'_>], note: &str) -> Value {
    let (note, _) = inline(note, 1_000);
    let mut left = LIMIT - AROUND - note.size - AROUND;
    let mut content = Vec::new();
    let mut cut = false;
    for block in blocks {
        let (Block::Paragraph(text) | Block::Quote(text)) = block;
        let (inline, whole) = inline(text, left.saturating_sub(AROUND));
        if !inline.nodes.is_empty() {
            left = left.saturating_sub(AROUND + inline.size);
            content.push(inline.block(block));
        }
        if !whole {
            cut = true;
            break;
        }
    }
    if cut && !note.nodes.is_empty() {
        content.push(note.block(&Block::Paragraph("")));
    }
    json!({"type": "doc", "version": 1, "content": content})
}

/// Whether a character may stand in a document: no control characters, and none that are no characters.
pub(super) fn is_kept(character: char) -> bool {
    let is_none = u32::from(character) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&character);
    !character.is_control() && !is_none
}

#[derive(Default)]
struct Inline {
    nodes: Vec<Value>,
    size: usize,
}

impl Inline {
    fn block(self, as_what: &Block<'_>) -> Value {
        let paragraph = json!({"type": "paragraph", "content": self.nodes});
        match as_what {
            Block::Paragraph(_) => paragraph,
            Block::Quote(_) => json!({"type": "blockquote", "content": [paragraph]}),
        }
    }
}

/// The lines of a text, as far as there is room; whether that was all.
fn inline(text: &str, room: usize) -> (Inline, bool) {
    let mut inline = Inline::default();
    for (number, line) in text.trim().lines().enumerate() {
        let before = inline.size + if number == 0 { 0 } else { BREAK };
        if before > room {
            return (inline, false);
        }
        if number > 0 {
            inline.nodes.push(json!({"type": "hardBreak"}));
        }
        inline.size = before;
        let (kept, size, whole) = fitting(line, room.saturating_sub(before + AROUND_TEXT));
        if !kept.is_empty() {
            inline.nodes.push(json!({"type": "text", "text": kept}));
            inline.size += AROUND_TEXT + size;
        }
        if !whole {
            return (inline, false);
        }
    }
    let says = inline.nodes.iter().any(|node| node["type"] == "text");
    (if says { inline } else { Inline::default() }, true)
}

/// The beginning of a line that fits, what it takes, and whether that is all of it.
fn fitting(line: &str, room: usize) -> (String, usize, bool) {
    let (mut kept, mut size) = (String::new(), 0);
    for character in
        line.chars().map(|character| if character == '\t' { ' ' } else { character }).filter(|c| is_kept(*c))
    {
        let more = if matches!(character, '"' | '\\') { 2 } else { character.len_utf16() };
        if size + more > room {
            return (kept, size, false);
        }
        kept.push(character);
        size += more;
    }
    (kept, size, true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOTE: &str = "Shortened.";

    /// What Atlassian's schema asks of paragraphs, quotes, texts and breaks.
    fn holds(document: &Value) -> Result<(), String> {
        let bad = |node: &Value| Err(node.to_string());
        for block in document["content"].as_array().unwrap() {
            let paragraph = if block["type"] == "blockquote" { &block["content"][0] } else { block };
            if paragraph["type"] != "paragraph" {
                return bad(block);
            }
            for node in paragraph["content"].as_array().unwrap() {
                match node["type"].as_str().unwrap() {
                    "hardBreak" => {}
                    "text"
                        if node["text"].as_str().is_some_and(|text| !text.is_empty() && text.chars().all(is_kept)) => {}
                    _ => return bad(node),
                }
            }
        }
        let units = document.to_string().encode_utf16().count();
        if units <= LIMIT { Ok(()) } else { Err(format!("{units} units")) }
    }

    fn last(document: &Value) -> &str {
        document["content"].as_array().unwrap().last().unwrap()["content"][0]["text"].as_str().unwrap()
    }

    #[test]
    fn texts_become_paragraphs_quotes_and_breaks() {
        let blocks = [
            Block::Paragraph("Alice\tasks"),
            Block::Quote("one\r\n\r\n{\"type\":\"doc\"} *b* @bob\u{0}\n"),
            Block::Paragraph(" \n "),
        ];
        let expected = json!({"type": "doc", "version": 1, "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "Alice asks"}]},
            {"type": "blockquote", "content": [{"type": "paragraph", "content": [
                {"type": "text", "text": "one"}, {"type": "hardBreak"}, {"type": "hardBreak"},
                {"type": "text", "text": "{\"type\":\"doc\"} *b* @bob"}]}]},
        ]});
        assert_eq!(document(&blocks, NOTE), expected);
    }

    #[test]
    fn what_is_too_long_is_cut_with_a_note() {
        for text in [
            "x".repeat(40_000),
            "\"".repeat(40_000),
            "\n".repeat(40_000) + "x",
            "a\n".repeat(20_000),
            "🦀".repeat(20_000),
        ] {
            let long = format!("start{text}");
            let cut = document(&[Block::Quote(&long), Block::Paragraph("after")], NOTE);
            assert_eq!(holds(&cut), Ok(()));
            assert_eq!(last(&cut), NOTE);
            assert!(cut.to_string().encode_utf16().count() > LIMIT - 500, "no more is cut than must be");
        }
        let fits = "x".repeat(32_000);
        assert_eq!(last(&document(&[Block::Paragraph(&fits)], NOTE)), fits);
        let many = vec![Block::Paragraph("short"); 2_000];
        let cut = document(&many, NOTE);
        assert_eq!((holds(&cut), last(&cut)), (Ok(()), NOTE));
    }

    proptest! {
        #[test]
        fn any_texts_make_a_valid_document(texts in proptest::collection::vec((any::<bool>(), any::<String>()), 0..8)) {
            let blocks: Vec<Block<'_>> =
                texts.iter().map(|(quote, text)| if *quote { Block::Quote(text) } else { Block::Paragraph(text) }).collect();
            prop_assert_eq!(holds(&document(&blocks, NOTE)), Ok(()));
        }
    }
}
