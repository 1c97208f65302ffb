//! `/api/v1/groups…`: groups, members with paging, membership writes, rules, roles.
//!
//! Law: reads may lag behind writes, writes never behind each other.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Did, Group, GroupKind, Lag, Rule, Stale, Write, Writer, error, not_found, stamp, users};
use crate::state::State;
use crate::wire::{Asked, Reply};
use crate::world::World;

/// A page of members where the client names no limit.
const MEMBERS_PAGE: usize = 1000;

pub(super) fn json(state: &State, group: &Group) -> Value {
    let born = stamp(state.okta.born);
    let changed = group.last_membership_updated.map_or_else(|| born.clone(), stamp);
    let class = if group.kind == GroupKind::AppGroup { "okta:windows_security_principal" } else { "okta:user_group" };
    let link = |tail: &str| json!({"href": format!("{}/api/v1/groups/{}{tail}", state.urls.okta, group.id)});
    json!({
        "id": group.id, "created": born, "lastUpdated": born, "lastMembershipUpdated": changed, "objectClass": [class],
        "type": group.kind, "profile": {"name": group.name, "description": ""},
        "_links": {"self": link(""), "users": link("/users"), "apps": link("/apps")},
    })
}

pub(super) fn get(state: &mut State, id: &str) -> Reply {
    let found = state.okta.group(id).map(|group| json(state, group));
    found.map_or_else(|| not_found(state, id, "UserGroup"), |group| Reply::json(200, &group))
}

pub(super) fn list(state: &mut State, asked: &Asked) -> Reply {
    let wanted = asked.query("q").unwrap_or_default().to_lowercase();
    let found: Vec<Value> = state
        .okta
        .groups
        .iter()
        .filter(|group| group.name.to_lowercase().starts_with(&wanted))
        .map(|group| json(state, group))
        .collect();
    page(state, asked, "/api/v1/groups", &found, 1000)
}

/// The members that a read sees now; it counts as a read.
pub(super) fn shown_members(state: &mut State, id: &str) -> BTreeSet<String> {
    let elapsed = state.clock.elapsed();
    let Some(group) = state.okta.group_mut(id) else {
        return BTreeSet::new();
    };
    let Some(stale) = &mut group.stale else {
        return group.members.clone();
    };
    let shows_old = match stale.until {
        Some(until) => elapsed < until,
        None => stale.reads_left > 0,
    };
    stale.reads_left = stale.reads_left.saturating_sub(1);
    if shows_old {
        return stale.members.clone();
    }
    group.stale = None;
    group.members.clone()
}

pub(super) fn members(state: &mut State, asked: &Asked, id: &str) -> Reply {
    if state.okta.group(id).is_none() {
        return not_found(state, id, "UserGroup");
    }
    let shown = shown_members(state, id);
    let found: Vec<Value> =
        shown.iter().filter_map(|user| state.by_okta(user).map(|person| users::json(state, person))).collect();
    page(state, asked, &format!("/api/v1/groups/{id}/users"), &found, MEMBERS_PAGE)
}

/// One page with its `Link` lines; the cursor is opaque and starts after the object it names.
pub(super) fn page(state: &mut State, asked: &Asked, path: &str, all: &[Value], default: usize) -> Reply {
    let limit = match asked.query("limit").map(str::parse::<usize>) {
        None => default,
        Some(Ok(limit)) if (1..=10_000).contains(&limit) => limit,
        Some(_) => return error(state, 400, "E0000001", "Api validation failed: limit"),
    };
    let start = match asked.query("after") {
        None => 0,
        Some(after) => match all.iter().position(|item| item["id"] == json!(after)) {
            Some(at) => at + 1,
            None => return error(state, 400, "E0000001", "Api validation failed: after"),
        },
    };
    let items: Vec<&Value> = all.iter().skip(start).take(limit).collect();
    let base = format!("{}{path}", state.urls.okta);
    let mut links = vec![format!("<{base}?{}>; rel=\"self\"", asked.raw_query)];
    if let (true, Some(last)) = (start + items.len() < all.len(), items.last()) {
        let keep: Vec<&str> = asked
            .raw_query
            .split('&')
            .filter(|part| !part.is_empty() && !part.starts_with("after=") && !part.starts_with("limit="))
            .collect();
        let mut query: Vec<String> = keep.iter().map(|part| (*part).to_owned()).collect();
        query.push(format!("after={}", last["id"].as_str().unwrap_or_default()));
        query.push(format!("limit={limit}"));
        links.push(format!("<{base}?{}>; rel=\"next\"", query.join("&")));
    }
    let reply = Reply::json(200, &json!(items));
    if state.okta.joined_links {
        return reply.with("link", links.join(", "));
    }
    links.iter().fold(reply, |reply, link| reply.with("link", link))
}

/// `PUT` and `DELETE` of a membership: 204 also where nothing changes.
pub(super) fn write(state: &mut State, did: Did, group: &str, user: &str, request_id: &str) -> Reply {
    let Some(kind) = state.okta.group(group).map(|group| group.kind) else {
        return not_found(state, group, "UserGroup");
    };
    let Some(id) = users::resolve(state, user) else {
        return not_found(state, user, "User");
    };
    if kind != GroupKind::OktaGroup {
        return error(state, 403, "E0000006", "You do not have permission to perform the requested action");
    }
    let gone = state
        .by_okta(&id)
        .and_then(|person| person.okta.as_ref())
        .is_some_and(|account| account.status == "DEPROVISIONED");
    if gone && did == Did::Add {
        return error(state, 403, "E0000038", "This operation is not allowed in the user's current status.");
    }
    let effective = changed(state, did, group, &id, Writer::Bot, request_id);
    if !effective && did == Did::Remove && state.okta.absent_is_404 {
        return not_found(state, &id, "User");
    }
    Reply::empty(204)
}

fn changed(state: &mut State, did: Did, group: &str, user: &str, by: Writer, request_id: &str) -> bool {
    let (now, elapsed, lag) = (state.clock.now(), state.clock.elapsed(), state.okta.lag);
    let Some(known) = state.okta.group_mut(group) else {
        return false;
    };
    let before = known.members.clone();
    let effective = match did {
        Did::Add => known.members.insert(user.to_owned()),
        Did::Remove => known.members.remove(user),
    };
    if effective {
        known.last_membership_updated = Some(now);
        known.stale = match lag {
            Lag::None => None,
            Lag::Reads(reads_left) => Some(Stale { members: before, reads_left, until: None }),
            Lag::Millis(ms) => {
                Some(Stale { members: before, reads_left: 0, until: Some(elapsed + Duration::from_millis(ms)) })
            }
        };
    }
    if effective && did == Did::Remove {
        let fed = state
            .okta
            .rules
            .iter_mut()
            .filter(|rule| rule.status == "ACTIVE" && rule.groups.iter().any(|fed| fed == group));
        fed.for_each(|rule| rule.excluded.extend([user.to_owned()]));
    }
    state.okta.writes.push(Write {
        at: now,
        by,
        did,
        group: group.into(),
        user: user.into(),
        effective,
        request_id: request_id.into(),
    });
    effective
}

pub(super) fn roles(state: &mut State, id: &str) -> Reply {
    let Some(group) = state.okta.group(id) else {
        return not_found(state, id, "UserGroup");
    };
    let roles: Vec<Value> = group.admin_roles.iter().enumerate().map(|(index, role)| {
        json!({"id": format!("gra{index}"), "label": role, "type": role, "status": "ACTIVE", "created": stamp(state.okta.born), "lastUpdated": stamp(state.okta.born), "assignmentType": "GROUP"})
    }).collect();
    Reply::json(200, &json!(roles))
}

pub(super) fn rules(state: &mut State, asked: &Asked) -> Reply {
    let found: Vec<Value> = state.okta.rules.iter().map(|rule| rule_json(state, rule)).collect();
    page(state, asked, "/api/v1/groups/rules", &found, 50)
}

fn rule_json(state: &State, rule: &Rule) -> Value {
    json!({
        "type": "group_rule", "id": rule.id, "status": rule.status, "name": rule.name, "created": stamp(state.okta.born), "lastUpdated": stamp(state.okta.born),
        "conditions": {"people": {"users": {"exclude": rule.excluded}, "groups": {"exclude": []}}, "expression": {"value": rule.expression, "type": "urn:okta:expression:1.0"}},
        "actions": {"assignUserToGroups": {"groupIds": rule.groups}},
    })
}

impl World {
    /// Somebody adds a member in the admin console.
    pub fn add_by_hand(&self, group: &str, okta_user: &str, who: &str) {
        self.change(|state| changed(state, Did::Add, group, okta_user, Writer::Hand(who.into()), ""));
    }

    /// Somebody removes a member in the admin console.
    pub fn remove_by_hand(&self, group: &str, okta_user: &str, who: &str) {
        self.change(|state| changed(state, Did::Remove, group, okta_user, Writer::Hand(who.into()), ""));
    }

    /// The true members of a group, whatever a lagging read says.
    #[must_use]
    pub fn members(&self, group: &str) -> Vec<String> {
        self.look(|state| {
            state.okta.group(group).map(|group| group.members.iter().cloned().collect()).unwrap_or_default()
        })
    }

    /// Every membership write, in order.
    #[must_use]
    pub fn writes(&self) -> Vec<Write> {
        self.look(|state| state.okta.writes.clone())
    }

    /// Waits until a group has this member.
    pub async fn until_member(&self, group: &str, okta_user: &str) {
        self.until(&format!("{okta_user} in {group}"), |state| state.is_member(group, okta_user).then_some(())).await;
    }

    /// Waits until a group does not have this member.
    pub async fn until_not_member(&self, group: &str, okta_user: &str) {
        self.until(&format!("{okta_user} out of {group}"), |state| (!state.is_member(group, okta_user)).then_some(()))
            .await;
    }
}
