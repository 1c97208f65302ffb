//! `/api/v1/users…`: by id, login or shortname; lists and searches; a user's groups.
//!
//! Law: a login with `/` is found by id only, and a shortname only where it is unambiguous.

use serde_json::{Value, json};

use super::{error, groups, not_found, search, stamp};
use crate::company::Person;
use crate::state::State;
use crate::wire::{Asked, Reply};

/// The user's Okta id, by id, login (case ignored) or unambiguous part before the `@`.
pub(super) fn resolve(state: &State, key: &str) -> Option<String> {
    if key.contains('/') {
        return None;
    }
    let all = || state.people.iter().filter_map(|person| person.okta.as_ref());
    let exact = all()
        .find(|account| account.id == key)
        .or_else(|| all().find(|account| account.login.eq_ignore_ascii_case(key)));
    if let Some(account) = exact {
        return Some(account.id.clone());
    }
    let mut short =
        all().filter(|account| account.login.split('@').next().is_some_and(|name| name.eq_ignore_ascii_case(key)));
    match (short.next(), short.next()) {
        (Some(one), None) => Some(one.id.clone()),
        _ => None,
    }
}

pub(super) fn get(state: &mut State, key: &str) -> Reply {
    let found = resolve(state, key).and_then(|id| state.by_okta(&id).map(|person| json(state, person)));
    found.map_or_else(|| not_found(state, key, "User"), |user| Reply::json(200, &user))
}

pub(super) fn groups(state: &mut State, key: &str) -> Reply {
    let Some(id) = resolve(state, key) else {
        return not_found(state, key, "User");
    };
    let names: Vec<String> = state.okta.groups.iter().map(|group| group.id.clone()).collect();
    let mine: Vec<String> =
        names.into_iter().filter(|group| groups::shown_members(state, group).contains(&id)).collect();
    let shown: Vec<Value> =
        mine.iter().filter_map(|group| state.okta.group(group).map(|group| groups::json(state, group))).collect();
    Reply::json(200, &json!(shown))
}

/// The one at the other end of a relationship, or all who are associated; none where there is no link.
pub(super) fn linked(state: &mut State, key: &str, name: &str) -> Reply {
    let Some(id) = resolve(state, key) else {
        return not_found(state, key, "User");
    };
    let all = &state.okta.relationships;
    let Some(one) = all.iter().find(|one| one.primary == name || one.associated == name) else {
        return not_found(state, name, "LinkedObject");
    };
    let found: Vec<&String> = if one.primary == name {
        one.links.get(&id).into_iter().collect()
    } else {
        one.links.iter().filter(|(_, primary)| **primary == id).map(|(user, _)| user).collect()
    };
    let href = |user: &&String| format!("{}/api/v1/users/{user}", state.urls.okta);
    let links: Vec<Value> = found.iter().map(|user| json!({"_links": {"self": {"href": href(user)}}})).collect();
    Reply::json(200, &json!(links))
}

/// `/api/v1/meta/schemas/user/linkedObjects`: the relationships that are defined.
pub(super) fn relationships(state: &mut State) -> Reply {
    let end = |name: &str, title: &str| json!({"name": name, "title": title, "description": title, "type": "USER"});
    let shown = state.okta.relationships.iter().map(|one| {
        let href = format!("{}/api/v1/meta/schemas/user/linkedObjects/{}", state.urls.okta, one.primary);
        json!({
            "primary": end(&one.primary, &one.title), "associated": end(&one.associated, &one.associated),
            "_links": {"self": {"href": href}},
        })
    });
    Reply::json(200, &json!(shown.collect::<Vec<_>>()))
}

pub(super) fn end_sessions(state: &mut State, key: &str) -> Reply {
    match resolve(state, key) {
        Some(_) => Reply::empty(204),
        None => not_found(state, key, "User"),
    }
}

/// `search=` lags and shows deactivated users; `filter=` and `q=` and the plain list do neither.
pub(super) fn list(state: &mut State, asked: &Asked) -> Reply {
    let expression = asked.query("search").or_else(|| asked.query("filter"));
    let test = match expression.map(search::parse).transpose() {
        Ok(test) => test,
        Err(why) => {
            return error(state, 400, "E0000031", &format!("Invalid search criteria. {why}"));
        }
    };
    let searching = asked.query("search").is_some();
    let text = asked.query("q").map(str::to_lowercase);
    let fits = |person: &&Person| {
        let Some(account) = &person.okta else {
            return false;
        };
        let listed = if searching {
            !state.okta.hidden_from_search.contains(&account.id)
        } else {
            account.status != "DEPROVISIONED"
        };
        let named = text.as_ref().is_none_or(|text| {
            person.name.to_lowercase().starts_with(text) || account.email.to_lowercase().starts_with(text)
        });
        listed && named && test.as_ref().is_none_or(|test| test.holds(person))
    };
    let found: Vec<Value> = state.people.iter().filter(fits).map(|person| json(state, person)).collect();
    groups::page(state, asked, "/api/v1/users", &found, 200)
}

pub(super) fn json(state: &State, person: &Person) -> Value {
    let account = person.okta.clone().unwrap_or_default();
    let born = stamp(state.okta.born);
    let mut words = person.name.splitn(2, ' ');
    let mut profile = json!({
        "firstName": words.next(), "lastName": words.next().unwrap_or_default(), "mobilePhone": null, "secondEmail": null,
        "login": account.login,
    });
    for (name, value) in [
        ("email", Some(account.email).filter(|email| !email.is_empty())),
        ("title", account.title),
        ("department", account.department),
        ("managerId", account.manager_id),
        ("manager", account.manager),
    ] {
        if let Some(value) = value {
            profile[name] = json!(value);
        }
    }
    json!({
        "id": account.id, "status": account.status, "created": born, "activated": null, "statusChanged": born, "lastLogin": null,
        "lastUpdated": born, "passwordChanged": null, "type": {"id": "oty1"}, "profile": profile,
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": format!("{}/api/v1/users/{}", state.urls.okta, account.id)}},
    })
}
