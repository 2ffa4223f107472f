//! What holds where a policy file is silent: the values of the preset, and a test holds the two together.

use super::{
    Accounts, Antivirus, Contact, Documents, Encryption, Executables, Removable, ScreenLock, Sessions, Updates,
};
use crate::lexicon::CATEGORIES;

/// From this level on a safeguarding alert is mailed at once.
pub(super) const MAIL_FROM_SEVERITY: u8 = 3;

impl Default for Documents {
    fn default() -> Self {
        Self {
            enabled: true,
            folders: owned(&["~/Documents", "~/Desktop", "~/Downloads"]),
            // Swearing is counted only where a school asks for it.
            categories: CATEGORIES.iter().map(|known| known.id.to_owned()).filter(|id| id != "profanity").collect(),
        }
    }
}

impl Default for Executables {
    fn default() -> Self {
        Self {
            folders: owned(&["~", "/opt", "/usr/local", "/tmp"]),
            allowed: Vec::new(),
            allowed_media_folders: Vec::new(),
            allowed_titles: Vec::new(),
            media_names: false,
            pause_below_battery_percent: 30,
        }
    }
}

impl Default for Antivirus {
    fn default() -> Self {
        Self {
            approved: owned(&["Microsoft Defender", "ClamAV", "Sophos", "ESET", "Bitdefender"]),
            real_time: true,
            signature_max_age_hours: 168,
        }
    }
}

impl Default for ScreenLock {
    fn default() -> Self {
        Self { max_seconds: 300 }
    }
}

impl Default for Encryption {
    fn default() -> Self {
        Self { required: true }
    }
}

impl Default for Updates {
    fn default() -> Self {
        Self { max_days: 30 }
    }
}

impl Default for Accounts {
    fn default() -> Self {
        Self { password_max_age_days: 42, administrators: owned(&["Administrator", "root", "Domain Admins"]) }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self { open_hours: 4 }
    }
}

impl Default for Removable {
    fn default() -> Self {
        Self { encrypted: true }
    }
}

impl Default for Contact {
    fn default() -> Self {
        Self { silent_after_days: 7 }
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
