//! Okta's search and filter expressions, as far as a client of users needs them: `attribute op "value"`, `and`, `or`.
//!
//! Page: developer.okta.com/docs/reference/user-query. Law: a value is a JSON string, so nothing in it can end it.

use crate::company::Person;

/// An expression that was understood: alternatives of conditions.
#[derive(Debug)]
pub(super) struct Test(Vec<Vec<Condition>>);

#[derive(Debug)]
struct Condition {
    attribute: String,
    operator: String,
    value: String,
}

impl Test {
    pub(super) fn holds(&self, person: &Person) -> bool {
        self.0.iter().any(|all| all.iter().all(|condition| condition.holds(person)))
    }
}

impl Condition {
    fn holds(&self, person: &Person) -> bool {
        let Some(account) = &person.okta else {
            return false;
        };
        let has = match self.attribute.as_str() {
            "profile.email" => &account.email,
            "profile.login" => &account.login,
            "status" => &account.status,
            _ => &account.id,
        };
        let (has, value) = (has.to_lowercase(), self.value.to_lowercase());
        match self.operator.as_str() {
            "sw" => has.starts_with(&value),
            "ne" => has != value,
            _ => has == value,
        }
    }
}

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Test, String> {
    let mut rest = text.trim_start();
    let mut alternatives = vec![Vec::new()];
    loop {
        let (condition, after) = condition(rest)?;
        alternatives.last_mut().into_iter().for_each(|all: &mut Vec<Condition>| all.push(condition_of(&condition)));
        rest = after.trim_start();
        if rest.is_empty() {
            return Ok(Test(alternatives));
        }
        let (word, after) = rest.split_once(' ').ok_or("unexpected end")?;
        match word.to_lowercase().as_str() {
            "and" => {}
            "or" => alternatives.push(Vec::new()),
            other => return Err(format!("unexpected {other}")),
        }
        rest = after.trim_start();
    }
}

type Parts = (String, String, String);

fn condition_of((attribute, operator, value): &Parts) -> Condition {
    Condition { attribute: attribute.clone(), operator: operator.clone(), value: value.clone() }
}

fn condition(text: &str) -> Result<(Parts, &str), String> {
    let (attribute, rest) = text.split_once(' ').ok_or("an attribute is expected")?;
    if !["profile.email", "profile.login", "status", "id"].contains(&attribute) {
        return Err(format!("unknown attribute {attribute}"));
    }
    let (operator, rest) = rest.trim_start().split_once(' ').ok_or("an operator is expected")?;
    if !["eq", "sw", "ne"].contains(&operator) {
        return Err(format!("unknown operator {operator}"));
    }
    let mut values = serde_json::Deserializer::from_str(rest.trim_start()).into_iter::<String>();
    let value = values.next().and_then(Result::ok).ok_or("a quoted value is expected")?;
    let after = &rest.trim_start()[values.byte_offset()..];
    Ok(((attribute.into(), operator.into(), value), after))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::company::Person;

    #[test]
    fn a_value_is_a_json_string_and_cannot_end_itself() {
        let mut person = Person::member("alice", "Alice Martin", "UTC");
        assert!(parse(r#"profile.email eq "ALICE@acme.example""#).unwrap().holds(&person));
        assert!(
            parse(r#"profile.email eq "x" or profile.email eq "alice@acme.example" and status eq "ACTIVE""#)
                .unwrap()
                .holds(&person)
        );
        assert!(!parse(r#"profile.email eq "alice@acme.example\" or status eq \"ACTIVE""#).unwrap().holds(&person));
        person.okta.as_mut().unwrap().email = "a\"b@acme.example".into();
        assert!(parse(r#"profile.email eq "a\"b@acme.example""#).unwrap().holds(&person));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in [
            "",
            "alice",
            "profile.email eq alice",
            r#"profile.shoe eq "9""#,
            r#"profile.email is "x""#,
            r#"profile.email eq "x" xor status eq "y""#,
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
