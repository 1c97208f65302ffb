//! A freeze: nothing is opened, and all else goes on.

use insta::assert_snapshot;
use world::{Company, Fault, What};

use crate::house::{ALICE, BOB, CAROL, DANA, HELD, House, PROD_RW, Told};

/// What somebody is answered to a typed command.
async fn typed(house: &House, who: &str, line: &str) -> String {
    let answer = house.world.slash(who, "/jit", line).await.unwrap();
    assert!(!answer.timed_out, "{answer:?}");
    answer.seen.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_waits_across_a_restart_and_opens_afterwards() {
    let mut house = House::with_audit_channel().await;
    house.grant(DANA, "staging/admin", "1h").await;
    assert_snapshot!(typed(&house, ALICE, "admin freeze").await, @"Only admins can use this. Your own access: /jit list.");
    assert_snapshot!(typed(&house, CAROL, "admin freeze").await, @"Granting is frozen: nothing is opened until /jit admin unfreeze. Requests are still decided, and access still ends on time.");
    house.open_form(ALICE).await;
    let form = house.world.seen_view(ALICE).unwrap();
    assert!(form.contains("⚠️ Granting is frozen. Requests can be made and decided;"), "{form}");
    let sent = house.fill_and_send(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    assert!(sent.is_closed(), "{sent:?}");
    house.press(BOB, "Stuck migration", "approve").await;
    assert_snapshot!(house.sees(ALICE, "It waits").await, @"
    ⏳ Approved. It waits: nothing is opened at the moment
    Production Database · Read-Write, 2 hours
    Granting is frozen since today at 14:40. This opens once that is over, or is called off today at 16:40.
    │ Stuck migration
    R-2 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(house.sees(BOB, "It waits").await, @"
    Approved by you, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    It waits: granting is frozen since today at 14:40
    │ Stuck migration
    R-2
    ");
    assert_snapshot!(typed(&house, ALICE, "list").await, @"
    Waiting (1)
    Production Database · Read-Write · 2 hours · approved, waits for the end of the freeze · R-2
    [Return access]
    ");
    assert!(house.world.open_home(ALICE).await.unwrap().acked);
    house.world.until_home(ALICE, "Granting is frozen").await;
    assert_snapshot!(house.world.seen_home(ALICE).unwrap(), @"
    [Request access]
    ⚠️ Granting is frozen since today at 14:40, by Carol Diaz. Requests can be made and decided; what is approved opens once that is over.
    ## Your requests (1)
    ⏳ Production Database · Read-Write · 2 hours · approved, waits for the end of the freeze · R-2
    [Return access]
    As of today at 14:40. Reopen this tab to refresh.
    ");
    house.until_line("approved Production").await;
    house.stop().await;
    house.advance(60);
    house.start().await;
    // Removals go on.
    house.until_expired(DANA).await;
    let granted = |house: &House| house.world.writes().iter().filter(|write| write.user == "00uALICE").count();
    assert_eq!(granted(&house), 0, "nothing is opened");
    assert_snapshot!(typed(&house, CAROL, "admin").await, @"
    ⚠️ Granting is frozen since today at 13:40, by Carol Diaz. Requests can be made and decided; what is approved opens once that is over.
    Nobody holds temporary access.
    ");
    assert_snapshot!(typed(&house, CAROL, "admin unfreeze").await, @"Granting is not frozen. What is approved is opened.");
    house.world.until_member(PROD_RW, "00uALICE").await;
    house.world.until_message(ALICE, "Open until today at 17:40").await;
    house.until_line("Open: Production").await;
    assert_snapshot!(house.channel(), @"
    Bob Stone approved Staging · Admin for Dana Fox, 1 hour · R-1
    Open: Staging · Admin for Dana Fox until today at 15:40 · R-1
    Carol Diaz froze granting: nothing is opened until an admin ends that
    Bob Stone approved Production Database · Read-Write for Alice Martin, 2 hours · R-2
    Ended: Staging · Admin for Dana Fox, expired, confirmed 0 s after its end · R-1
    Carol Diaz ended the freeze: what was approved is opened
    Open: Production Database · Read-Write for Alice Martin until today at 17:40 · R-2
    ");
    let told: &[Told] = &[
        (ALICE, "🟢 Active until"),
        (ALICE, "Open until today at 17:40"),
        (BOB, "Approved by you"),
        (BOB, "Approved by you"),
        (DANA, "Approved by @Bob Stone"),
        (DANA, "as planned"),
        (DANA, "Open until today at"),
        (DANA, ". Okta confirmed it."),
    ];
    house.finish(&[(PROD_RW, "00uALICE")], &[told]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_longer_than_it_was_asked_for_is_called_off() {
    let house = House::open().await;
    typed(&house, CAROL, "admin freeze").await;
    house.ask(ALICE, "prod-db/rw", "2h", "Stuck migration").await;
    house.press(BOB, "asks for", "approve").await;
    house.world.until_message(ALICE, "It waits").await;
    house.advance(121);
    assert_snapshot!(house.sees(ALICE, "Granting was frozen until its time was over").await, @"
    ⚠️ Access could not be opened
    Production Database · Read-Write, 2 hours
    Granting was frozen until its time was over, so it was called off; nothing stays scheduled. You can ask again.
    R-1
    ");
    assert_eq!(house.world.writes().len(), 0);
    let told: &[Told] = &[
        (ALICE, "Access could not be opened"),
        (ALICE, "Could not be opened"),
        (BOB, "could not be opened"),
        (DANA, "could not be opened"),
    ];
    house.finish(&[], &[told]).await;
}

/// A house whose admins are a group in Okta: Dana, who was looked up a moment ago and has left it since.
async fn left_the_admins() -> House {
    let mut house = House::closed(Company::acme()).await;
    house.change_settings(r#"["carol@acme.example"]"#, r#"["carol@acme.example", "okta:00gONCALL"]"#);
    house.set_clocks();
    house.start().await;
    house.grant(DANA, "prod-db/rw", "1h").await;
    assert!(typed(&house, DANA, "admin").await.starts_with("1 active."));
    house.leaves("00gONCALL", "00uDANA");
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_an_admin_is_looked_up_at_the_command() {
    let house = left_the_admins().await;
    for line in ["admin", "admin freeze", "admin unfreeze"] {
        assert_eq!(typed(&house, DANA, line).await, "Only admins can use this. Your own access: /jit list.", "{line}");
    }
    assert!(house.live().frozen.is_none());
    house.finish_unread().await;
}

/// After a start nobody is an admin by the groups of the day on which they were bound.
#[tokio::test(flavor = "multi_thread")]
async fn what_others_hold_is_not_read_by_a_group_of_before_the_start() {
    let mut house = left_the_admins().await;
    house.grant(ALICE, "staging/admin", "1h").await;
    house.stop().await;
    house.start().await;
    let hang = house.world.fault(Fault::okta("*", What::Hang).until_lifted());
    assert_eq!(typed(&house, DANA, "admin").await, "Only admins can use this. Your own access: /jit list.");
    assert!(house.world.open_home(DANA).await.unwrap().acked);
    house.world.until_home(DANA, "Production").await;
    assert!(!house.world.seen_home(DANA).unwrap().contains("Alice Martin"));
    house.world.lift(hang);
    house.finish_unread_holding(&[("00gSTAGING", "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_is_no_admin_whatever_names_them() {
    let mut house = House::closed(Company::acme()).await;
    house.change_settings(r#"["carol@acme.example"]"#, r#"["carol@acme.example", "erin@acme.example"]"#);
    house.change_settings("[requests]", "[identity]\nguests = true\n\n[requests]");
    house.set_clocks();
    house.start().await;
    house.grant(ALICE, "prod-db/rw", "1h").await;
    assert!(house.world.open_home("U0ERIN").await.unwrap().acked);
    house.world.until_home("U0ERIN", "You hold no temporary access").await;
    assert!(!house.world.seen_home("U0ERIN").unwrap().contains("Alice Martin"));
    for line in ["admin", "admin freeze"] {
        let said = typed(&house, "U0ERIN", line).await;
        assert!(said.starts_with("Only full members of Acme"), "{line}: {said}");
    }
    assert!(house.live().frozen.is_none());
    house.finish_unread_holding(&[(PROD_RW, "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_is_taken_though_okta_is_slow_and_its_maker_is_told() {
    let house = House::open().await;
    let slow = house.world.fault(Fault::okta("*", What::HoldThenDo));
    assert_snapshot!(typed(&house, CAROL, "admin freeze").await, @"It is still being looked up whether you are an admin. You are told what comes of this.");
    assert!(house.live().frozen.is_none(), "nobody is an admin before Okta says so");
    house.world.release(slow);
    house.world.until_message(CAROL, "Granting is frozen").await;
    assert!(house.live().frozen.is_some());
    house.finish_unread().await;
}

/// Carol, who is slow to be looked up, does not know of Dana's word.
#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_is_not_ended_by_what_was_typed_before_it() {
    let mut house = House::closed(Company::acme()).await;
    house.change_settings(r#"["carol@acme.example"]"#, r#"["carol@acme.example", "dana@acme.example"]"#);
    house.set_clocks();
    house.start().await;
    assert!(typed(&house, CAROL, "admin freeze").await.starts_with("Granting is frozen"));
    let slow = house.world.fault(Fault::okta("GET */users/00uCAROL", What::HoldThenDo).until_lifted());
    assert!(typed(&house, CAROL, "admin unfreeze").await.starts_with("It is still being looked up"));
    assert!(typed(&house, DANA, "admin freeze").await.starts_with("Granting is frozen"));
    house.world.release(slow);
    house.world.until_message(CAROL, "Dana Fox froze granting after you sent this").await;
    assert!(house.live().frozen.is_some());
    assert!(typed(&house, CAROL, "admin unfreeze").await.starts_with("Granting is not frozen"));
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_admin_types_takes_effect_in_that_order() {
    let house = House::open().await;
    assert!(typed(&house, CAROL, "admin freeze").await.starts_with("Granting is frozen"));
    let slow = house.world.fault(Fault::okta("GET */users/00uCAROL", What::HoldThenDo).until_lifted());
    for line in ["admin unfreeze", "admin freeze"] {
        assert!(typed(&house, CAROL, line).await.starts_with("It is still being looked up"), "{line}");
    }
    house.world.release(slow);
    house.world.until_message(CAROL, "Granting is not frozen").await;
    house.world.until_message(CAROL, "Granting is frozen").await;
    assert!(house.live().frozen.is_some());
    house.finish_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_stays_open_and_can_be_returned() {
    let house = House::open().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    typed(&house, CAROL, "admin freeze").await;
    assert_snapshot!(typed(&house, CAROL, "admin freeze").await, @"Granting is frozen: nothing is opened until /jit admin unfreeze. Requests are still decided, and access still ends on time.");
    assert!(house.world.open_home(ALICE).await.unwrap().acked);
    house.world.until_home(ALICE, "🟢").await;
    house.finish(&[(PROD_RW, "00uALICE")], &[HELD]).await;
}
