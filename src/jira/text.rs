//! What people typed, made fit for one line, a label or a query.

use crate::jira::adf::is_kept;

/// The longest summary and label, in UTF-16 units: Jira counts as Java does.
const LONGEST: usize = 255;

/// One line of at most 255.
pub(super) fn line(text: &str) -> String {
    let clean: String = text.chars().map(|character| if is_kept(character) { character } else { ' ' }).collect();
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.encode_utf16().count() <= LONGEST {
        return line;
    }
    let cut = within(&line, LONGEST - 1);
    format!("{}…", cut.trim_end())
}

/// A label, or none where nothing is left.
pub(super) fn label(text: &str) -> Option<String> {
    let label = line(text).replace(' ', "-");
    (!label.is_empty()).then_some(label)
}

/// The beginning that has at most so many UTF-16 units.
fn within(text: &str, most: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > most
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// A value in JQL.
pub(super) fn quoted(value: &str) -> String {
    let kept: String = value.chars().filter(|character| is_kept(*character)).collect();
    format!("\"{}\"", kept.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_breaks_and_at_most_255_units() {
        assert_eq!(line(" a\r\nb\u{0}\tc\u{2028}d "), "a b c d");
        assert_eq!(line(&"x".repeat(255)).len(), 255);
        let long = line(&"🦀".repeat(200));
        assert_eq!((long.encode_utf16().count(), long.chars().last()), (255, Some('…')));
        assert_eq!(line(" \n "), "");
        assert_eq!(label("two words").as_deref(), Some("two-words"));
        assert_eq!(label("\n"), None);
    }

    #[test]
    fn a_value_cannot_leave_its_quotes() {
        assert_eq!(quoted(r#"x" OR project = "Y\"#), r#""x\" OR project = \"Y\\""#);
        assert_eq!(quoted("a\nb"), "\"ab\"");
    }
}
