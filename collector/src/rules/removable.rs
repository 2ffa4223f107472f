//! A8: removable media are encrypted, while they are in.

use caretaker_shared::model::{Protection, RemovableMedium, Requirement};
use caretaker_shared::policy::Policy;

use super::verdict::Sum;
use super::{Verdict, VerdictOutcome, words};

/// Judges each medium that is mounted.
pub(super) fn judge(media: &[RemovableMedium], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    if !policy.removable.encrypted {
        let met = || VerdictOutcome::meets("not asked for", "the policy says [removable] encrypted = false");
        // Each by its name as well: of an answer in part only what is said to be met is closed.
        let each = media.iter().map(|medium| Verdict::of(Requirement::A8, &medium.mount, met()));
        let named = each.filter(|verdict| missing.is_some() && !verdict.subject.is_empty());
        return std::iter::once(Verdict::device(Requirement::A8, met())).chain(named).collect();
    }
    let all_well = match media {
        [] => VerdictOutcome::meets("no removable media", "none is mounted"),
        media => {
            let names = words::names(media.iter().map(|medium| medium.mount.as_str()));
            VerdictOutcome::meets("removable media are encrypted", format!("mounted: {names}"))
        }
    };
    let sum = Sum {
        requirement: Requirement::A8,
        missing,
        all_well,
        not_all: "not all media could be looked at",
        look: "Remove what keeps the agent from looking, or check this device by hand.",
    };
    sum.of(media.iter().map(|medium| (medium.mount.clone(), judge_medium(medium))))
}

fn judge_medium(medium: &RemovableMedium) -> VerdictOutcome {
    let reason = told(medium);
    match &medium.protection {
        Protection::On => VerdictOutcome::meets("encrypted", reason),
        Protection::Off => VerdictOutcome::fails(
            "removable medium is not encrypted",
            reason,
            "Move what is on it to an encrypted one, and hand out encrypted sticks only.",
        ),
        Protection::Suspended => VerdictOutcome::fails(
            "removable medium is encrypted, but protection is suspended",
            format!("{reason}; the key lies in the clear"),
            "Resume protection of this medium.",
        ),
        Protection::Changing => VerdictOutcome::unknown(
            "removable medium is being encrypted or decrypted",
            reason,
            "Leave it in until it has finished, and see what it says then.",
        ),
        Protection::Unknown(why) => VerdictOutcome::unknown(
            "cannot tell whether a removable medium is encrypted",
            format!("{reason}; {}", words::given(why)),
            "Look at this medium by hand.",
        ),
    }
}

/// "Example Flash, usb, vfat, 32 GB, serial 0001".
fn told(medium: &RemovableMedium) -> String {
    let size = if medium.size_bytes > 0 { words::size(medium.size_bytes) } else { String::new() };
    let serial = if medium.serial.is_empty() { String::new() } else { format!("serial {}", medium.serial) };
    let parts = [medium.name.as_str(), &medium.bus, &medium.file_system, &size, &serial];
    words::names(parts.into_iter().filter(|part| !part.is_empty()))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Protection, RemovableMedium};

    use super::super::sample;
    use super::judge;

    fn stick(mount: &str, protection: Protection) -> RemovableMedium {
        RemovableMedium {
            mount: mount.into(),
            name: "Example Flash".into(),
            serial: "0001".into(),
            bus: "usb".into(),
            file_system: "vfat".into(),
            size_bytes: 32_000_000_000,
            protection,
        }
    }

    #[test]
    fn each_state_has_its_verdict() {
        for (protection, word) in [
            (Protection::On, "meets"),
            (Protection::Off, "fails"),
            (Protection::Suspended, "fails"),
            (Protection::Changing, "unknown"),
            (Protection::Unknown("not readable".into()), "unknown"),
        ] {
            let verdicts = judge(&[stick("E:", protection)], None, &sample::policy());
            assert_eq!((verdicts.len(), sample::told(&verdicts)[0].0), (1, word));
        }
    }

    #[test]
    fn a_finding_says_which_medium_it_is() {
        let verdicts = judge(&[stick("E:", Protection::Off), stick("F:", Protection::On)], None, &sample::policy());
        let told = sample::told(&verdicts);
        assert_eq!((told.len(), told[0].1), (1, "E:"));
        assert_eq!(told[0].3, "Example Flash, usb, vfat, 32 GB, serial 0001");
    }

    #[test]
    fn none_is_met_when_all_was_looked_at_and_when_the_policy_does_not_ask() {
        assert_eq!(sample::told(&judge(&[], None, &sample::policy()))[0].0, "meets");
        assert_eq!(sample::told(&judge(&[], Some("/sys/block: permission denied"), &sample::policy()))[0].0, "unknown");
        let mut policy = sample::policy();
        policy.removable.encrypted = false;
        assert_eq!(sample::told(&judge(&[stick("E:", Protection::Off)], None, &policy))[0].0, "meets");
    }

    #[test]
    fn a_part_of_the_media_closes_what_is_met_by_now() {
        let verdicts = judge(&[stick("E:", Protection::On)], Some("sdb: not readable"), &sample::policy());
        let told = sample::told(&verdicts);
        assert_eq!((told[0].0, told[0].1, told[1].0, told[1].1), ("meets", "E:", "unknown", ""));
    }
}
