//! Files as wholes: those that cannot be read, and those that are odd and sound.

use super::*;

const SOUND: &str = "@id(\"freeze\")\nforbid (principal, action == Action::\"Request\", resource);\n";

#[test]
fn a_file_that_is_none_is_said_so() {
    let folder = Folder::of(&[
        ("binary.cedar", &[0x7f, b'E', b'L', b'F', 0xff, 0xfe, 0]),
        ("large.cedar", &vec![b' '; 10 << 20]),
        ("zeros.cedar", &[0; 64]),
    ]);
    fs::create_dir(folder.file("folder.cedar")).unwrap();
    let all = ["binary.cedar", "folder.cedar", "large.cedar", "missing.cedar", "zeros.cedar"];
    assert_snapshot!(folder.faults(&all), @r#"
binary.cedar: not text in UTF-8. Save it so, or name another file.
folder.cedar: is no regular file. Name one that holds rules.
large.cedar: is larger than 1 MiB, the most a file of rules may be. Split it, or name another file.
missing.cedar: there is no such file. Correct policy.files, or make it.
zeros.cedar: not text in UTF-8. Save it so, or name another file.
"#);
}

#[test]
fn odd_files_are_sound_where_their_rules_are() {
    let marked = format!("\u{feff}{SOUND}");
    let windows = SOUND.replace('\n', "\r\n");
    for (text, count) in [("", 0), ("// Nothing yet.", 0), (marked.as_str(), 1), (windows.as_str(), 1)] {
        assert_eq!(load(text).map(|sound| sound.count), Ok(count), "{text:?}");
    }
    assert_eq!(read(&[]).for_catalogue(&catalogue()).unwrap().count, 0);
}

#[test]
fn lines_are_counted_as_editors_do() {
    let text = "\u{feff}// One.\r\n\r\n@id(\"a\")\r\nforbid (principal, action == Action::\"Request\", resource)\r\nwhen { resource.rnk > 1 };";
    assert_snapshot!(faults(text), @"line 5, a: attribute `rnk` on entity type `Entitlement` not found. Did you mean `rank`?");
}

#[test]
fn what_is_too_long_or_too_deep_is_never_parsed() {
    let rule = |condition: &str| {
        format!("@id(\"a\")\nforbid (principal, action == Action::\"Request\", resource) when {{ {condition} }};")
    };
    let nested = |deep: usize| rule(&format!("{}true{}", "(".repeat(deep), ")".repeat(deep)));
    assert_snapshot!(faults(&nested(10_000)), @r#"
line 1: the rule has 20080 characters, and may have 1000. Make two rules of it.
line 2: more than 16 brackets are open here. Say it with fewer.
"#);
    assert_snapshot!(faults(&nested(16)), @"line 2: more than 16 brackets are open here. Say it with fewer.");
    assert_eq!(faults(&nested(15)), "1 sound rules\n");
    let long = |plus: usize| rule(&format!("1{} == 3", "+1".repeat(plus)));
    let length = |plus: usize| long(plus).chars().count() - 1;
    let most = (1_000 - length(0)) / 2;
    assert_eq!(faults(&long(most)), "1 sound rules\n");
    assert_snapshot!(faults(&long(most + 1)), @"line 1: the rule has 1002 characters, and may have 1000. Make two rules of it.");
    let commented = format!(
        "{SOUND}@id(\"b\") // {}\nforbid (principal, action == Action::\"Request\", resource);",
        "x".repeat(2_000)
    );
    assert_eq!(faults(&commented), "2 sound rules\n");
}

#[test]
fn a_name_comes_once_over_all_files() {
    let two = format!("{SOUND}\n{SOUND}");
    let folder = Folder::of(&[("a.cedar", SOUND.as_bytes()), ("b.cedar", two.as_bytes())]);
    assert_snapshot!(folder.faults(&["a.cedar", "b.cedar"]), @r#"
b.cedar: line 1, freeze: another rule has this name, in line 1 of a.cedar. Give one of them another.
b.cedar: line 4, freeze: another rule has this name, in line 1 of a.cedar. Give one of them another.
"#);
}

#[test]
fn a_file_that_is_nothing_but_faults_is_not_listed_to_its_end() {
    let folder = Folder::of(&[("a.cedar", ";".repeat(5_000).as_bytes())]);
    let faults = folder.faults(&["a.cedar"]);
    assert_eq!(faults.lines().count(), 101);
    assert_snapshot!(faults.lines().last().unwrap(), @"a.cedar: line 1: there is more that is wrong here than is listed. Mend what is listed first.");
}

#[test]
fn what_a_catalogue_says_decides_which_names_there_are() {
    let folder = Folder::of(&[("a.cedar", b"@id(\"a\")\nforbid (principal in Group::\"oncall\", action == Action::\"Request\", resource in Application::\"staging\");")]);
    let written = || read(&[folder.file("a.cedar")]);
    assert_eq!(written().for_catalogue(&catalogue()).unwrap().count, 1);
    let none = written().for_catalogue(&Catalogue::default()).unwrap_err().to_string();
    assert_snapshot!(none.replace(&format!("{}/", folder.0.path().display()), ""), @r#"
a.cedar: line 1, a: there is no application "staging". Write the id of one in [[application]].
a.cedar: line 1, a: there is no group "oncall". Name it in [groups].
"#);
    assert_eq!(written().faults().iter().count(), 0);
}

#[test]
fn the_schema_is_generated_from_the_catalogue() {
    assert_snapshot!(schema(&catalogue()), @r#"
// Whoever asks or decides, by e-mail, in those of [groups] that they stand in.
entity Group enum ["oncall"];
entity Person in [Group] = {
    email: String,
    title?: String,
    department?: String,
    manager?: String, // an e-mail
};

// What is asked for, in its application.
entity Application enum ["prod-db", "staging"];
entity Sensitivity enum ["low", "medium", "high", "critical"];
// Entitlement::"prod-db/rw" is Production Database Read-Write
// Entitlement::"prod-db/admin" is Production Database Admin
// Entitlement::"staging/deploy" is Staging Deploy
entity Entitlement in [Application] = {
    id: String, // as "prod-db/rw", which is its uid too
    name: String,
    sensitivity: Sensitivity,
    rank: Long, // from 1 (low) to 4 (critical)
};

type Asked = {
    duration: duration,
    total: duration, // with what this person held through the same Okta group shortly before
    at: datetime,
    justification: String,
    emergency: Bool,
};

// forbid Request refuses. permit Require adds @step, @distinct, @max_duration.
// permit AutoApprove takes the own steps away, forbid AutoApprove asks them all the same.
action Request, Require, AutoApprove appliesTo {
    principal: [Person], // who asks
    resource: [Entitlement],
    context: Asked,
};

// forbid Approve takes the decision from somebody.
action Approve appliesTo {
    principal: [Person], // who decides
    resource: [Entitlement],
    context: {
        duration: duration,
        total: duration,
        at: datetime,
        justification: String,
        emergency: Bool,
        requester: Person,
    },
};
"#);
}
