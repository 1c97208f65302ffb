//! What the ticket and the audit channel are told of extensions, also late, and what their cards say at the end.

use std::fs;

use insta::assert_snapshot;
use world::{Company, Vendor};

use super::ask;
use crate::{
    house::{ALICE, BOB, CAROL, DANA, House, PROD_RW},
    plays::tickets,
};

/// Denies on the newest card, for this reason.
async fn deny(house: &House, who: &str, part: &str, reason: &str) {
    house.press(who, part, "deny").await;
    house.world.until_view(who, "Why not").await;
    house.world.fill(who, "reason", "reason", reason).await.unwrap();
    assert!(house.world.submit(who).await.unwrap().is_closed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_jira_is_told_late_of_each_extension_is_told_of_that_one() {
    let house = House::with_tickets().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    house.world.down(Vendor::Jira);
    ask(&house, "1h", "The index is still building").await;
    house.press(BOB, "The index is still building", "approve").await;
    house.world.until_message(ALICE, "Extended by @Bob Stone").await;
    ask(&house, "30m", "And now the backup").await;
    house.press(DANA, "And now the backup", "approve").await;
    house.world.until_message(ALICE, "Extended by @Dana Fox").await;
    ask(&house, "2h", "Just in case").await;
    deny(&house, BOB, "Just in case", "Ask when you need it").await;
    house.world.until_message(ALICE, "did not extend it").await;
    ask(&house, "15m", "For good").await;
    house.world.up(Vendor::Jira);
    house.settle().await;
    assert_snapshot!(tickets::read(&house), @"
    [In Progress]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Alice Martin asked to keep it until 17:40:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-2):
    The index is still building
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database

    Bob Stone approved 1 hour more, 2026-11-24 14:40:05 UTC+1 (R-2, step 1 of 1, owner).

    Extended to 17:40:05 UTC+1 by Bob Stone, 2026-11-24 14:40:05 UTC+1 (R-2).

    Alice Martin asked to keep it until 18:10:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-3):
    And now the backup
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database

    Dana Fox approved 30 minutes more, 2026-11-24 14:40:05 UTC+1 (R-3, step 1 of 1, owner).

    Extended to 18:10:05 UTC+1 by Dana Fox, 2026-11-24 14:40:05 UTC+1 (R-3).

    Alice Martin asked to keep it until 20:10:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-4):
    Just in case
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database

    Not extended, 2026-11-24 14:40:05 UTC+1 (R-4): denied by Bob Stone.
    Ask when you need it

    Alice Martin asked to keep it until 18:25:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-5):
    For good
    Who decides, step 1 of 1: Bob Stone or Dana Fox, owners of Production Database
    ");
    // Whoever decided an extension reads how the access ended, and what they decided.
    house.press(ALICE, "🟢 Active until", "return").await;
    house.world.until_message(ALICE, "You returned this access").await;
    house.settle().await;
    assert_snapshot!(house.sees(BOB, "The index is still building").await, @"
    Approved by you, today at 14:40
    @Alice Martin · Production Database · Read-Write, 1 hour more
    Ended today at 14:40: returned
    │ The index is still building
    R-2
    ");
    assert_snapshot!(house.sees(DANA, "And now the backup").await, @"
    Approved by you, today at 08:40
    @Alice Martin · Production Database · Read-Write, 30 minutes more
    Ended today at 08:40: returned
    │ And now the backup
    R-3
    ");
    assert_snapshot!(house.sees(BOB, "because of prod-db/rw").await, @"
    Approved by you, today at 14:40
    @Alice Martin · Production Database · Read-Write, 2 hours
    Ended today at 14:40: returned
    │ U0ALICE because of prod-db/rw, 2h
    R-1 · ACCESS-1
    ");
    house.finish_unread().await;
}

const RULES: &str = r#"
@id("long-requests")
@step("soc")
@message("More than 2 hours at a stretch")
permit (principal, action == Action::"Require", resource)
when { context.total > duration("2h") };

@id("oncall-staging")
permit (principal in Group::"engineers", action == Action::"AutoApprove", resource in Application::"staging");
"#;

/// A house with these rules, where everybody reads elsewhere, too.
async fn ruled() -> House {
    let mut house = House::closed(Company::acme()).await;
    let groups = "[approvers]\nsoc = [\"carol@acme.example\"]\n\n[groups]\nengineers = \"00gENG\"\n\n[requests]";
    house.change_settings("[requests]", groups);
    fs::write(house.path("policy.cedar"), RULES).unwrap();
    house.keep_tickets();
    house.tell_the_channel();
    house.set_clocks();
    house.start().await;
    house
}

/// What the channel reads of R-2.
fn of_extension(house: &House) -> String {
    let lines = house.channel();
    lines.lines().filter(|line| line.contains("R-2")).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_its_steps_and_the_rule_that_demands_one_is_told() {
    let house = ruled().await;
    house.grant(ALICE, "prod-db/rw", "2h").await;
    ask(&house, "1h", "The index is still building").await;
    house.press(BOB, "asks to keep", "approve").await;
    house.world.until_message(CAROL, "asks to keep").await;
    house.press(CAROL, "asks to keep", "approve").await;
    house.world.until_message(ALICE, "Extended by @Carol Diaz").await;
    house.settle().await;
    assert_snapshot!(tickets::read(&house), @"
    [In Progress]
    Bob Stone approved, 2026-11-24 14:40:05 UTC+1 (step 1 of 1, owner).

    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 16:40:05 UTC+1.

    Alice Martin asked to keep it until 17:40:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-2):
    The index is still building
    Who decides, step 1 of 2: Bob Stone or Dana Fox, owners of Production Database
    Who decides, step 2 of 2: Carol Diaz, More than 2 hours at a stretch, rule long-requests

    Bob Stone approved 1 hour more, 2026-11-24 14:40:05 UTC+1 (R-2, step 1 of 2, owner).

    Carol Diaz approved 1 hour more, 2026-11-24 14:40:05 UTC+1 (R-2, step 2 of 2, soc).

    Extended to 17:40:05 UTC+1 by Carol Diaz, 2026-11-24 14:40:05 UTC+1 (R-2).
    ");
    assert_snapshot!(of_extension(&house), @"
    More time asked: Production Database · Read-Write for Alice Martin until today at 17:40 · R-2 · R-1 · ACCESS-1
    Bob Stone approved 1 hour more of Production Database · Read-Write for Alice Martin · R-2 · R-1 · ACCESS-1
    Carol Diaz approved 1 hour more of Production Database · Read-Write for Alice Martin · R-2 · R-1 · ACCESS-1
    Extended: Production Database · Read-Write for Alice Martin until today at 17:40 by Carol Diaz · R-2 · R-1 · ACCESS-1
    ");
    house.finish_unread_holding(&[(PROD_RW, "00uALICE")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_keep_it_are_named_to_all_who_read_of_it() {
    let house = ruled().await;
    house.ask_in_vain(ALICE, "staging/admin", "1h", "On call").await;
    house.world.until_message(ALICE, "Open until").await;
    house.settle().await;
    house.press(ALICE, "🟢 Active until", "extend").await;
    house.world.until_view(ALICE, "Staging · Admin, active until").await;
    house.world.until_view(ALICE, "Nobody needs to approve: rule oncall-staging").await;
    house.world.fill(ALICE, "custom_duration", "custom_duration", "30m").await.unwrap();
    house.world.fill(ALICE, "justification", "justification", "Still on call").await.unwrap();
    assert!(house.world.submit(ALICE).await.unwrap().is_closed());
    house.world.until_message(ALICE, "Extended until").await;
    house.settle().await;
    assert_snapshot!(house.sees(ALICE, "🟢 Active until").await, @"
    🟢 Active until today at 16:10.
    Staging · Admin, 1 h 30 min
    Extended, today at 14:40. Nobody needs to approve: rule oncall-staging.
    │ On call
    [Extend…] [Return access]
    R-1 · ACCESS-1 · Your Slack account is now joined to Okta account alice@acme.example. An admin can change that.
    ");
    assert_snapshot!(tickets::read(&house), @"
    [In Progress]
    Opened in Okta, 2026-11-24 14:40:05 UTC+1. Ends 15:40:05 UTC+1.

    Alice Martin asked to keep it until 16:10:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-2):
    Still on call
    Nobody needs to approve: rule oncall-staging

    Extended to 16:10:05 UTC+1, 2026-11-24 14:40:05 UTC+1 (R-2). Nobody needs to approve: rule oncall-staging.
    ");
    assert_snapshot!(of_extension(&house), @"
    More time asked: Staging · Admin for Alice Martin until today at 16:10 · R-2 · R-1 · ACCESS-1
    Extended: Staging · Admin for Alice Martin until today at 16:10. Nobody needs to approve: rule oncall-staging · R-2 · R-1 · ACCESS-1
    ");
    house.finish_unread_holding(&[("00gSTAGING", "00uALICE")]).await;
}
