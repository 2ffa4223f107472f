//! `completions` and `man`: made from the commands as they are.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Command, CommandFactory as _, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Exit;
use crate::cli::Cli;

/// Name of the program, as it is installed.
const PROGRAM: &str = "caretaker-collector";

/// Options of `completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: For,
}

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum For {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

/// Options of `man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Write the pages of all commands into this folder [default: print the first page]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// Writes what a shell reads to complete commands.
pub(super) fn completions(args: &CompletionsArgs, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let shell = match args.shell {
        For::Bash => Shell::Bash,
        For::Zsh => Shell::Zsh,
        For::Fish => Shell::Fish,
        For::Powershell => Shell::PowerShell,
        For::Elvish => Shell::Elvish,
    };
    let mut made = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), PROGRAM, &mut made);
    out.write_all(&made)?;
    Ok(Exit::Fine)
}

/// Writes manual pages.
pub(super) fn man(args: &ManArgs, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let mut command = Cli::command().name(PROGRAM);
    command.build();
    let Some(folder) = &args.into else {
        out.write_all(&page(&command)?)?;
        return Ok(Exit::Fine);
    };
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let pages = pages(&command, PROGRAM, folder)?;
    writeln!(out, "{pages} pages in {}\nRead one:  man -l {}", folder.display(), shown(folder, PROGRAM).display())?;
    Ok(Exit::Fine)
}

/// Writes the page of a command and those of the commands below it; says how many.
#[expect(clippy::disallowed_methods, reason = "manual pages are for everybody")]
fn pages(command: &Command, name: &str, folder: &Path) -> anyhow::Result<usize> {
    let path = shown(folder, name);
    std::fs::write(&path, page(command)?).with_context(|| format!("{} cannot be written", path.display()))?;
    let mut written = 1;
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        written += pages(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(written)
}

fn shown(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.1"))
}

fn page(command: &Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let version = env!("CARGO_PKG_VERSION");
    Man::new(command.clone().version(version))
        .manual("Caretaker")
        .source(format!("Caretaker {version}"))
        .render(&mut page)?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::{CompletionsArgs, For, ManArgs, completions, man};

    #[test]
    fn every_shell_learns_every_command() {
        for shell in For::value_variants() {
            let mut made = Vec::new();
            completions(&CompletionsArgs { shell: *shell }, &mut made).expect("memory takes bytes");
            let made = String::from_utf8(made).expect("text");
            for word in ["incident-log", "executables", "break-glass", "completions"] {
                assert!(made.contains(word), "{shell:?} does not know {word}");
            }
        }
    }

    #[test]
    fn every_command_has_a_page() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut said = Vec::new();
        man(&ManArgs { into: Some(folder.path().to_owned()) }, &mut said).expect("pages");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect(name);
        assert!(read("caretaker-collector.1").contains("caretaker\\-collector\\-devices(1)"));
        let page = read("caretaker-collector-case-open.1");
        assert!(page.contains("break\\-glass") && page.contains("caretaker\\-collector case open"), "{page}");
        let pages = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert!(String::from_utf8_lossy(&said).starts_with(&format!("{pages} pages in ")));
    }
}
