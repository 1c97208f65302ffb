//! The configuration and the rules it names, read as one.
//!
//! It owns that whoever needs settings has both; refuses to know what either means. Law: settings are sound only where
//! the rules are, and one run finds the faults of both.

use std::path::PathBuf;

use crate::{
    config::{self, Environment, Fault, Loaded},
    policy::{self, Faults},
};

/// Reads the configuration as [`config::load`] does, and then the rules for what it offers.
#[must_use]
pub fn load(paths: &[PathBuf], environment: &Environment) -> Loaded {
    let loaded = config::load(paths, environment);
    let written = policy::read(&loaded.rule_files);
    let loaded = written.texts().iter().fold(loaded, |loaded, (name, text)| loaded.with_file(name, text.as_bytes()));
    let read = match &loaded.catalogue {
        Ok(catalogue) => written.for_catalogue(catalogue).map(|sound| (sound.rules, sound.count)).map_err(faults),
        // Without a catalogue nobody knows which names there are; what is wrong all the same is said.
        Err(_) => Err(faults(written.faults())),
    };
    loaded.judged_by(read)
}

fn faults(found: Faults) -> Vec<Fault> {
    found.iter().map(|fault| Fault::in_rules(fault.file(), fault.place(), fault.sentence())).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use insta::assert_snapshot;
    use tempfile::TempDir;

    use super::*;
    use crate::config::{
        check::{Verdict, report},
        sound::SOUND,
    };

    /// With a group that rules can name.
    fn configuration() -> String {
        SOUND.replacen("[[application]]", "[groups]\noncall = \"00gONCALL\"\n\n[[application]]", 1)
    }

    const RULES: &str = r#"
@id("soc-too")
@step("soc")
permit (principal, action == Action::"Require", resource in Application::"prod-db");
"#;

    /// What `check` prints of a configuration with rules, with its folder called `config`.
    fn check(configuration: &str, rules: &str) -> (String, Verdict) {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("jitney.toml"), configuration).unwrap();
        fs::write(folder.path().join("policy.cedar"), rules).unwrap();
        let (text, verdict) = report(&load(&[folder.path().to_owned()], &Environment::new()));
        (text.replace(folder.path().to_str().unwrap(), "config"), verdict)
    }

    #[test]
    fn a_configuration_and_its_rules_are_summed_up_together() {
        let (text, verdict) = check(&configuration(), RULES);
        assert_eq!(verdict, Verdict::Sound);
        assert_snapshot!(text, @r#"
No fault in 1 file: 1 application, 1 level of access, 1 rule.
The store is data/jitney, its key jitney.key.
"#);
    }

    #[test]
    fn rules_are_on_record_with_the_configuration() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("jitney.toml"), configuration()).unwrap();
        let digest = |rules: &str| {
            fs::write(folder.path().join("policy.cedar"), rules).unwrap();
            let settings = load(&[folder.path().to_owned()], &Environment::new()).settings.unwrap();
            settings.written.marked(|_, _| "mark".to_owned()).digest()
        };
        let one = digest(RULES);
        assert_ne!(one, digest(&RULES.replace("soc-too", "soc-as-well")));
        assert_eq!(one, digest(RULES));
    }

    #[test]
    fn rules_with_faults_leave_what_ends_access() {
        let rules = RULES.replace("@step(\"soc\")", "@step(\"scc\")").replace("prod-db", "prod-bd");
        let (text, verdict) = check(&configuration(), &rules);
        assert_eq!(verdict, Verdict::Faulty);
        assert_snapshot!(text, @r#"
config/policy.cedar: line 2, soc-too: "scc" is nobody who could be asked. Did you mean soc?
config/policy.cedar: line 2, soc-too: there is no application "prod-bd". Did you mean prod-db?
2 faults: `jitney run` would only end access that is due.
"#);
    }

    #[test]
    fn faults_of_the_configuration_and_of_rules_are_told_in_one_run() {
        let sound = configuration();
        let configuration = sound.replace("bot_token = \"xoxb-1\"", "");
        assert_snapshot!(check(&configuration, &RULES.replace("prod-db", "prod-bd")).0, @r#"
config/jitney.toml: slack.bot_token: is missing. Write bot_token_file = "a file that holds it", or set JITNEY__SLACK__BOT_TOKEN.
config/policy.cedar: line 2, soc-too: there is no application "prod-bd". Did you mean prod-db?
2 faults: `jitney run` would only end access that is due.
"#);
        let faulty = sound.replace("\"high\"", "\"hihg\"");
        let rules = RULES.replace("prod-db", "prod-bd").replace("@step", "@stpe");
        assert_snapshot!(check(&faulty, &rules).0, @r#"
config/jitney.toml: application[0] prod-db.entitlement rw.sensitivity: "hihg" is not one of the words known here. Write low, medium, high or critical.
config/policy.cedar: line 2, soc-too: unknown annotation @stpe. Did you mean @step?
2 faults: `jitney run` would only end access that is due.
"#);
    }
}
