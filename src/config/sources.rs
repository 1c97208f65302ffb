//! Finds the files, reads them, and layers them and the environment into one tree.
//!
//! Later files win over earlier ones, key by key, and the environment over all; `[[application]]` is joined over files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use ::config::{Config, ConfigError, Map, Source, Value, ValueKind};

use super::{
    DEFAULT_FOLDER, Environment,
    fault::{ENVIRONMENT, Fault, Shown, Wrong},
    reader::{Section, Walk},
    salvage::{legible, salvage},
};
use crate::file::{self, Torn, Unread, deeply, toml};

/// Variables of the environment begin so.
const PREFIX: &str = "JITNEY";

/// Between the parts of a variable's name.
const SEPARATOR: &str = "__";

/// The names of files of cases that rules are held to end so. They are no configuration.
const CASES: &str = "-tests";

/// The array of tables that is joined over files instead of replaced.
const JOINED: &str = "application";

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The layered tree.
    pub(super) tree: BTreeMap<String, Value>,
    /// The files, in order.
    pub(super) files: Vec<String>,
    /// Files of rules beside them, in the order of their names.
    pub(super) rules: Vec<PathBuf>,
    /// What could not be read.
    pub(super) lost: Lost,
}

/// What could not be read, and might have said something.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lost {
    /// Whether anything was lost.
    pub(super) something: bool,
    /// Whether some of it may be in any table.
    pub(super) anywhere: bool,
    /// Tables that are known to be lost, of those that matter most.
    pub(super) tables: BTreeSet<&'static str>,
}

/// Reads all sources. What is wrong with them is noted, and the rest is layered all the same.
pub(super) fn gather(paths: &[PathBuf], environment: &Environment, walk: &Walk) -> Gathered {
    let mut gathered = Gathered::default();
    let mut layers = Vec::new();
    let mut applications = Vec::new();
    for file in files(paths, walk, &mut gathered.lost) {
        let origin = file.display().to_string();
        for mut table in tables(&file, &origin, walk, &mut gathered.lost) {
            applications.extend(applications_of(&mut table, &origin, walk));
            layers.push(Layer(bare(table, &origin, walk)));
        }
        gathered.rules.extend(rules_beside(&file, walk, &mut gathered.lost));
        gathered.files.push(origin);
    }
    gathered.rules.sort();
    gathered.rules.dedup();
    layers.extend(from_environment(environment, walk));
    gathered.tree = layered(layers);
    if !applications.is_empty() {
        let joined = Value::new(None, applications);
        gathered.tree.insert(JOINED.to_owned(), joined);
    }
    gathered
}

fn files(paths: &[PathBuf], walk: &Walk, lost: &mut Lost) -> Vec<PathBuf> {
    let default = [PathBuf::from(DEFAULT_FOLDER)];
    let paths = if paths.is_empty() { &default } else { paths };
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut found = beside(path, "toml", walk, lost);
        found.retain(|file| !holds_cases(file));
        if found.is_empty() {
            note(walk, &path.display().to_string(), Wrong::NoFiles);
            lost.note_unknown();
        }
        files.extend(found);
    }
    files
}

/// The files of a folder with an ending, in the order of their names. What cannot be listed may hold any: that nothing is
/// seen there does not mean that nothing is said.
fn beside(folder: &Path, ending: &str, walk: &Walk, lost: &mut Lost) -> Vec<PathBuf> {
    let listed: io::Result<Vec<PathBuf>> =
        fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut files = listed.unwrap_or_else(|error| {
        note(walk, &folder.display().to_string(), unread(error.into()));
        lost.note_unknown();
        Vec::new()
    });
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    files
}

/// Files of cases lie beside the configuration that they are about.
fn holds_cases(file: &Path) -> bool {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    stem.is_some_and(|stem| stem.ends_with(CASES))
}

/// Of a file that is not there nothing is beside it: that it is not is said already.
fn rules_beside(file: &Path, walk: &Walk, lost: &mut Lost) -> Vec<PathBuf> {
    match file.parent() {
        _ if !file.exists() => Vec::new(),
        Some(folder) if !folder.as_os_str().is_empty() => beside(folder, "cedar", walk, lost),
        _ => beside(Path::new("."), "cedar", walk, lost),
    }
}

/// The tables of one file.
type Tables = Vec<Map<String, Value>>;

/// The tables of a file: one, or as many as can be saved where it is not TOML as a whole.
fn tables(path: &Path, origin: &String, walk: &Walk, lost: &mut Lost) -> Tables {
    let (tables, wrong) = match file::text_or_torn(path, file::LARGEST) {
        Ok(text) => parsed(&text, origin, lost),
        Err(torn) => (saved(&torn, origin, lost), Some(unread(torn.why))),
    };
    if let Some(wrong) = wrong {
        note(walk, origin, wrong);
    }
    tables
}

/// The tables of a text, and what is wrong with it as a whole.
fn parsed(text: &str, origin: &String, lost: &mut Lost) -> (Tables, Option<Wrong>) {
    let read = deeply(|deep| match toml::parse(deep, Some(origin), text) {
        Ok(table) => (vec![table], None),
        Err(slip) => (salvage(deep, origin, text, lost), Some(Wrong::Toml(slip))),
    });
    read.unwrap_or_else(|| {
        lost.note_unknown();
        (Vec::new(), Some(Wrong::Broken))
    })
}

/// What can be saved of a file that is no text, or of the beginning of one that is too large: what follows is unknown.
fn saved(torn: &Torn, origin: &String, lost: &mut Lost) -> Tables {
    let whole = torn.why == Unread::NotText;
    let something = whole || torn.why == Unread::TooLarge;
    let saved = something.then(|| deeply(|deep| salvage(deep, origin, &legible(&torn.read, whole), lost))).flatten();
    if !whole || saved.is_none() {
        lost.note_unknown();
    }
    saved.unwrap_or_default()
}

impl Lost {
    /// A whole source is lost, or a part of one of which nothing is known.
    const fn note_unknown(&mut self) {
        (self.something, self.anywhere) = (true, true);
    }
}

const fn unread(unread: Unread) -> Wrong {
    match unread {
        Unread::NotAFile => Wrong::NotAFile,
        Unread::TooLarge => Wrong::TooLarge,
        Unread::NotText => Wrong::NotText,
        Unread::Failed(io::ErrorKind::NotFound) => Wrong::NoSuchFile,
        Unread::Failed(kind) => Wrong::Unreadable(kind),
    }
}

fn applications_of(table: &mut Map<String, Value>, origin: &str, walk: &Walk) -> Vec<Value> {
    match table.remove(JOINED) {
        None => Vec::new(),
        Some(value) => match value.kind {
            ValueKind::Array(items) => items,
            kind => {
                let value = Value::new(Some(&origin.to_owned()), kind);
                let alone = BTreeMap::from([(JOINED.to_owned(), value)]);
                let mut root = Section::root(walk, alone, origin.to_owned());
                root.tables(JOINED);
                root.finish();
                Vec::new()
            }
        },
    }
}

/// Leaves out keys that the layering would take for paths: no key of ours holds a dot or a bracket.
fn bare(table: Map<String, Value>, origin: &str, walk: &Walk) -> Map<String, Value> {
    let (bare, odd): (Map<_, _>, Map<_, _>) = table.into_iter().partition(|(key, _)| is_bare(key));
    let odd: BTreeMap<String, Value> = odd.into_iter().collect();
    Section::root(walk, odd, origin.to_owned()).finish();
    bare
}

/// One layer a variable, in the order of their names.
fn from_environment(environment: &Environment, walk: &Walk) -> Vec<Layer> {
    let variables = environment.iter().map(|(k, v)| (k.clone(), v.clone()));
    let source = ::config::Environment::with_prefix(PREFIX).separator(SEPARATOR).source(Some(variables.collect()));
    let found: BTreeMap<String, Value> = source.collect().into_iter().flatten().collect();
    let mut layers = Vec::new();
    for (key, value) in found {
        let shallow = key.split('.').count() <= toml::DEEPEST;
        if shallow && key.split('.').all(is_bare) && !key.starts_with(JOINED) {
            layers.push(Layer(Map::from([(key, value)])));
        } else {
            note_variable(walk, &key);
        }
    }
    layers
}

fn is_bare(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !key.is_empty() && key.chars().all(plain)
}

/// Sources later in the list win, key by key.
fn layered(layers: Vec<Layer>) -> BTreeMap<String, Value> {
    let mut builder = Config::builder();
    for layer in layers {
        builder = builder.add_source(layer);
    }
    let tree = builder.build().and_then(|config| config.cache.into_table());
    tree.unwrap_or_default().into_iter().collect()
}

/// One source, already read.
#[derive(Clone, Debug)]
struct Layer(Map<String, Value>);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}

fn note(walk: &Walk, origin: &str, wrong: Wrong) {
    walk.faults.borrow_mut().push(Fault {
        origin: origin.to_owned(),
        key: String::new(),
        section: String::new(),
        wrong,
    });
}

fn note_variable(walk: &Walk, key: &str) {
    walk.faults.borrow_mut().push(Fault {
        origin: ENVIRONMENT.to_owned(),
        key: Shown::of(key).key(),
        section: String::new(),
        wrong: Wrong::Unknown(None),
    });
}
