//! The record, as an auditor checks it from the command line.

use std::{fs, path::Path, process::Command};

use crate::house::{ALICE, House};

/// What `jitney audit verify` says, and whether it is content.
fn verify(house: &House, file: Option<&Path>) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jitney"));
    command.args(["audit", "verify"]);
    for config in house.files() {
        command.arg("--config").arg(config);
    }
    let output = command.args(file).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    (said.replace(house.dir.path().to_str().unwrap(), "HOUSE"), output.status.success())
}

async fn house_with_a_record() -> House {
    let mut house = House::open().await;
    house.ask(ALICE, "prod-db/rw", "2h", "INC-42").await;
    house.stop().await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_verifies_and_needs_no_token_for_it() {
    let house = house_with_a_record().await;
    house.change_settings("token   =", "# token   =");
    let (said, good) = verify(&house, None);
    assert!(good && said.contains("chain and seals hold"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn seals_that_cannot_be_checked_do_not_pass_for_checked() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = house_with_a_record().await;
    let copy = house.path("copy.log");
    fs::copy(house.journal(), &copy).unwrap();
    let key = house.path("audit.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let refused = ("No seal can be checked: HOUSE/audit.key may be read by others: chmod 600 it.\n".to_owned(), false);
    assert_eq!(verify(&house, None), refused);
    assert_eq!(verify(&house, Some(&copy)), refused);
    fs::remove_file(&key).unwrap();
    let (said, good) = verify(&house, Some(&copy));
    assert!(
        good && said.contains("the chain holds; no seal was checked, since there is no key HOUSE/audit.key"),
        "{said}"
    );
    let (said, good) = verify(&house, None);
    assert!(!good && said.starts_with("No seal can be checked: HOUSE/audit.key"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_without_a_line_does_not_verify() {
    let house = house_with_a_record().await;
    fs::write(house.journal(), b"").unwrap();
    let (said, good) = verify(&house, None);
    assert!(!good && said.contains("there is no line in it"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_letter_is_named_by_its_line() {
    let house = house_with_a_record().await;
    let text = fs::read_to_string(house.journal()).unwrap();
    fs::write(house.journal(), text.replacen("prod-db/rw", "prod-db/rX", 1)).unwrap();
    let place = text.lines().position(|line| line.contains("prod-db/rw")).unwrap() + 1;
    let (said, good) = verify(&house, None);
    assert!(!good && said.contains(&format!(", line {place} (seq {place}): ")), "{said}");
}
