//! `users.*`, `usergroups.users.list`, `team.info`, `auth.test`, `api.test`.
//!
//! Pages: docs.slack.dev/reference/methods/users.info and its neighbours. Law: another workspace's people are shown as
//! strangers with their own team, never hidden.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::web::{Answer, Args, no};
use crate::company::Person;
use crate::state::State;
use crate::{APP_TOKEN, TEAM_DOMAIN, TEAM_ID, TEAM_NAME};

/// `users.list` pages hold at most so many.
const LIST_LIMIT: usize = 200;

pub(crate) fn api_test(_: &mut State, args: &Args) -> Answer {
    match args.text("error") {
        None => Ok(json!({"args": {}})),
        Some(_) => Err(no("my_error")),
    }
}

pub(crate) fn auth_test(state: &mut State, args: &Args) -> Answer {
    let slack = &state.slack;
    let mut answer = json!({"url": format!("https://{TEAM_DOMAIN}.slack.com/"), "team": TEAM_NAME, "team_id": TEAM_ID, "app_id": slack.app_id, "app_name": "jit"});
    if args.token.as_deref() != Some(APP_TOKEN) {
        answer["user"] = json!("jit");
        answer["user_id"] = json!(slack.bot_user);
        answer["bot_id"] = json!(slack.bot_id);
        answer["is_enterprise_install"] = json!(false);
    }
    Ok(answer)
}

pub(crate) fn info(state: &mut State, args: &Args) -> Answer {
    let id = args.need("user")?;
    if id == state.slack.bot_user {
        return Ok(json!({"user": bot_json(state)}));
    }
    let person = state.by_slack(&id).ok_or_else(|| no("user_not_found"))?;
    Ok(json!({"user": user_json(state, person)}))
}

pub(crate) fn lookup_by_email(state: &mut State, args: &Args) -> Answer {
    let email = args.need("email")?;
    let found = state.people.iter().find(|person| {
        person.slack.as_ref().is_some_and(|account| !account.deleted && account.email.eq_ignore_ascii_case(&email))
    });
    found.map(|person| json!({"user": user_json(state, person)})).ok_or_else(|| no("users_not_found"))
}

pub(crate) fn list(state: &mut State, args: &Args) -> Answer {
    let limit = args.text("limit").and_then(|text| text.parse().ok()).unwrap_or(LIST_LIMIT).clamp(1, LIST_LIMIT);
    let start: usize = match args.text("cursor").filter(|cursor| !cursor.is_empty()) {
        None => 0,
        Some(cursor) => {
            cursor.strip_prefix("dXNlcjo").and_then(|text| text.parse().ok()).ok_or_else(|| no("invalid_cursor"))?
        }
    };
    let all: Vec<Value> =
        state.people.iter().filter(|person| person.slack.is_some()).map(|person| user_json(state, person)).collect();
    let members: Vec<Value> = all.iter().skip(start).take(limit).cloned().collect();
    let next = if start + limit < all.len() { format!("dXNlcjo{}", start + limit) } else { String::new() };
    Ok(
        json!({"members": members, "cache_ts": state.clock.now().timestamp(), "response_metadata": {"next_cursor": next}}),
    )
}

pub(crate) fn usergroup_users(state: &mut State, args: &Args) -> Answer {
    let id = args.need("usergroup")?;
    let users = state.slack.usergroups.get(&id).ok_or_else(|| no("no_such_subteam"))?;
    Ok(json!({"users": users}))
}

pub(crate) fn team_info(_: &mut State, _: &Args) -> Answer {
    Ok(
        json!({"team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "acme.example", "url": format!("https://{TEAM_DOMAIN}.slack.com/")}}),
    )
}

fn bot_json(state: &State) -> Value {
    let slack = &state.slack;
    json!({
        "id": slack.bot_user, "team_id": TEAM_ID, "name": "jit", "real_name": "jit", "deleted": false, "is_bot": true, "is_app_user": false,
        "is_restricted": false, "is_ultra_restricted": false, "tz": "UTC", "tz_label": "UTC", "tz_offset": 0, "updated": state.clock.now().timestamp(), "is_email_confirmed": false,
        "profile": {"real_name": "jit", "display_name": "jit", "team": TEAM_ID, "api_app_id": slack.app_id, "bot_id": slack.bot_id},
    })
}

fn user_json(state: &State, person: &Person) -> Value {
    let account = person.slack.clone().unwrap_or_default();
    let team = state.team_of(person);
    let handle = account.email.split('@').next().unwrap_or_default().to_owned();
    let mut words = person.name.splitn(2, ' ');
    let mut user = json!({
        "id": account.id, "team_id": team, "name": handle, "deleted": account.deleted, "color": "9f69e7", "real_name": person.name,
        "profile": {
            "real_name": person.name, "real_name_normalized": person.name, "display_name": handle, "display_name_normalized": handle,
            "first_name": words.next(), "last_name": words.next().unwrap_or_default(), "email": account.email, "title": "", "phone": "",
            "status_text": "", "status_emoji": "", "status_expiration": 0, "avatar_hash": "g0", "team": team,
        },
        "is_admin": false, "is_owner": false, "is_primary_owner": false, "is_restricted": account.restricted,
        "is_ultra_restricted": account.ultra_restricted, "is_bot": account.bot, "is_app_user": false,
        "is_email_confirmed": account.email_confirmed, "updated": state.clock.now().timestamp(), "who_can_share_contact_card": "EVERYONE",
    });
    if !account.deleted && !account.tz.is_empty() {
        user["tz"] = json!(account.tz);
        user["tz_label"] = json!(account.tz);
        user["tz_offset"] = json!(offset_secs(&account.tz, state.clock.now().timestamp()));
    }
    if account.stranger {
        user["is_stranger"] = json!(true);
    }
    if account.stranger || !state.slack.scopes.iter().any(|scope| scope == "users:read.email") {
        user["profile"].as_object_mut().into_iter().for_each(|profile| {
            profile.remove("email");
        });
    }
    user
}

/// Seconds east of UTC in a zone at an instant; 0 where the zone is unknown.
pub(crate) fn offset_secs(zone: &str, at: i64) -> i32 {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_second(at).map_or(0, |at| zone.to_offset(at).seconds())
}
