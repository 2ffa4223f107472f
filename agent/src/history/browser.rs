//! Browsers, and where each keeps its profiles.
//!
//! Places are data: sources are osquery (chrome/utils.cpp, browser_firefox.cpp) and the browsers' own documentation. A
//! profile that a person keeps elsewhere, by an argument to the browser, is not found.

use serde::{Deserialize, Serialize};

use crate::host::System;

/// A browser whose history is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Browser {
    /// Google Chrome, of every channel.
    Chrome,
    /// Microsoft Edge, of every channel.
    Edge,
    /// Brave, of every channel.
    Brave,
    /// Chromium.
    Chromium,
    /// Opera and Opera GX.
    Opera,
    /// Vivaldi.
    Vivaldi,
    /// Mozilla Firefox.
    Firefox,
    /// Safari.
    Safari,
}

/// Browsers that keep their history alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Chromium,
    Firefox,
    Safari,
}

impl Browser {
    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chrome => "Chrome",
            Self::Edge => "Edge",
            Self::Brave => "Brave",
            Self::Chromium => "Chromium",
            Self::Opera => "Opera",
            Self::Vivaldi => "Vivaldi",
            Self::Firefox => "Firefox",
            Self::Safari => "Safari",
        }
    }

    pub(super) fn family(self) -> Family {
        match self {
            Self::Chrome | Self::Edge | Self::Brave | Self::Chromium | Self::Opera | Self::Vivaldi => Family::Chromium,
            Self::Firefox => Family::Firefox,
            Self::Safari => Family::Safari,
        }
    }
}

impl Family {
    /// Name of the database in a profile.
    pub(super) fn database(self) -> &'static str {
        match self {
            Self::Chromium => "History",
            Self::Firefox => "places.sqlite",
            Self::Safari => "History.db",
        }
    }
}

/// A folder in a home that is a profile, or whose folders are.
pub(super) type Place = (Browser, &'static str);

/// Places of a system, relative to a home, with "/" between their parts.
pub(super) fn places(system: System) -> &'static [Place] {
    match system {
        System::Linux => LINUX,
        System::Windows => WINDOWS,
        System::MacOs => MACOS,
        System::Other => &[],
    }
}

const LINUX: &[Place] = &[
    (Browser::Chrome, ".config/google-chrome"),
    (Browser::Chrome, ".config/google-chrome-beta"),
    (Browser::Chrome, ".config/google-chrome-unstable"),
    (Browser::Chrome, ".var/app/com.google.Chrome/config/google-chrome"),
    (Browser::Edge, ".config/microsoft-edge"),
    (Browser::Edge, ".config/microsoft-edge-beta"),
    (Browser::Edge, ".config/microsoft-edge-dev"),
    (Browser::Edge, ".var/app/com.microsoft.Edge/config/microsoft-edge"),
    (Browser::Brave, ".config/BraveSoftware/Brave-Browser"),
    (Browser::Brave, ".config/BraveSoftware/Brave-Browser-Beta"),
    (Browser::Brave, ".config/BraveSoftware/Brave-Browser-Nightly"),
    (Browser::Brave, ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser"),
    (Browser::Chromium, ".config/chromium"),
    (Browser::Chromium, "snap/chromium/common/chromium"),
    (Browser::Chromium, ".var/app/org.chromium.Chromium/config/chromium"),
    (Browser::Opera, ".config/opera"),
    (Browser::Opera, "snap/opera/common/.config/opera"),
    (Browser::Vivaldi, ".config/vivaldi"),
    (Browser::Firefox, ".mozilla/firefox"),
    (Browser::Firefox, ".config/mozilla/firefox"),
    (Browser::Firefox, "snap/firefox/common/.mozilla/firefox"),
    (Browser::Firefox, ".var/app/org.mozilla.firefox/.mozilla/firefox"),
    (Browser::Firefox, ".var/app/org.mozilla.firefox/config/mozilla/firefox"),
];

const WINDOWS: &[Place] = &[
    (Browser::Chrome, "AppData/Local/Google/Chrome/User Data"),
    (Browser::Chrome, "AppData/Local/Google/Chrome Beta/User Data"),
    (Browser::Chrome, "AppData/Local/Google/Chrome Dev/User Data"),
    (Browser::Chrome, "AppData/Local/Google/Chrome SxS/User Data"),
    (Browser::Edge, "AppData/Local/Microsoft/Edge/User Data"),
    (Browser::Edge, "AppData/Local/Microsoft/Edge Beta/User Data"),
    (Browser::Edge, "AppData/Local/Microsoft/Edge Dev/User Data"),
    (Browser::Edge, "AppData/Local/Microsoft/Edge SxS/User Data"),
    (Browser::Brave, "AppData/Local/BraveSoftware/Brave-Browser/User Data"),
    (Browser::Brave, "AppData/Local/BraveSoftware/Brave-Browser-Beta/User Data"),
    (Browser::Brave, "AppData/Local/BraveSoftware/Brave-Browser-Nightly/User Data"),
    (Browser::Chromium, "AppData/Local/Chromium/User Data"),
    (Browser::Opera, "AppData/Roaming/Opera Software/Opera Stable"),
    (Browser::Opera, "AppData/Roaming/Opera Software/Opera GX Stable"),
    (Browser::Vivaldi, "AppData/Local/Vivaldi/User Data"),
    (Browser::Firefox, "AppData/Roaming/Mozilla/Firefox/Profiles"),
];

const MACOS: &[Place] = &[
    (Browser::Chrome, "Library/Application Support/Google/Chrome"),
    (Browser::Chrome, "Library/Application Support/Google/Chrome Beta"),
    (Browser::Chrome, "Library/Application Support/Google/Chrome Dev"),
    (Browser::Chrome, "Library/Application Support/Google/Chrome Canary"),
    (Browser::Edge, "Library/Application Support/Microsoft Edge"),
    (Browser::Edge, "Library/Application Support/Microsoft Edge Beta"),
    (Browser::Edge, "Library/Application Support/Microsoft Edge Dev"),
    (Browser::Edge, "Library/Application Support/Microsoft Edge Canary"),
    (Browser::Brave, "Library/Application Support/BraveSoftware/Brave-Browser"),
    (Browser::Brave, "Library/Application Support/BraveSoftware/Brave-Browser-Beta"),
    (Browser::Brave, "Library/Application Support/BraveSoftware/Brave-Browser-Nightly"),
    (Browser::Chromium, "Library/Application Support/Chromium"),
    (Browser::Opera, "Library/Application Support/com.operasoftware.Opera"),
    (Browser::Opera, "Library/Application Support/com.operasoftware.OperaGX"),
    (Browser::Vivaldi, "Library/Application Support/Vivaldi"),
    (Browser::Firefox, "Library/Application Support/Firefox/Profiles"),
    (Browser::Safari, "Library/Safari"),
];
