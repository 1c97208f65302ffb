//! The live state as rows of an index, for history and a quick start. Derived, and rebuilt when its schema changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::domain::{
    id::{EffectId, RequestId},
    live::{Freeze, Live, Person, Promise, Refused, Refuser, Touched},
    membership::Membership,
    request::Request,
    time::Timestamp,
};

/// The rows' own version: the program's, since they are written from its types.
pub const SCHEMA: &str = concat!("jitney-", env!("CARGO_PKG_VERSION"), "-8");

/// The tables that a start believes.
pub const BELIEVED: [u8; 7] =
    [table::ALARM, table::EMERGENCY, table::LIVE, table::MEMBERSHIP, table::PERSON, table::PROMISE, table::STATE];

/// Tables, by the first byte of their keys.
pub mod table {
    /// Every request ever made, by number.
    pub const REQUEST: u8 = b'r';
    /// Requests in memory.
    pub const LIVE: u8 = b'l';
    /// Memberships in memory.
    pub const MEMBERSHIP: u8 = b'm';
    /// People.
    pub const PERSON: u8 = b'p';
    /// What Okta users took by break-glass, and when that was over.
    pub const EMERGENCY: u8 = b'g';
    /// Promises without an outcome.
    pub const PROMISE: u8 = b'e';
    /// That removals are late.
    pub const ALARM: u8 = b'a';
    /// Where the live state stands.
    pub const STATE: u8 = b's';
}

/// One row: a key and its value, or nothing where it is deleted.
pub type Row = (Vec<u8>, Option<Vec<u8>>);

#[derive(Serialize, Deserialize)]
struct Standing {
    next: RequestId,
    at: Timestamp,
    refused: BTreeMap<Refuser, Refused>,
    configuration: Option<String>,
    frozen: Option<Freeze>,
}

/// The key of a request.
#[must_use]
pub fn request_key(id: RequestId) -> Vec<u8> {
    key(table::REQUEST, &id.number().to_be_bytes())
}

fn key(table: u8, rest: &[u8]) -> Vec<u8> {
    [&[table], rest].concat()
}

fn json<T: Serialize>(value: &T) -> Option<Vec<u8>> {
    serde_json::to_vec(value).ok()
}

/// The rows of what an entry changed.
#[must_use]
pub fn touched(live: &Live, touched: &Touched) -> Vec<Row> {
    let (refused, configuration, frozen) = (live.refused.clone(), live.configuration.clone(), live.frozen.clone());
    let standing = Standing { next: live.next, at: live.at, refused, configuration, frozen };
    let mut rows = vec![(vec![table::STATE], json(&standing))];
    if touched.alarm {
        rows.push((vec![table::ALARM], live.alarm.as_ref().and_then(json)));
    }
    for request in &touched.retired {
        rows.push((request_key(request.id), json(request)));
    }
    for id in &touched.requests {
        let number = id.number().to_be_bytes();
        let request = live.requests.get(id).and_then(json);
        rows.extend(request.clone().map(|request| (request_key(*id), Some(request))));
        rows.push((key(table::LIVE, &number), request));
    }
    for membership in &touched.memberships {
        let row = live.memberships.get(membership).and_then(json);
        rows.push((key(table::MEMBERSHIP, membership.to_string().as_bytes()), row));
    }
    for slack in &touched.people {
        rows.push((key(table::PERSON, slack.as_str().as_bytes()), live.people.get(slack).and_then(json)));
    }
    for user in &touched.emergencies {
        let taken = live.emergencies.get(user).and_then(|taken| json(&(user, taken)));
        rows.push((key(table::EMERGENCY, user.as_str().as_bytes()), taken));
    }
    for id in &touched.promises {
        let place = [id.seq.to_be_bytes().as_slice(), &id.ordinal.to_be_bytes()].concat();
        rows.push((key(table::PROMISE, &place), live.promises.get(id).and_then(|promise| json(&(id, promise)))));
    }
    rows
}

/// All rows of a state, for an index that is rebuilt.
#[must_use]
pub fn all(live: &Live) -> Vec<Row> {
    let everything = Touched {
        requests: live.requests.keys().copied().collect(),
        memberships: live.memberships.keys().cloned().collect(),
        people: live.people.keys().cloned().collect(),
        emergencies: live.emergencies.keys().cloned().collect(),
        promises: live.promises.keys().copied().collect(),
        alarm: true,
        freeze: true,
        retired: Vec::new(),
    };
    touched(live, &everything)
}

/// An index whose rows cannot be read: it is rebuilt.
#[derive(Debug, thiserror::Error)]
#[error("a row of the index cannot be read")]
pub struct Unreadable;

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Reads the live state back, as it was after line `seq`; `scan` answers all rows of a table.
///
/// # Errors
/// If a row cannot be read.
pub fn load<E: From<Unreadable>>(seq: u64, scan: impl Fn(u8) -> Result<Vec<Pair>, E>) -> Result<Live, E> {
    let mut live = Live { seq, ..Live::default() };
    if let Some((_, row)) = scan(table::STATE)?.first() {
        let standing: Standing = read(row)?;
        (live.next, live.at, live.refused) = (standing.next, standing.at, standing.refused);
        live.configuration = standing.configuration;
        live.frozen = standing.frozen;
    }
    if let Some((_, row)) = scan(table::ALARM)?.first() {
        live.alarm = Some(read(row)?);
    }
    for (_, row) in scan(table::LIVE)? {
        let request = request(&row)?;
        live.requests.insert(request.id, request);
    }
    for (_, row) in scan(table::MEMBERSHIP)? {
        let membership: Membership = read(&row)?;
        live.memberships.insert(membership.key.clone(), membership);
    }
    for (_, row) in scan(table::PERSON)? {
        let person: Person = read(&row)?;
        if let Some(bound) = person.bound() {
            live.accounts.insert(bound.okta.clone(), person.slack.clone());
        }
        live.people.insert(person.slack.clone(), person);
    }
    for (_, row) in scan(table::EMERGENCY)? {
        let (user, taken) = read(&row)?;
        live.emergencies.insert(user, taken);
    }
    for (_, row) in scan(table::PROMISE)? {
        let (id, promise): (EffectId, Promise) = read(&row)?;
        live.promises.insert(id, promise);
    }
    Ok(live)
}

/// Reads one request.
///
/// # Errors
/// If the row cannot be read.
pub fn request(row: &[u8]) -> Result<Request, Unreadable> {
    read(row)
}

/// Reads a membership, if it can be read.
#[must_use]
pub fn membership(row: &[u8]) -> Option<Membership> {
    read(row).ok()
}

fn read<T: DeserializeOwned>(row: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(row).map_err(|_| Unreadable)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::domain::{
        id::{EntitlementId, OktaUserId},
        live::Lacks,
    };

    impl From<Unreadable> for Infallible {
        fn from(_: Unreadable) -> Self {
            panic!("a row cannot be read")
        }
    }

    #[test]
    fn what_is_in_no_request_and_with_nobody_outlives_a_start() {
        let mut live = Live { configuration: Some("970c".to_owned()), ..Live::default() };
        for (refuser, accepted, lacks) in [
            (Refuser::Okta, true, Lacks::Right),
            (Refuser::Jira, false, Lacks::Admission),
            (Refuser::AuditChannel, false, Lacks::Admission),
        ] {
            live.refused.insert(refuser, Refused { told: live.at, accepted, lacks, call: None, heard: accepted });
        }
        live.emergencies
            .insert(OktaUserId::parse("00u1").unwrap(), [(EntitlementId::parse("db/rw").unwrap(), live.at)].into());
        let rows: Vec<Pair> = all(&live).into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        let scan = |table: u8| -> Result<Vec<Pair>, Infallible> {
            Ok(rows.iter().filter(|(key, _)| key[0] == table).cloned().collect())
        };
        assert_eq!(load(live.seq, scan).unwrap(), live);
    }
}
