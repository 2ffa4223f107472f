//! What is said after something was made or changed.

use caretaker_proto::console::v1::{ApplyPolicyResponse, CreateTokenResponse, Device, GetPolicyResponse};

use caretaker_shared::policy::Advice;

use super::devices::word;
use super::text::{counted, safe};
use super::{Ink, Screen, time};

/// After `token create`: the token on a line of its own, whole, to be copied.
#[must_use]
pub fn token(made: &CreateTokenResponse, screen: &Screen) -> String {
    let until = time::parse(&made.expires_at).map_or_else(String::new, |at| time::when(at, &screen.now));
    format!(
        "{}\n\nFor {} at {}, good until {until}. It is shown only once.\nOn the device:  caretaker-agent enrol TOKEN\n",
        screen.ink(Ink::Strong, &made.token),
        counted(made.uses, "device"),
        safe(&made.site),
    )
}

/// After `policy apply`.
#[must_use]
pub fn policy(applied: &ApplyPolicyResponse) -> String {
    let site = safe(&applied.site);
    if !applied.changed {
        return format!("Nothing changed: this is version {} of {site}, in force already.\n", applied.version);
    }
    let next = if applied.devices == 0 {
        format!("Let devices in:  caretaker-collector token create --site {}", word(&applied.site))
    } else {
        format!("{} will take it on when they next report. See:  status", counted(applied.devices, "device"))
    };
    format!("Version {} is in force at {site}.\n{next}\n", applied.version)
}

/// `policy show`: the file as it was applied, below two lines that are comments, so that it can be applied again.
#[must_use]
pub fn policy_text(policy: &GetPolicyResponse, screen: &Screen) -> String {
    let at = time::ago_or(&policy.applied_at, "at an unknown time", &screen.now);
    let (site, by) = (safe(&policy.site), safe(&policy.applied_by));
    let text: String = policy.toml.lines().map(|line| format!("{}\n", safe(&line.replace('\t', "    ")))).collect();
    format!("# {site}, version {}, applied {at} by {by}\n\n{text}", policy.version)
}

/// After `policy check` of a good file.
#[must_use]
pub fn good_policy(file: &str, advice: &[Advice]) -> String {
    let advice: String = advice.iter().map(|one| format!("remark: {}\n", safe_lines(&one.to_string()))).collect();
    format!(
        "{}: this policy is good.\n{advice}Apply it:  caretaker-collector policy apply --site SITE {}\n",
        safe(file),
        word(file)
    )
}

fn safe_lines(text: &str) -> String {
    text.lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// After `device revoke`.
#[must_use]
pub fn revoked(device: &Device) -> String {
    format!(
        "{} is revoked: its certificate opens nothing any more, and its findings are closed.\n\
         To let it in again:  caretaker-collector token create --site {}\n",
        safe(&device.name),
        word(&device.site)
    )
}
