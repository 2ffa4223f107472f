//! B4: volumes that hold the system or people's files are encrypted. What can be taken out is A8's question.

use caretaker_shared::model::{Protection, Requirement, Volume, VolumeRole};
use caretaker_shared::policy::Policy;

use super::verdict::worst;
use super::{Verdict, VerdictOutcome, words};

/// Judges each volume that is built in.
pub(super) fn judge(volumes: &[Volume], missing: Option<&str>, policy: &Policy) -> Vec<Verdict> {
    if !policy.encryption.required {
        let met = || VerdictOutcome::meets("not asked for", "the policy says [encryption] required = false");
        // Each by its name as well: of an answer in part only what is said to be met is closed.
        let each = volumes.iter().map(|volume| Verdict::of(Requirement::B4, &volume.mount, met()));
        let named = each.filter(|verdict| missing.is_some() && !verdict.subject.is_empty());
        return std::iter::once(Verdict::device(Requirement::B4, met())).chain(named).collect();
    }
    let built_in = || volumes.iter().filter(|volume| !volume.removable);
    let aside = aside(built_in());
    let data = built_in().filter(|volume| volume.role == VolumeRole::Data);
    let judged = worst(data.map(|volume| (volume.mount.clone(), judge_volume(volume, &aside))));
    let mut verdicts: Vec<Verdict> =
        judged.into_iter().map(|(mount, outcome)| Verdict::of(Requirement::B4, &mount, outcome)).collect();
    let look = "Remove what keeps the agent from looking, or check this device by hand.";
    if let Some(missing) = missing {
        let outcome = VerdictOutcome::unknown("not all volumes could be looked at", missing, look);
        verdicts.push(Verdict::device(Requirement::B4, outcome));
    } else if verdicts.is_empty() {
        let reason = format!("no volume with the system or people's files was found{aside}");
        verdicts.push(Verdict::device(Requirement::B4, VerdictOutcome::unknown("no disk found", reason, look)));
    }
    verdicts
}

fn judge_volume(volume: &Volume, aside: &str) -> VerdictOutcome {
    let device = if volume.device.is_empty() { "" } else { &format!("{}, ", volume.device) };
    let reason = format!("{device}{}{aside}", volume.evidence);
    let method = if volume.method.is_empty() { "encrypted" } else { &volume.method };
    match &volume.protection {
        Protection::On => VerdictOutcome::meets(format!("{method}, protected"), reason),
        Protection::Off => VerdictOutcome::fails(
            "not encrypted",
            reason,
            "Encrypt this volume, and keep the recovery key where the school can find it.",
        ),
        Protection::Suspended => VerdictOutcome::fails(
            "encrypted, but protection is suspended",
            format!("{reason}; the key lies in the clear, so that anybody can read the disk"),
            format!("Resume protection of {} ({method}).", volume.mount),
        ),
        Protection::Changing => VerdictOutcome::unknown(
            "being encrypted or decrypted",
            reason,
            "Leave the device on until it has finished, and see what it says then.",
        ),
        Protection::Unknown(why) => VerdictOutcome::unknown(
            "cannot tell whether it is encrypted",
            format!("{device}{}{aside}", words::given(why)),
            "Remove what keeps the agent from looking, or check this volume by hand.",
        ),
    }
}

/// What is worth a word and no finding: memory that was written out in the clear.
fn aside<'a>(volumes: impl Iterator<Item = &'a Volume>) -> String {
    let open = |volume: &&Volume| {
        volume.role == VolumeRole::Swap && matches!(volume.protection, Protection::Off | Protection::Suspended)
    };
    let named = |volume: &'a Volume| if volume.mount.is_empty() { &volume.device } else { &volume.mount };
    let swap: Vec<&str> = volumes.filter(open).map(named).map(String::as_str).collect();
    if swap.is_empty() { String::new() } else { format!("; swap is not encrypted ({})", words::names(swap)) }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Protection, Volume, VolumeRole};

    use super::super::sample;
    use super::judge;

    fn volume(mount: &str, role: VolumeRole, protection: Protection) -> Volume {
        Volume {
            mount: mount.into(),
            device: "/dev/sda3".into(),
            removable: false,
            role,
            protection,
            method: "LUKS2".into(),
            evidence: "LUKS header".into(),
        }
    }

    #[test]
    fn each_state_has_its_own_words() {
        for (protection, word, summary) in [
            (Protection::On, "meets", "LUKS2, protected"),
            (Protection::Off, "fails", "not encrypted"),
            (Protection::Suspended, "fails", "encrypted, but protection is suspended"),
            (Protection::Changing, "unknown", "being encrypted or decrypted"),
            (Protection::Unknown("not readable".into()), "unknown", "cannot tell whether it is encrypted"),
        ] {
            let verdicts = judge(&[volume("/", VolumeRole::Data, protection)], None, &sample::policy());
            let told = sample::told(&verdicts);
            assert_eq!((told.len(), told[0].0, told[0].1, told[0].2), (1, word, "/", summary));
        }
    }

    #[test]
    fn boot_and_swap_are_no_findings_but_open_swap_is_told() {
        let volumes = [
            volume("/", VolumeRole::Data, Protection::On),
            volume("/boot", VolumeRole::Boot, Protection::Off),
            volume("swap", VolumeRole::Swap, Protection::Off),
        ];
        let verdicts = judge(&volumes, None, &sample::policy());
        let told = sample::told(&verdicts);
        assert_eq!((told.len(), told[0].0), (1, "meets"));
        assert!(told[0].3.ends_with("; swap is not encrypted (swap)"), "{}", told[0].3);
    }

    #[test]
    fn what_can_be_taken_out_is_not_judged_here_and_nothing_left_is_unknown() {
        let stick = Volume { removable: true, ..volume("E:", VolumeRole::Data, Protection::Off) };
        let verdicts = judge(&[stick], None, &sample::policy());
        assert_eq!(sample::told(&verdicts)[0].0, "unknown");
    }

    #[test]
    fn a_part_of_the_volumes_is_never_all_of_them() {
        let verdicts =
            judge(&[volume("C:", VolumeRole::Data, Protection::On)], Some("D: not readable"), &sample::policy());
        let told = sample::told(&verdicts);
        assert_eq!((told[0].0, told[1].0, told[1].1), ("meets", "unknown", ""));
    }

    #[test]
    fn a_policy_may_not_ask_for_it() {
        let mut policy = sample::policy();
        policy.encryption.required = false;
        let verdicts = judge(&[volume("/", VolumeRole::Data, Protection::Off)], None, &policy);
        assert_eq!(sample::told(&verdicts)[0].0, "meets");
    }
}
