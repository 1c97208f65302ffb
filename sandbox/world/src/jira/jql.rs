//! A small part of JQL: clauses of `=` and `in` joined by AND, and an order that is read and not kept.
//!
//! Page: support.atlassian.com/jira-software-cloud/docs/jql-fields. Law: what is not understood is refused, never skipped.

/// One clause: a field is one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) field: String,
    pub(super) values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

/// Reads a query.
///
/// # Errors
/// In Jira's manner.
pub(super) fn read(query: &str) -> Result<Vec<Clause>, String> {
    let tokens = tokens(query)?;
    let mut rest = tokens.as_slice();
    let mut clauses = Vec::new();
    while !rest.is_empty() && !is_word(rest, "order") {
        let (clause, after) = clause(rest)?;
        clauses.push(clause);
        rest = after;
        if is_word(rest, "and") {
            rest = rest.get(1..).unwrap_or_default();
            if rest.is_empty() {
                return Err("Error in the JQL Query: Expecting a clause after 'AND'.".into());
            }
        } else if !rest.is_empty() && !is_word(rest, "order") {
            return Err("Error in the JQL Query: Expecting either 'OR' or 'AND'.".into());
        }
    }
    order(rest)?;
    if clauses.is_empty() {
        return Err("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.".into());
    }
    Ok(clauses)
}

fn is_word(tokens: &[Token], word: &str) -> bool {
    matches!(tokens.first(), Some(Token::Word(first)) if first.eq_ignore_ascii_case(word))
}

fn order(rest: &[Token]) -> Result<(), String> {
    match rest {
        [] => Ok(()),
        [_, Token::Word(by), Token::Word(_)] if by.eq_ignore_ascii_case("by") => Ok(()),
        [_, Token::Word(by), Token::Word(_), Token::Word(way)]
            if by.eq_ignore_ascii_case("by") && ["asc", "desc"].contains(&way.to_lowercase().as_str()) =>
        {
            Ok(())
        }
        _ => Err("Error in the JQL Query: the order is not understood.".into()),
    }
}

fn clause(tokens: &[Token]) -> Result<(Clause, &[Token]), String> {
    match tokens {
        [Token::Word(field), Token::Sign('='), Token::Word(value) | Token::Text(value), rest @ ..] => {
            Ok((Clause { field: field.to_lowercase(), values: vec![value.clone()] }, rest))
        }
        [Token::Word(field), Token::Word(word), Token::Sign('('), rest @ ..] if word.eq_ignore_ascii_case("in") => {
            let (values, rest) = list(rest)?;
            Ok((Clause { field: field.to_lowercase(), values }, rest))
        }
        _ => Err("Error in the JQL Query: Expecting a field, an operator and a value.".into()),
    }
}

fn list(mut rest: &[Token]) -> Result<(Vec<String>, &[Token]), String> {
    let mut values = Vec::new();
    loop {
        match rest {
            [Token::Word(value) | Token::Text(value), Token::Sign(','), after @ ..] => {
                values.push(value.clone());
                rest = after;
            }
            [Token::Word(value) | Token::Text(value), Token::Sign(')'), after @ ..] => {
                values.push(value.clone());
                return Ok((values, after));
            }
            _ => return Err("Error in the JQL Query: Expecting a value or ')'.".into()),
        }
    }
}

fn tokens(query: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = query.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            space if space.is_whitespace() => {}
            '=' | '(' | ')' | ',' => tokens.push(Token::Sign(first)),
            '"' | '\'' => tokens.push(Token::Text(quoted(&mut rest, first)?)),
            letter if letter.is_alphanumeric() || letter == '_' => {
                let mut word = String::from(letter);
                while let Some(next) = rest.next_if(|next| next.is_alphanumeric() || matches!(next, '_' | '-')) {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
            other => {
                return Err(format!("Error in the JQL Query: The character '{other}' is a reserved JQL character."));
            }
        }
    }
    Ok(tokens)
}

fn quoted(rest: &mut impl Iterator<Item = char>, quote: char) -> Result<String, String> {
    let mut text = String::new();
    while let Some(next) = rest.next() {
        match next {
            '\\' => match rest.next() {
                Some('n') => text.push('\n'),
                Some(escaped @ ('"' | '\'' | '\\' | ' ')) => text.push(escaped),
                _ => return Err("Error in the JQL Query: an illegal JQL escape sequence.".into()),
            },
            end if end == quote => return Ok(text),
            '\n' | '\r' => break,
            other => text.push(other),
        }
    }
    Err("Error in the JQL Query: The quoted string has not been completed.".into())
}

#[cfg(test)]
mod tests {
    use super::{Clause, read};

    fn one(field: &str, values: &[&str]) -> Clause {
        Clause { field: field.into(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    #[test]
    fn what_is_understood_is_read_and_the_rest_refused() {
        let asked = r#"project = ACCESS AND labels = "a\"b\\" and Labels in (x, "y") ORDER BY created ASC"#;
        let expected = [one("project", &["ACCESS"]), one("labels", &["a\"b\\"]), one("labels", &["x", "y"])];
        assert_eq!(read(asked), Ok(expected.to_vec()));
        for bad in [
            "",
            "order by key",
            "project = ",
            "project = A labels = b",
            "project ~ A",
            "labels = \"a",
            "project = A AND",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
