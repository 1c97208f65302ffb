//! Reads the catalogue: groups of approvers, applications, and what one can ask for in each.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    authority::{Authority, Draft},
    fault::{Shown, Wrong},
    reader::{Place, Section, nearest},
    sections::shown,
    settings::Requests,
    values,
};
use crate::domain::{
    catalogue::{Application, Catalogue, Emergency, Who},
    id::{ApplicationId, ApproversName, EntitlementId, GroupName, LevelId, OktaGroupId},
};

/// Words that mean something else where a group's name could stand.
const RESERVED: [&str; 3] = ["owner", "manager", "everyone"];

/// Reads `[approvers]`, `[groups]`, `[emergency]` and `[[application]]`. Whoever may ask, decide or see is noted in `authority`.
pub(super) fn read(
    root: &mut Section<'_>,
    requests: Option<&Requests>,
    authority: &mut Authority,
) -> Option<Catalogue> {
    let approvers = approvers(root.section("approvers"), authority);
    let groups = groups(root.section("groups"), authority);
    let names: BTreeSet<String> = approvers.keys().cloned().collect();
    let emergency = emergency(root.section("emergency"), &names, requests);
    let breaks_glass = !matches!(emergency, Some(None));
    let mut reader = Reader { names: &names, requests, authority, breaks_glass, drafts: Vec::new() };
    let applications = reader.applications(root);
    let drafts = reader.drafts;
    let levels = authority.settle(drafts);
    let approvers = approvers.into_iter().map(|(name, people)| {
        let name = ApproversName::parse(name).ok()?;
        Some((name, people?))
    });
    let approvers = approvers.collect::<Option<_>>()?;
    let fallback = requests.and_then(|requests| requests.fallback.clone());
    let (applications, emergency, groups) = (applications?, emergency?, groups?);
    let mut catalogue = Catalogue { applications, approvers, emergency, groups, fallback, ..Catalogue::default() };
    for level in levels {
        let application = catalogue.applications.get_mut(level.id.application())?;
        application.entitlements.push(level);
    }
    Some(catalogue)
}

fn approvers(mut section: Section<'_>, authority: &mut Authority) -> BTreeMap<String, Option<Vec<Who>>> {
    let named = section.named(|raw| raw.list(values::decider));
    let place = section.finish();
    let read = named.into_iter().map(|(name, listed)| {
        let key = Shown::of(&name).key();
        let people = listed.and_then(|listed| {
            let at = format!("approvers.{key}");
            deciders(&place, &key, listed, authority, &at)
        });
        if RESERVED.contains(&name.as_str()) {
            place.fault(&key, Wrong::ReservedName(key.clone()));
        } else if ApproversName::parse(name.as_str()).is_err() {
            place.fault(&key, Wrong::NotAnId(Shown::of(&name)));
        }
        (name, people)
    });
    read.collect()
}

/// Nothing where the table is not written; nothing in that where it is faulty.
fn emergency(
    mut section: Section<'_>,
    names: &BTreeSet<String>,
    requests: Option<&Requests>,
) -> Option<Option<Emergency>> {
    if !section.is_written() {
        section.finish();
        return Some(None);
    }
    let max_duration = section.take_or("max_duration", "1h", values::length);
    let cooldown = section.take_or("cooldown", "12h", values::length);
    let review = section.need("review", r#""soc""#, |raw| {
        let text = raw.text()?;
        let name = ApproversName::parse(text.as_str()).ok().filter(|_| names.contains(&text));
        let unknown = || Wrong::NoSuchApprovers {
            name: Shown::of(&text),
            nearest: nearest(&text, names.iter().map(String::as_str)),
        };
        Ok(name.ok_or_else(unknown)?)
    });
    let place = section.finish();
    let least = requests.map(|requests| requests.min_duration);
    if let (Some(most), Some(least)) = (max_duration, least)
        && most < least
    {
        place.fault("max_duration", Wrong::BelowMinimum(shown(most), shown(least)));
        return None;
    }
    Some(Some(Emergency { max_duration: max_duration?, cooldown: cooldown?, review: review? }))
}

/// Names of Okta groups for rules. What rules go by gives authority.
fn groups(mut section: Section<'_>, authority: &mut Authority) -> Option<BTreeMap<GroupName, OktaGroupId>> {
    let named = section.named(values::okta_group);
    let place = section.finish();
    let read = named.into_iter().map(|(name, group)| {
        let key = Shown::of(&name).key();
        let group = group.inspect(|group| authority.note(&Who::Group(group.clone()), &format!("groups.{key}")));
        if let Ok(name) = GroupName::parse(name.as_str()) {
            return Some((name, group?));
        }
        place.fault(&key, Wrong::NotAnId(Shown::of(&name)));
        None
    });
    read.collect::<Vec<_>>().into_iter().collect()
}

/// Those of a list, people and groups, who decide, once each.
fn deciders(place: &Place<'_>, key: &str, listed: Vec<Who>, authority: &mut Authority, at: &str) -> Option<Vec<Who>> {
    if listed.is_empty() {
        place.fault(key, Wrong::EmptyList("at least one e-mail address or okta: group"));
        return None;
    }
    let (mut deciders, mut seen) = (Vec::new(), BTreeSet::new());
    let mut sound = Some(());
    for (index, who) in listed.into_iter().enumerate() {
        authority.note(&who, at);
        if let Some(wrong) = authority.fault_of(&who) {
            place.fault(&format!("{key}[{index}]"), wrong);
            sound = None;
        }
        if seen.insert(who.clone()) {
            deciders.push(who);
        }
    }
    sound.map(|()| deciders)
}

/// What the parts of the catalogue have to know of one another.
pub(super) struct Reader<'a, 'w> {
    /// All groups of approvers that are written, faulty or not.
    pub(super) names: &'a BTreeSet<String>,
    pub(super) requests: Option<&'a Requests>,
    /// Whether `[emergency]` is written, faulty or not.
    pub(super) breaks_glass: bool,
    pub(super) authority: &'a mut Authority,
    /// The levels so far.
    pub(super) drafts: Vec<Draft<'w>>,
}

impl<'w> Reader<'_, 'w> {
    fn applications(&mut self, root: &mut Section<'w>) -> Option<BTreeMap<ApplicationId, Application>> {
        let mut applications = BTreeMap::new();
        let mut origins: BTreeMap<ApplicationId, String> = BTreeMap::new();
        let mut sound = Some(());
        for mut section in root.tables("application") {
            let application = self.application(&mut section);
            let place = section.finish();
            let Some(application) = application else {
                sound = None;
                continue;
            };
            let id = application.id.clone();
            if let Some(origin) = origins.get(&id) {
                let wrong = Wrong::DuplicateApplication(id.to_string(), origin.clone());
                place.fault("id", wrong);
            }
            origins.insert(id.clone(), place.origin().to_owned());
            applications.insert(id, application);
        }
        sound.map(|()| applications)
    }

    /// An application without its levels, which are kept as drafts until all are known.
    fn application(&mut self, section: &mut Section<'w>) -> Option<Application> {
        let id = section.need("id", r#""prod-db""#, values::id(ApplicationId::parse));
        if let Some(id) = &id {
            section.call(format!("{} {id}", section.place().at()));
        }
        let name = section.need("name", r#""Production Database""#, values::name);
        let listed = section.need("owners", r#"["bob@acme.example"]"#, |raw| raw.list(values::decider));
        let owners = listed.and_then(|listed| {
            let at = format!("{}.owners", section.place().at());
            deciders(section.place(), "owners", listed, self.authority, &at)
        });
        self.levels(section, id.as_ref());
        Some(Application { id: id?, name: name?, owners: owners?, entitlements: Vec::new() })
    }

    fn levels(&mut self, section: &mut Section<'w>, application: Option<&ApplicationId>) {
        if section.lists_nothing("entitlement") {
            let mend = "[[application.entitlement]] and below it what one can ask for.";
            let wrong = Wrong::Missing(mend.to_owned());
            section.place().fault("entitlement", wrong);
        }
        let mut seen = BTreeSet::new();
        let at = section.place().at().to_owned();
        for mut level in section.tables("entitlement") {
            let id = level.need("id", r#""rw""#, values::id(LevelId::parse));
            if let Some(id) = &id {
                level.call(format!("{at}.entitlement {id}"));
                if !seen.insert(id.clone()) {
                    let wrong = Wrong::DuplicateEntitlement(id.to_string());
                    level.place().fault("id", wrong);
                }
            }
            let id = application.zip(id).map(|(application, id)| EntitlementId::new(application.clone(), id));
            self.level(level, id);
        }
    }
}
