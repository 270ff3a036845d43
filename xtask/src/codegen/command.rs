//! Files that a program prints: one of ours that these chores must not depend on, or one of the
//! console's.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use super::file::GeneratedFile;

/// A program whose output is a file.
pub struct Printed {
    /// The program and its arguments.
    pub command: &'static [&'static str],
    /// Where it runs, relative to the repository's root.
    pub folder: &'static str,
    /// Relative to `folder`; without it the program cannot run, and the generator is skipped.
    pub needs: &'static str,
    /// What it prints, relative to the repository's root.
    pub path: &'static str,
}

impl Printed {
    pub fn generate(&self, root: &Path) -> anyhow::Result<Vec<GeneratedFile>> {
        let (program, arguments) = self.command.split_first().expect("a command has a program");
        let said = self.command.join(" ");
        let output = Command::new(program)
            .args(arguments)
            .current_dir(root.join(self.folder))
            .stderr(std::process::Stdio::inherit())
            .output()
            .with_context(|| format!("cannot run `{said}`"))?;
        if !output.status.success() {
            bail!("`{said}` failed: {}", output.status);
        }
        let text = String::from_utf8(output.stdout)
            .with_context(|| format!("`{said}` printed something that is not UTF-8"))?;
        Ok(vec![GeneratedFile {
            path: self.path.to_owned(),
            text,
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(command: &'static [&'static str]) -> anyhow::Result<Vec<GeneratedFile>> {
        let printed = Printed {
            command,
            folder: ".",
            needs: ".",
            path: "a.txt",
        };
        printed.generate(Path::new("/"))
    }

    #[test]
    fn what_is_printed_is_the_file() {
        let files = printed(&["printf", "one\\ntwo\\n"]).expect("printf works");
        assert_eq!(files[0].path, "a.txt");
        assert_eq!(files[0].text, "one\ntwo\n");
    }

    #[test]
    fn a_program_that_fails_makes_no_file() {
        let error = printed(&["sh", "-c", "echo half; exit 3"]).err();
        let error = error.expect("it failed").to_string();
        assert_eq!(error, "`sh -c echo half; exit 3` failed: exit status: 3");
    }
}
