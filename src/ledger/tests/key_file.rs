//! The key file.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::*;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }

    fn key(&self) -> std::path::PathBuf {
        self.0.path().join("jitney.key")
    }

    fn store(&self) -> std::path::PathBuf {
        self.0.path().join("store")
    }

    fn open(&self) -> Result<Keys, KeyError> {
        Keys::open(&self.key(), &self.store())
    }

    fn put(&self, text: &str, mode: u32) {
        fs::write(self.key(), text).unwrap();
        fs::set_permissions(self.key(), fs::Permissions::from_mode(mode)).unwrap();
    }
}

fn mac(keys: &Keys) -> [u8; 32] {
    keys.mac(&[1; 32])
}

#[test]
fn it_is_made_once_and_only_its_owner_reads_it() {
    let home = Home::new();
    let made = home.open().unwrap();
    assert_eq!(fs::metadata(home.key()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(mac(&made), mac(&home.open().unwrap()));
    assert_ne!(mac(&made), mac(&Home::new().open().unwrap()), "two keys differ");
    assert_eq!(fs::read_dir(home.0.path()).unwrap().count(), 1, "no draft is left");
}

#[test]
fn a_key_others_may_read_is_refused() {
    let home = Home::new();
    for mode in [0o640, 0o604, 0o620, 0o601] {
        home.put(&"ab".repeat(32), mode);
        assert!(matches!(home.open(), Err(KeyError::Open(_))), "{mode:o}");
    }
}

#[test]
fn what_is_no_key_is_refused_and_kept() {
    let home = Home::new();
    for text in ["", "\n", &"ab".repeat(31), &"ab".repeat(33), &"AB".repeat(32), &"zz".repeat(32), &"a".repeat(1000)] {
        home.put(text, 0o600);
        assert!(matches!(home.open(), Err(KeyError::Malformed(_))), "{text:?}");
        assert_eq!(&fs::read_to_string(home.key()).unwrap(), text);
    }
}

#[test]
fn a_key_that_is_no_file_is_refused_and_not_waited_for() {
    let home = Home::new();
    mknodat(CWD, home.key(), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    assert!(matches!(home.open(), Err(KeyError::Malformed(_))));
    assert!(matches!(Keys::read_exposed(&home.key()), Err(KeyError::Malformed(_))));
}

#[test]
fn a_key_in_the_store_is_refused() {
    let home = Home::new();
    let inside = home.store().join("deep").join("jitney.key");
    assert!(matches!(Keys::open(&inside, &home.store()), Err(KeyError::InsideStore(_))));
    fs::create_dir_all(home.store()).unwrap();
    let link = home.0.path().join("link");
    std::os::unix::fs::symlink(home.store(), &link).unwrap();
    assert!(matches!(Keys::open(&link.join("jitney.key"), &home.store()), Err(KeyError::InsideStore(_))));
}

#[test]
fn a_lost_key_is_not_replaced_by_a_new_one() {
    let home = Home::new();
    fs::create_dir_all(home.store().join("journal")).unwrap();
    assert!(home.open().is_ok(), "an empty journal has no lines to lose");
    fs::remove_file(home.key()).unwrap();
    fs::write(home.store().join("journal/00000000000000000001.log"), "x").unwrap();
    assert!(matches!(home.open(), Err(KeyError::Lost(_))));
    assert!(!home.key().exists());
}

#[test]
fn a_mark_tells_secrets_apart_and_depends_on_their_name_and_the_audit_key() {
    let (one, other) = (Keys::derive(&[1; 32]), Keys::derive(&[2; 32]));
    assert_eq!(one.mark("okta.token", "00token"), one.mark("okta.token", "00token"));
    let marks = [
        one.mark("okta.token", "00token"),
        one.mark("okta.token", "00tokens"),
        one.mark("jira.token", "00token"),
        one.mark("okta.token0", "0token"),
        other.mark("okta.token", "00token"),
    ];
    assert_eq!(marks.iter().collect::<std::collections::BTreeSet<_>>().len(), marks.len());
    assert!(marks.iter().all(|mark| mark.len() == 16 && !mark.contains("token")));
}
