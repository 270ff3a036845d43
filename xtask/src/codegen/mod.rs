//! Generated files: one source file here for each generated thing, one line in [`LIST`].

mod ecs;
mod file;
mod ocsf;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::say;
use file::{GeneratedFile, Outcome};

/// A generated thing: its name on the command line, what it is made of, and how.
struct Generator {
    name: &'static str,
    /// Relative to the shared data folder. Absent input means the generator is skipped.
    input: &'static str,
    make: fn(input: &Path) -> anyhow::Result<Vec<GeneratedFile>>,
}

/// Everything that `cargo xtask codegen` writes. To add a thing: one file in this folder and one line here.
const LIST: &[Generator] = &[
    Generator {
        name: "ocsf-schema",
        input: "ocsf/schema-1.3.0.json",
        make: ocsf::generate,
    },
    Generator {
        name: "ocsf-to-ecs",
        input: "ocsf/ocsf-to-ecs.tsv",
        make: ecs::generate,
    },
];

/// Writes (or with `check` compares) the chosen things, all of them when `names` is empty.
pub fn run(root: &Path, check: bool, names: &[String]) -> anyhow::Result<()> {
    refuse_unknown(names)?;
    let shared = shared_folder(root);
    let mut stale = Vec::new();
    for generator in LIST {
        if !names.is_empty() && !names.iter().any(|name| name == generator.name) {
            continue;
        }
        let input = shared.join("data").join(generator.input);
        if !input.exists() {
            say(format_args!(
                "{}: skipped, `{}` is not there",
                generator.name,
                input.display()
            ));
            continue;
        }
        let files = (generator.make)(&input)
            .with_context(|| format!("cannot generate {}", generator.name))?;
        for file in files {
            let outcome = if check {
                file.compare(root)?
            } else {
                file.write(root)?
            };
            say(format_args!("{}: {} {outcome}", generator.name, file.path));
            if matches!(outcome, Outcome::Differs(_)) {
                stale.push(file.path);
            }
        }
    }
    if !stale.is_empty() {
        bail!(
            "{} generated file(s) are stale; run `cargo xtask codegen`",
            stale.len()
        );
    }
    Ok(())
}

fn refuse_unknown(names: &[String]) -> anyhow::Result<()> {
    let known: Vec<_> = LIST.iter().map(|generator| generator.name).collect();
    for name in names {
        if !known.contains(&name.as_str()) {
            bail!(
                "nothing named `{name}` is generated; known: {}",
                known.join(", ")
            );
        }
    }
    Ok(())
}

/// Where the data that is not part of the repository lies: `AURORA_SHARED`, else beside the checkout.
fn shared_folder(root: &Path) -> PathBuf {
    match std::env::var_os("AURORA_SHARED") {
        Some(path) => path.into(),
        None => root.join("../shared"),
    }
}
