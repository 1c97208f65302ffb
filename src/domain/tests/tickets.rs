//! What tickets are promised, and how long a request stays for them.

use super::*;
use crate::domain::{
    port::Alert,
    ticket::{Column, Happened, Ticket},
};

impl Play {
    fn pending_with(tickets: Tickets) -> Self {
        let play = Self { tickets, ..Self::new() }.goes(&ask("db/rw", "form"));
        let play = play.clone().goes(&play.settles("identify_person", Outcome::identified(identity("alice"))));
        play.clone().goes(&play.settles("find_approvers", found()))
    }

    fn answered(self, wanted: &str, outcome: Outcome) -> Self {
        let command = self.settles(wanted, outcome);
        self.goes(&command)
    }

    fn tickets(&self) -> Vec<&Effect> {
        let promised = self.live.promises.values().map(|promise| &promise.effect);
        promised
            .filter(|effect| {
                matches!(effect, Effect::CreateTicket { .. } | Effect::CommentTicket { .. } | Effect::MoveTicket { .. })
            })
            .collect()
    }
}

fn opened() -> Outcome {
    Outcome::TicketOpened { id: "10001".into(), key: "ACCESS-1".into(), link: "https://jira.example/1".into() }
}

#[test]
fn where_none_are_kept_nothing_is_promised() {
    let play = Play::pending_with(Tickets::None);
    assert_eq!(play.tickets(), Vec::<&Effect>::new());
    let over = play.goes(&Command::Cancel { who: slack("alice"), request: ONE });
    assert_eq!(over.tickets(), Vec::<&Effect>::new());
}

#[test]
fn an_opened_ticket_is_told_the_end_also_when_none_are_kept_any_more() {
    let mut play = Play::pending_with(Tickets::Kept);
    assert_eq!(play.tickets(), [&Effect::CreateTicket { request: ONE }]);
    let before = play.live.requests[&ONE].revision;
    play = play.answered("create_ticket", opened());
    let request = &play.live.requests[&ONE];
    assert_eq!(request.revision, before + 1, "the cards show it");
    assert!(matches!(&request.ticket, Some(Ticket::Opened { key, .. }) if key == "ACCESS-1"));
    play.tickets = Tickets::None;
    let at = play.now;
    let over = play.goes(&Command::Cancel { who: slack("alice"), request: ONE });
    assert_eq!(
        over.tickets(),
        [
            &Effect::CommentTicket { request: ONE, what: Happened::Withdrawn, at, extension: None },
            &Effect::MoveTicket { request: ONE, to: Column::Closed },
        ]
    );
}

#[test]
fn a_request_stays_until_its_ticket_is_told_everything() {
    let play = Play::pending_with(Tickets::Kept).goes(&Command::Cancel { who: slack("alice"), request: ONE });
    let shown = |play: Play| {
        let revision = play.live.requests[&ONE].revision;
        play.goes(&Command::Show { view: ViewKey::Requester { request: ONE }, posted: card("alice"), revision })
    };
    let play = shown(play).answered("create_ticket", opened());
    let play = shown(play).answered("comment_ticket", Outcome::Told);
    assert!(play.live.requests.contains_key(&ONE), "it is not closed yet");
    let play = play.answered("move_ticket", Outcome::Told);
    assert!(!play.live.requests.contains_key(&ONE));
}

/// A project can be mended: its tickets wait for that, and not for ever. It is told once while it lasts.
#[test]
fn what_the_project_refuses_to_open_waits_for_thirty_days() {
    let play = Play::pending_with(Tickets::Kept);
    let fails = |play: Play| {
        let fault = Fault { vendor: Vendor::Jira, ..fault(400) };
        let effect = play.promise("create_ticket").unwrap();
        let doubt = Doubt::None;
        play.goes(&Command::Fail(Failure { effect, class: Class::Auth, fault, tries: 1, doubt, notable: true }))
    };
    let waits = fails(fails(play).after(29 * 86_400));
    assert_eq!(waits.tickets(), [&Effect::CreateTicket { request: ONE }]);
    assert!(matches!(waits.alerts()[..], [Alert::CredentialsRefused { .. }]), "{:?}", waits.alerts());
    let given_up = fails(waits.after(86_400));
    assert_eq!(given_up.tickets(), Vec::<&Effect>::new());
    assert!(matches!(given_up.alerts()[..], [_, Alert::TicketRefused { .. }]), "{:?}", given_up.alerts());
}

#[test]
fn what_jira_refuses_is_told_to_admins_once_a_request() {
    let play = Play::pending_with(Tickets::Kept).answered("create_ticket", opened());
    let play = play.goes(&Command::Cancel { who: slack("alice"), request: ONE });
    let refused =
        || Outcome::Refused { fault: Fault { vendor: Vendor::Jira, status: Some(400), code: None, receipt: None } };
    let play = play.answered("comment_ticket", refused()).answered("move_ticket", refused());
    let told = play.entries.iter().flat_map(|entry| &entry.effects);
    let told = told.filter(|effect| matches!(effect, Effect::AlertAdmins { alert: Alert::TicketRefused { .. } }));
    assert_eq!(told.count(), 1);
}
