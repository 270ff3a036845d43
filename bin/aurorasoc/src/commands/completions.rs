use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::Shell;

use crate::app::App;
use crate::args::Cli;
use crate::exit::Exit;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    source <(aurorasoc completions bash)\n  \
    aurorasoc completions zsh > ~/.zfunc/_aurorasoc\n  \
    aurorasoc completions fish > ~/.config/fish/completions/aurorasoc.fish")]
pub struct Completions {
    #[arg(value_enum)]
    shell: Known,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

pub fn run(completions: Completions, app: &mut App) -> anyhow::Result<Exit> {
    let shell = match completions.shell {
        Known::Bash => Shell::Bash,
        Known::Zsh => Shell::Zsh,
        Known::Fish => Shell::Fish,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "aurorasoc", &mut text);
    app.screen.verbatim(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Ok)
}
