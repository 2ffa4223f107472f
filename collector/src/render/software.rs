//! `software`: what is installed, on one device or on all.

use caretaker_proto::console::v1::SoftwareTitle;

use super::devices::{footer, word};
use super::table::{Column, Table};
use super::text::{counted, number};
use super::{Screen, time};

/// The list of these out of `total`; `None` when it is empty, and what to say then is the caller's to know.
#[must_use]
pub fn list(titles: &[SoftwareTitle], total: u64, device: Option<&str>, screen: &Screen) -> Option<String> {
    let first = titles.first()?;
    let mut table = Table::new(vec![
        Column::text("Title").shrinks(16),
        Column::text("Version").shrinks(12),
        if device.is_some() { Column::text("Installed") } else { Column::number("Devices") },
        Column::text("From").spare(),
        Column::text("Publisher").shrinks(12).spare(),
    ]);
    for title in titles {
        let middle = match device {
            Some(_) => time::parse(&title.installed_at).map_or_else(|| "-".into(), |at| time::ago(at, &screen.now)),
            None => number(title.devices),
        };
        table.row(vec![
            title.name.clone().into(),
            title.version.clone().into(),
            middle.into(),
            title.source.clone().into(),
            title.publisher.clone().into(),
        ]);
    }
    let mut shown = table.show(screen);
    let total = counted(total, "title");
    let (what, next) = match device {
        Some(device) => {
            (format!("{total} on {}.", word(device)), format!("All about it: device show {}", word(device)))
        }
        None => (format!("{total}, each version counted."), format!("Look for one: software {}", word(&first.name))),
    };
    shown.push_str(&footer(&what, &next, screen));
    Some(shown)
}
