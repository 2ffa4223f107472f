//! What holds where a policy file is silent: the values of the preset, and a test holds the two together.

use jiff::civil::Time;

use super::{
    Accounts, Antivirus, Contact, Detection, Documents, Encryption, Executables, Hours, Removable, ScreenLock,
    Sessions, Updates,
};
use crate::lexicon::{AgeProfile, CATEGORIES};
use crate::model::Source;
use crate::order;

/// Where people get help, bank, see a doctor, or belong to a union: nobody looks at what they read there.
const EXCLUDED_ADDRESSES: &[&str] = &[
    // Help lines
    "childline.org.uk",
    "samaritans.org",
    "papyrus-uk.org",
    "giveusashout.org",
    "nspcc.org.uk",
    "themix.org.uk",
    "youngminds.org.uk",
    "kooth.com",
    "beateatingdisorders.org.uk",
    "mind.org.uk",
    "thecalmzone.net",
    "talktofrank.com",
    "switchboard.lgbt",
    "mermaidsuk.org.uk",
    "runawayhelpline.org.uk",
    "womensaid.org.uk",
    "nationaldahelpline.org.uk",
    "karmanirvana.org.uk",
    "refuge.org.uk",
    "victimsupport.org.uk",
    "thehideout.org.uk",
    "gamcare.org.uk",
    "reportremove.org.uk",
    "ceop.police.uk",
    "educationsupport.org.uk",
    // Health
    "nhs.uk",
    "nhs.net",
    "nhs.wales",
    "nhsinform.scot",
    "brook.org.uk",
    "111.wales.nhs.uk",
    // Unions and advice
    "neu.org.uk",
    "nasuwt.org.uk",
    "unison.org.uk",
    "naht.org.uk",
    "ascl.org.uk",
    "gmb.org.uk",
    "unitetheunion.org",
    "tuc.org.uk",
    "acas.org.uk",
    "citizensadvice.org.uk",
    "ico.org.uk",
    // Banking
    "barclays.co.uk",
    "hsbc.co.uk",
    "lloydsbank.com",
    "natwest.com",
    "santander.co.uk",
    "halifax.co.uk",
    "nationwide.co.uk",
    "monzo.com",
    "starlingbank.com",
    "tsb.co.uk",
    "rbs.co.uk",
    "co-operativebank.co.uk",
    "firstdirect.com",
    "metrobankonline.co.uk",
    "gohenry.com",
    "paypal.com",
];

/// From this level on a safeguarding alert is mailed at all.
pub(super) const MAIL_FROM_SEVERITY: u8 = 2;
/// When digests go out: before the day begins.
pub(super) const DIGEST_AT: Time = jiff::civil::time(7, 30, 0, 0);

impl Default for Documents {
    fn default() -> Self {
        Self { enabled: true, folders: owned(&["~/Documents", "~/Desktop", "~/Downloads"]), removable_media: true }
    }
}

impl Default for Detection {
    fn default() -> Self {
        Self {
            categories: looked_for().map(str::to_owned).collect(),
            age: AgeProfile::Secondary,
            sources: order::set(Source::ALL),
            hours: Hours::default(),
            excluded_addresses: owned(EXCLUDED_ADDRESSES),
            excluded_folders: Vec::new(),
            groups: Vec::new(),
        }
    }
}

/// Every category but those that only a school that asks for it wants counted.
fn looked_for() -> impl Iterator<Item = &'static str> {
    CATEGORIES.iter().map(|category| category.id).filter(|id| *id != "profanity")
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
