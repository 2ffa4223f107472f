//! `notice`: what the school tells people before they log in (A12), for whatever shows it on this system's logon screen.

use std::io::Write;

use anyhow::Context as _;
use caretaker_shared::policy::DevicePolicy;

use super::words;
use crate::cli::Notice;
use crate::config;
use crate::plain::Exit;
use crate::spool::Overview;

/// Columns of a console.
const WIDTH: usize = 76;

/// Prints the notice of the policy in force; nothing at all where there is none, so that a logon screen stays as it was.
pub(super) fn run(options: &Notice, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let stored = Overview::of(&options.state.dir).context("the spool cannot be read")?.and_then(|spool| spool.policy);
    let policy = stored.map(|policy| config::decode(&policy)).transpose().context("the stored policy")?;
    print(policy.as_ref(), out)?;
    Ok(Exit::Fine)
}

fn print(policy: Option<&DevicePolicy>, out: &mut dyn Write) -> std::io::Result<()> {
    let Some(policy) = policy.filter(|policy| !policy.notice.is_empty()) else { return Ok(()) };
    for line in words::wrapped(&policy.notice, WIDTH) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "What is collected, and who may see it:  caretaker-agent explain")
}

#[cfg(test)]
mod tests {
    use caretaker_shared::policy::{DevicePolicy, PRESET, Policy};

    use super::print;

    fn printed(text: &str) -> String {
        let mut policy = Policy::parse(PRESET).expect("the preset is a policy");
        policy.notice.text = text.to_owned();
        let mut out = Vec::new();
        print(Some(&DevicePolicy::of(&policy, "Northfield School", "North", 1)), &mut out).expect("prints");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn prints_what_the_school_says_and_nothing_where_it_says_nothing() {
        let told = printed("The school looks after this computer.");
        let explain = "What is collected, and who may see it:  caretaker-agent explain";
        assert_eq!(told, format!("The school looks after this computer.\n{explain}\n"));
        assert!(printed(&"word ".repeat(60)).lines().all(|line| line.len() <= 76));
        assert_eq!(printed(""), "");
        let mut out = Vec::new();
        print(None, &mut out).expect("prints");
        assert_eq!(out, b"", "no policy has arrived");
    }
}
