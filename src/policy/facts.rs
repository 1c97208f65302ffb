//! A question as Cedar is asked it: who, what, and all that is known of them.
//!
//! Law: nothing but what the question says is put to the rules, and of groups only those that they may name.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PrincipalConstraint, Request,
    ResourceConstraint, RestrictedExpression as Value,
};
use chrono::SecondsFormat;

use super::{draft::Action, names::SENSITIVITIES};
use crate::domain::{
    catalogue::{Catalogue, Entitlement},
    id::OktaGroupId,
    port::Identity,
    rules::Question,
    time::AccessDuration,
};

/// The types of the schema, and the groups that rules may name.
#[derive(Debug)]
pub(super) struct Directory {
    person: EntityTypeName,
    application: EntityTypeName,
    entitlement: EntityTypeName,
    sensitivity: EntityTypeName,
    action: EntityTypeName,
    groups: Vec<(OktaGroupId, EntityUid)>,
}

impl Directory {
    /// Those of a catalogue; nothing if Cedar took the schema's types for none.
    pub(super) fn of(catalogue: &Catalogue) -> Option<Self> {
        let named = |name: &str| name.parse::<EntityTypeName>().ok();
        let group = named("Group")?;
        let groups = catalogue.groups.iter().map(|(name, okta)| (okta.clone(), uid(&group, name.as_str())));
        Some(Self {
            person: named("Person")?,
            application: named("Application")?,
            entitlement: named("Entitlement")?,
            sensitivity: named("Sensitivity")?,
            action: named("Action")?,
            groups: groups.collect(),
        })
    }

    fn uid_of(&self, person: &Identity) -> EntityUid {
        uid(&self.person, person.email.as_str())
    }

    fn groups_of(&self, person: &Identity) -> impl Iterator<Item = EntityUid> {
        let held = self.groups.iter().filter(|(okta, _)| person.groups.contains(okta));
        held.map(|(_, group)| group.clone())
    }

    fn person(&self, person: &Identity) -> Option<Entity> {
        let mut known = HashMap::from([("email".to_owned(), text(person.email.as_str()))]);
        let manager = person.manager.as_ref().map(|manager| manager.as_str());
        let optional = [("title", person.title.as_deref()), ("department", person.department.as_deref())];
        for (name, value) in optional.into_iter().chain([("manager", manager)]) {
            known.extend(value.map(|value| (name.to_owned(), text(value))));
        }
        Entity::new(self.uid_of(person), known, self.groups_of(person).collect()).ok()
    }

    fn entitlement(&self, entitlement: &Entitlement) -> Option<Entity> {
        let id = entitlement.id.to_string();
        let rank = entitlement.sensitivity.rank();
        let sensitivity = SENSITIVITIES.get(usize::from(rank).checked_sub(1)?)?;
        let known = HashMap::from([
            ("id".to_owned(), text(&id)),
            ("name".to_owned(), text(&entitlement.name)),
            ("sensitivity".to_owned(), Value::new_entity_uid(uid(&self.sensitivity, sensitivity))),
            ("rank".to_owned(), Value::new_long(rank.into())),
        ]);
        let application = self.application_of(entitlement);
        Entity::new(uid(&self.entitlement, &id), known, HashSet::from([application])).ok()
    }

    fn application_of(&self, entitlement: &Entitlement) -> EntityUid {
        uid(&self.application, entitlement.id.application().as_str())
    }
}

/// Whom and what a rule's scope names, if it does: the rule can hold only of these and of what is in them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Scope {
    principal: Option<EntityUid>,
    resource: Option<EntityUid>,
}

impl Scope {
    pub(super) fn of(policy: &Policy) -> Self {
        let principal = match policy.principal_constraint() {
            PrincipalConstraint::Any | PrincipalConstraint::Is(_) => None,
            PrincipalConstraint::In(named) | PrincipalConstraint::Eq(named) | PrincipalConstraint::IsIn(_, named) => {
                Some(named)
            }
        };
        let resource = match policy.resource_constraint() {
            ResourceConstraint::Any | ResourceConstraint::Is(_) => None,
            ResourceConstraint::In(named) | ResourceConstraint::Eq(named) | ResourceConstraint::IsIn(_, named) => {
                Some(named)
            }
        };
        Self { principal, resource }
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn text(text: &str) -> Value {
    Value::new_string(text.to_owned())
}

fn length(length: AccessDuration) -> Value {
    Value::new_duration(format!("{}s", length.secs()))
}

/// What is known when a rule is asked.
pub(super) struct Facts {
    principal: EntityUid,
    resource: EntityUid,
    context: Context,
    action: EntityTypeName,
    pub(super) entities: Entities,
    /// Every scope within which a rule could hold: of nobody in particular, of the person, of each of their groups, and
    /// the same of what is asked for.
    pub(super) scopes: Vec<Scope>,
    /// Whether it could not be read who the manager of somebody among them is.
    pub(super) manager_unread: bool,
}

impl Facts {
    /// A request, by whoever makes it. Nothing where Cedar cannot hold it.
    pub(super) fn of_request(question: &Question<'_>, directory: &Directory) -> Option<Self> {
        Self::of(question, question.person, [question.person], asked(question), directory)
    }

    /// A decision on a request, by an approver.
    pub(super) fn of_decision(question: &Question<'_>, approver: &Identity, directory: &Directory) -> Option<Self> {
        let requester = ("requester".to_owned(), Value::new_entity_uid(directory.uid_of(question.person)));
        let known = asked(question).into_iter().chain([requester]);
        // Of one who is both, what is known as approver is the newer.
        let requester = Some(question.person).filter(|person| person.email != approver.email);
        let people = [approver].into_iter().chain(requester);
        Self::of(question, approver, people, known, directory)
    }

    fn of<'a>(
        question: &Question<'_>,
        principal: &Identity,
        people: impl IntoIterator<Item = &'a Identity>,
        known: impl IntoIterator<Item = (String, Value)>,
        directory: &Directory,
    ) -> Option<Self> {
        let entitlement = directory.entitlement(question.entitlement)?;
        let resource = entitlement.uid();
        let mut entities = vec![entitlement];
        let mut manager_unread = false;
        for person in people {
            manager_unread |= person.manager_unread;
            entities.push(directory.person(person)?);
        }
        let who = directory.uid_of(principal);
        let named: Vec<EntityUid> = directory.groups_of(principal).chain([who.clone()]).collect();
        let what = [resource.clone(), directory.application_of(question.entitlement)];
        Some(Self {
            scopes: scopes(&named, &what),
            principal: who,
            resource,
            context: Context::from_pairs(known).ok()?,
            action: directory.action.clone(),
            entities: Entities::from_entities(entities, None).ok()?,
            manager_unread,
        })
    }

    /// What is asked of the rules for an action.
    pub(super) fn request(&self, action: Action) -> Option<Request> {
        let (principal, resource) = (self.principal.clone(), self.resource.clone());
        Request::new(principal, uid(&self.action, action.name()), resource, self.context.clone(), None).ok()
    }
}

fn scopes(principals: &[EntityUid], resources: &[EntityUid]) -> Vec<Scope> {
    let or_none =
        |named: &[EntityUid]| -> Vec<Option<EntityUid>> { named.iter().cloned().map(Some).chain([None]).collect() };
    let resources = or_none(resources);
    let each = |principal: Option<EntityUid>| {
        resources.iter().cloned().map(move |resource| Scope { principal: principal.clone(), resource })
    };
    or_none(principals).into_iter().flat_map(each).collect()
}

fn asked(question: &Question<'_>) -> [(String, Value); 5] {
    let at = question.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    [
        ("duration".to_owned(), length(question.duration)),
        ("total".to_owned(), length(question.total)),
        ("at".to_owned(), Value::new_datetime(at)),
        ("justification".to_owned(), text(question.justification)),
        ("emergency".to_owned(), Value::new_bool(question.emergency)),
    ]
}
