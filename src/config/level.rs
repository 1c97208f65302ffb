//! Reads one level of access: every key of `[[application.entitlement]]`.

use super::{
    authority::Draft,
    catalogue::Reader,
    fault::{Shown, Wrong},
    raw::{Parsed, Raw},
    reader::{Section, nearest},
    sections::{offers_hold, optional, shown},
    values,
};
use crate::domain::{
    catalogue::{Entitlement, Offer, Requesters, Sensitivity, StepRule, Who},
    id::{ApproversName, EntitlementId},
    time::AccessDuration,
};

impl<'w> Reader<'_, 'w> {
    /// Reads a level, and keeps it as a draft.
    pub(super) fn level(&mut self, mut section: Section<'w>, id: Option<EntitlementId>) {
        let name = section.need("name", r#""Read-Write""#, values::name);
        let group = section.need("okta_group", r#""00g1ab2cd3ef4gh5ij6k""#, values::okta_group);
        let sensitivity = section.need("sensitivity", r#""medium""#, values::sensitivity);
        let approval = self.approval(&mut section);
        let max_duration = self.max_duration(&mut section);
        let durations = self.durations(&mut section, max_duration);
        let requesters = self.requesters(&mut section);
        let allow_admin_group = section.take_or("allow_admin_group", false, values::flag);
        let shares = section.take_or("shares_group", false, values::flag);
        let confers = section.take_or("confers_authority", false, values::flag);
        let escalates = optional(&mut section, "escalates", values::flag);
        let emergency = self.emergency(&mut section, requesters.as_ref());
        not_yet(&mut section);
        let draft = || {
            Some(Entitlement {
                id: id?,
                name: name?,
                group: group.clone()?,
                sensitivity: sensitivity?,
                approval: approval?,
                durations: durations?,
                max_duration: max_duration?,
                requesters: requesters?,
                allow_admin_group: allow_admin_group?,
                escalates: escalates?.unwrap_or(sensitivity? != Sensitivity::Critical),
                emergency: emergency?,
            })
        };
        let entitlement = draft();
        let place = section.finish();
        if let (Some(group), Some(shares), Some(confers)) = (group, shares, confers) {
            self.drafts.push(Draft { place, group, shares, confers, entitlement });
        }
    }

    fn approval(&self, section: &mut Section<'_>) -> Option<Vec<StepRule>> {
        let steps = section.need("approval", r#"["owner"]"#, |raw| raw.list(|raw| self.step(raw)))?;
        if steps.is_empty() {
            let wrong = Wrong::EmptyList(r#""owner", "manager", a name of [approvers] or an e-mail address"#);
            section.place().fault("approval", wrong);
            return None;
        }
        Some(steps)
    }

    fn step(&self, raw: Raw) -> Parsed<StepRule> {
        let text = raw.text()?;
        if text.starts_with("okta:") || text.starts_with("slack:") {
            return Err(Wrong::GroupAsStep(Shown::of(&text)).into());
        }
        match text.as_str() {
            "owner" => return Ok(StepRule::Owner),
            "manager" => return Ok(StepRule::Manager),
            _ => {}
        }
        if text.contains('@') {
            return Ok(StepRule::Person(values::email(&text)?));
        }
        let known = self.names.contains(&text);
        let name = ApproversName::parse(text.as_str()).ok().filter(|_| known);
        let name = name.ok_or_else(|| self.unknown(&text))?;
        Ok(StepRule::Approvers(name))
    }

    fn unknown(&self, text: &str) -> Wrong {
        let words = ["owner", "manager"].into_iter();
        let names = self.names.iter().map(String::as_str);
        Wrong::UnknownApprovers { step: Shown::of(text), nearest: nearest(text, words.chain(names)) }
    }

    fn max_duration(&self, section: &mut Section<'_>) -> Option<AccessDuration> {
        let most = section.need("max_duration", r#""8h""#, values::length)?;
        let least = self.requests.map(|requests| requests.min_duration);
        if let Some(least) = least.filter(|least| most < *least) {
            let wrong = Wrong::BelowMinimum(shown(most), shown(least));
            section.place().fault("max_duration", wrong);
            return None;
        }
        Some(most)
    }

    /// The level's own offers, which must hold, or the common ones, of which it takes those that do.
    fn durations(&self, section: &mut Section<'_>, most: Option<AccessDuration>) -> Option<Vec<Offer>> {
        if !section.has("durations") {
            section.take("durations", |raw| raw.list(values::offer));
            return Some(self.requests?.durations.clone());
        }
        let offers = section.take("durations", |raw| raw.list(values::offer))?;
        let requests = self.requests?;
        offers_hold(section, "durations", &offers, requests.min_duration)?;
        let mut held = Some(());
        for (index, offer) in offers.iter().enumerate() {
            if let (Offer::For(length), Some(most)) = (offer, most)
                && *length > most
            {
                let wrong = Wrong::AboveMaximum(shown(*length), shown(most));
                section.place().fault(&format!("durations[{index}]"), wrong);
                held = None;
            }
        }
        held.map(|()| offers)
    }

    /// Whether it may be taken by break-glass, which must be set up, and is not for everyone.
    fn emergency(&self, section: &mut Section<'_>, requesters: Option<&Requesters>) -> Option<bool> {
        let emergency = section.take_or("emergency", false, values::flag)?;
        let unset = emergency && !self.breaks_glass;
        let wide = emergency && requesters == Some(&Requesters::Everyone);
        if unset {
            section.place().fault("emergency", Wrong::NoEmergencyTable);
        }
        if wide {
            section.place().fault("requesters", Wrong::EmergencyForEveryone);
        }
        (!unset && !wide).then_some(emergency)
    }

    fn requesters(&mut self, section: &mut Section<'_>) -> Option<Requesters> {
        let example = r#"["okta:00g1ab2cd3ef4gh5ij6k"], or ["everyone"]"#;
        let asked = section.need("requesters", example, |raw| raw.list(requester))?;
        let only: Vec<Who> = asked.iter().flatten().cloned().collect();
        let at = format!("{}.requesters", section.place().at());
        only.iter().for_each(|who| self.authority.note(who, &at));
        let wrong = match (asked.len(), only.len()) {
            (0, _) => Wrong::EmptyList(r#"who may ask, or "everyone""#),
            (_, 0) => return Some(Requesters::Everyone),
            (all, some) if all == some => return Some(Requesters::Only(only)),
            _ => Wrong::EveryoneAndOthers,
        };
        section.place().fault("requesters", wrong);
        None
    }
}

/// Someone who may ask; nobody in particular for everyone.
fn requester(raw: Raw) -> Parsed<Option<Who>> {
    let text = raw.text()?;
    if text == "everyone" {
        return Ok(None);
    }
    Ok(Some(values::named_who(&text)?))
}

/// What a level may say that means nothing yet, unless it says that it is off.
fn not_yet(section: &mut Section<'_>) {
    const MANAGED: [(&str, bool); 2] = [("report", false), ("exclusive", true)];
    let exclusive = section.take_or("managed", "report", values::word(&MANAGED, "report"));
    if exclusive == Some(true) {
        let wrong = Wrong::NotSupportedHere {
            what: "removing members that Jitney does not know".to_owned(),
            mend: r#"Write "report"."#,
        };
        section.place().fault("managed", wrong);
    }
}
