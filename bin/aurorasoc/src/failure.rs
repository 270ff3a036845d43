//! How a command that fails says so: `error: …`, its causes, `fix: …`, and the page to read.

use std::error::Error as StdError;
use std::io::{ErrorKind, Write as _};

use aurora_codes::Code;

use crate::app::App;
use crate::exit::Exit;
use crate::instance;
use crate::output::clean;

/// A failure that a command itself finds.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    exit: Exit,
    text: String,
    fix: Option<String>,
}

impl Failure {
    pub fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self {
            exit,
            text: text.into(),
            fix: None,
        }
    }

    pub fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, text)
    }

    pub fn not_found(text: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, text)
    }

    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// The message was shown already, by the process that failed.
#[derive(Debug, thiserror::Error)]
#[error("another process failed")]
pub struct Told(pub Exit);

/// What is known about an error beyond its text.
#[derive(Debug, PartialEq, Eq)]
struct Advice {
    exit: Exit,
    fix: Option<String>,
    code: Option<Code>,
}

/// Ends the program: tells what went wrong, if anything, and picks the exit code.
pub fn conclude(ended: anyhow::Result<Exit>, app: &App) -> Exit {
    let error = match ended {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    if reader_left(&error) {
        return Exit::Ok;
    }
    if let Some(Told(exit)) = error.downcast_ref() {
        return *exit;
    }
    let advice = advice(&error, app);
    let text = report(&error, &advice, app.colour_errors());
    // There is nobody left to tell when even this fails.
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
    advice.exit
}

/// Standard output was closed, as by `| head`: that is how the reader says it has enough.
fn reader_left(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn report(error: &anyhow::Error, advice: &Advice, colour: bool) -> String {
    let mark = |word: &str, ink: &str| {
        if colour {
            format!("\u{1b}[1;{ink}m{word}\u{1b}[0m")
        } else {
            word.to_owned()
        }
    };
    let mut text = String::new();
    let mut last = String::new();
    for (depth, cause) in error.chain().enumerate() {
        let said = said(cause);
        // Some errors repeat their cause in their own text.
        if depth > 0 && last.ends_with(&said) {
            continue;
        }
        let word = if depth == 0 {
            mark("error", "31")
        } else {
            "  because".to_owned()
        };
        // What has several lines, as a file's parser has, keeps them; only the first begins a line.
        let lines: Vec<_> = said.trim_end().lines().map(clean).collect();
        text.push_str(&format!("{word}: {}\n", lines.join("\n  ")));
        last = said;
    }
    if let Some(fix) = &advice.fix {
        text.push_str(&format!("{}: {}\n", mark("fix", "32"), clean(fix)));
    }
    if let Some(code) = advice.code {
        text.push_str(&format!("{code}, docs/errors/{code}.md\n"));
    }
    text
}

/// The text of one cause; a refusal's fix has a line of its own.
fn said(cause: &(dyn StdError + 'static)) -> String {
    match cause.downcast_ref::<aurora_client::Error>() {
        Some(aurora_client::Error::Refused { message, .. }) => message.clone(),
        Some(aurora_client::Error::NotRunning { socket }) => {
            // run/site.sock in the data directory
            let data_dir = socket.ancestors().nth(2).unwrap_or(socket);
            format!(
                "no site runs on the data directory `{}`",
                data_dir.display()
            )
        }
        _ => cause.to_string(),
    }
}

fn advice(error: &anyhow::Error, app: &App) -> Advice {
    let known = error
        .chain()
        .find_map(|cause| of_ours(cause).or_else(|| of_the_site(cause, app)));
    let Some(advice) = known else {
        return Advice {
            exit: Exit::Failed,
            fix: None,
            code: None,
        };
    };
    let fix = advice
        .fix
        .or_else(|| advice.code.map(|code| code.fix().to_owned()));
    Advice { fix, ..advice }
}

fn of_ours(cause: &(dyn StdError + 'static)) -> Option<Advice> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        let Failure { exit, fix, .. } = failure;
        return Some(Advice {
            exit: *exit,
            fix: fix.clone(),
            code: None,
        });
    }
    if let Some(error) = cause.downcast_ref::<aurora_config::Error>() {
        let unread = matches!(error, aurora_config::Error::Read { .. });
        return Some(Advice {
            exit: Exit::Usage,
            fix: unread.then(|| "name a file that you can read with --config".to_owned()),
            code: Some(Code::ConfigInvalid),
        });
    }
    let node = cause.downcast_ref::<aurora_node::Error>()?;
    let code = node.code();
    let exit = match code {
        Some(Code::DataDirectoryLocked | Code::DataDirectoryNewer) => Exit::Refused,
        Some(Code::ConfigInvalid) => Exit::Usage,
        _ => Exit::Failed,
    };
    Some(Advice {
        exit,
        fix: None,
        code,
    })
}

fn of_the_site(cause: &(dyn StdError + 'static), app: &App) -> Option<Advice> {
    use aurora_client::Error as Client;
    let advice = |exit, fix, code| Some(Advice { exit, fix, code });
    match cause.downcast_ref::<Client>()? {
        Client::NotRunning { .. } => {
            let fix = app.owner().map(|owner| {
                format!("process {owner} owns the data directory but does not answer yet: wait a moment, or look at `aurorasoc logs`")
            });
            advice(Exit::NoSite, fix, Some(Code::NoSiteRunning))
        }
        Client::NotAllowed { .. } => advice(Exit::Refused, None, Some(Code::SocketRefused)),
        Client::Refused { status, fix, .. } => {
            let exit = match status {
                404 => Exit::NotFound,
                400 | 413 | 415 | 422 => Exit::Usage,
                401 | 403 | 409 => Exit::Refused,
                _ => Exit::Failed,
            };
            advice(exit, fix.clone(), None)
        }
        Client::Broken(_) if !instance::has_room_for_sockets(&app.settings.data_dir) => {
            let fix = "choose a shorter --data-dir: a socket's path holds at most 107 bytes";
            advice(Exit::Usage, Some(fix.to_owned()), None)
        }
        Client::Silent | Client::Broken(_) => {
            let fix = Some("look at `aurorasoc logs`, then at `aurorasoc doctor`".to_owned());
            advice(Exit::Failed, fix, None)
        }
        Client::Unreadable(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use expect_test::{Expect, expect};

    use super::*;

    fn check(error: impl Into<anyhow::Error>, exit: Exit, expected: Expect) {
        let error = error.into();
        let app = App::for_tests();
        let advice = advice(&error, &app);
        expected.assert_eq(&report(&error, &advice, false));
        assert_eq!(advice.exit, exit);
    }

    #[test]
    fn an_error_names_the_fix_and_the_page() {
        check(
            aurora_client::Error::NotRunning {
                socket: "/x/run/site.sock".into(),
            },
            Exit::NoSite,
            expect![[r#"
                error: no site runs on the data directory `/x`
                fix: run `aurorasoc up`
                AUR0008, docs/errors/AUR0008.md
            "#]],
        );
        check(
            aurora_node::Error::Locked {
                path: "/data".into(),
                owner: "42".to_owned(),
            },
            Exit::Refused,
            expect![[r#"
                error: cannot use the data directory `/data`: process 42 owns it
                fix: run `aurorasoc status`, or give another `--data-dir`
                AUR0002, docs/errors/AUR0002.md
            "#]],
        );
    }

    #[test]
    fn a_refusal_is_told_in_the_sites_words_but_cannot_move_the_cursor() {
        check(
            aurora_client::Error::Refused {
                status: 404,
                code: "not_found".to_owned(),
                message: "there is no alert `\u{1b}[2J\u{202e}`".to_owned(),
                fix: Some("run `aurorasoc alerts`".to_owned()),
            },
            Exit::NotFound,
            expect![[r#"
                error: there is no alert `\u{1b}[2J\u{202e}`
                fix: run `aurorasoc alerts`
            "#]],
        );
    }

    #[test]
    fn a_second_line_cannot_pass_for_one_of_ours() {
        check(
            Failure::new(Exit::Failed, "line 1\nfix: rm -rf /\u{1b}[2J\n"),
            Exit::Failed,
            expect![[r#"
                error: line 1
                  fix: rm -rf /\u{1b}[2J
            "#]],
        );
    }

    #[test]
    fn causes_are_told_once() {
        let cause = std::io::Error::other("no space left");
        let error = anyhow::Error::new(cause).context("cannot write `x`");
        check(
            error,
            Exit::Failed,
            expect![[r#"
                error: cannot write `x`
                  because: no space left
            "#]],
        );
    }

    #[test]
    fn a_reader_that_left_is_no_failure() {
        let left = std::io::Error::from(ErrorKind::BrokenPipe);
        assert_eq!(conclude(Err(left.into()), &App::for_tests()), Exit::Ok);
    }
}
