//! Generated files: one source file here for each generated thing, one line in [`LIST`].

mod command;
mod ecs;
mod file;
mod metrics;
mod ocsf;
mod permissions;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::say;
use command::Printed;
use file::{GeneratedFile, Outcome};

/// A generated thing: its name on the command line, and what it is made of.
struct Generator {
    name: &'static str,
    source: Source,
}

/// Where a generated thing comes from, and how.
enum Source {
    /// A file below the shared data folder. Its absence means that the generator is skipped.
    Data(
        &'static str,
        fn(input: &Path) -> anyhow::Result<Vec<GeneratedFile>>,
    ),
    /// A file of the project.
    Content(
        &'static str,
        fn(input: &Path) -> anyhow::Result<Vec<GeneratedFile>>,
    ),
    /// A list in our own code.
    Code(fn() -> Vec<GeneratedFile>),
    /// What a program prints.
    Printed(Printed),
}

/// Everything that `cargo xtask codegen` writes, in an order in which each finds what it is made of. To add a thing:
/// one file in this folder and one line here. What only the node knows (the configuration and command reference) is
/// checked by tests beside it, so that these chores never wait for the whole product to build.
const LIST: &[Generator] = &[
    Generator {
        name: "metrics",
        source: Source::Code(metrics::generate),
    },
    Generator {
        name: "permissions",
        source: Source::Code(permissions::generate),
    },
    Generator {
        name: "ocsf-schema",
        source: Source::Data("ocsf/schema-1.3.0.json", ocsf::generate),
    },
    Generator {
        name: "ocsf-versions",
        source: Source::Data("ocsf/schema-1.5.0.json", ocsf::generate_versions),
    },
    Generator {
        name: "ocsf-to-ecs",
        source: Source::Content("content/ecs/fields.tsv", ecs::generate),
    },
    Generator {
        name: "openapi",
        source: Source::Printed(Printed {
            command: &[
                "cargo",
                "run",
                "--quiet",
                "--package=aurora-api",
                "--example=openapi",
            ],
            folder: ".",
            needs: "Cargo.toml",
            path: "docs/openapi.json",
        }),
    },
    Generator {
        name: "console-types",
        source: Source::Printed(Printed {
            command: &["node", "scripts/types.mjs", "--print"],
            folder: "console",
            needs: "node_modules",
            path: "console/src/api/schema.d.ts",
        }),
    },
];

/// Writes (or with `check` compares) the chosen things, all of them when `names` is empty.
pub fn run(root: &Path, check: bool, names: &[String]) -> anyhow::Result<()> {
    refuse_unknown(names)?;
    let data = shared_folder(root).join("data");
    let mut stale = Vec::new();
    for generator in LIST {
        if names.is_empty() || names.iter().any(|name| name == generator.name) {
            stale.extend(run_one(generator, root, &data, check)?);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    bail!("stale: {}; run `cargo xtask codegen`", stale.join(", "))
}

/// The paths of the files that differ from what is checked in.
fn run_one(
    generator: &Generator,
    root: &Path,
    data: &Path,
    check: bool,
) -> anyhow::Result<Vec<String>> {
    let name = generator.name;
    let files = match &generator.source {
        Source::Code(make) => make(),
        Source::Content(path, make) => {
            make(&root.join(path)).with_context(|| format!("cannot generate {name}"))?
        }
        Source::Data(path, make) => {
            let input = data.join(path);
            if !input.exists() {
                say(format_args!(
                    "{name}: skipped, `{}` is not there",
                    input.display()
                ));
                return Ok(Vec::new());
            }
            make(&input).with_context(|| format!("cannot generate {name}"))?
        }
        Source::Printed(printed) => {
            let needs = root.join(printed.folder).join(printed.needs);
            if !needs.exists() {
                say(format_args!(
                    "{name}: skipped, `{}` is not there",
                    needs.display()
                ));
                return Ok(Vec::new());
            }
            printed
                .generate(root)
                .with_context(|| format!("cannot generate {name}"))?
        }
    };
    let mut stale = Vec::new();
    for file in files {
        let outcome = if check {
            file.compare(root)?
        } else {
            file.write(root)?
        };
        say(format_args!("{name}: {} {outcome}", file.path));
        if matches!(outcome, Outcome::Differs(_)) {
            stale.push(file.path);
        }
    }
    Ok(stale)
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
