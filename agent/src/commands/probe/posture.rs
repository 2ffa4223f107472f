//! What protects the device, as text.

use std::io::{self, Write};
use std::time::Duration;

use caretaker_shared::model::{
    Antivirus, AntivirusProduct, FirewallProfile, FirewallState, Idle, Protection, RemovableMedium, ScreenLock, Volume,
};

use crate::commands::words;
use crate::plain::shown;

pub(super) fn antivirus(antivirus: &Antivirus, out: &mut dyn Write) -> io::Result<()> {
    if antivirus.products.is_empty() {
        writeln!(out, "  no antivirus is installed")?;
    }
    antivirus.products.iter().try_for_each(|product| one_product(product, out))?;
    for found in &antivirus.detections {
        let what = format!("{} {} {}", shown(&found.threat), shown(&found.action), shown(&found.path));
        writeln!(out, "  {}  {}", words::moment(found.found_at), what.trim())?;
    }
    Ok(())
}

fn one_product(product: &AntivirusProduct, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {} {}", shown(&product.name), shown(&product.version))?;
    writeln!(out, "    engine       {}", product.engine.word())?;
    writeln!(out, "    real time    {}", product.real_time.word())?;
    match product.signatures_built_at {
        Some(at) => writeln!(out, "    signatures   {} of {}", shown(&product.signature_version), words::moment(at))?,
        None => writeln!(out, "    signatures   unknown")?,
    }
    product.evidence.iter().try_for_each(|line| writeln!(out, "    from         {}", shown(line)))
}

pub(super) fn screen_locks(locks: &[ScreenLock], out: &mut dyn Write) -> io::Result<()> {
    locks.iter().try_for_each(|lock| screen_lock(lock, out))
}

fn screen_lock(lock: &ScreenLock, out: &mut dyn Write) -> io::Result<()> {
    let user = if lock.user.is_empty() { "anyone without settings" } else { &lock.user };
    writeln!(out, "  {} ({})", shown(user), shown(&lock.desktop))?;
    writeln!(out, "    covered after     {}", idle(&lock.until_covered))?;
    writeln!(out, "    password after    {}", idle(&lock.until_password))?;
    if let Some(battery) = &lock.on_battery {
        writeln!(out, "    on battery        {}, {}", idle(&battery.until_covered), idle(&battery.until_password))?;
    }
    writeln!(out, "    set by            {}", shown(&lock.setting))?;
    writeln!(out, "    in                {}", shown(&lock.place))?;
    let change = if lock.user_can_change { "yes" } else { "no" };
    writeln!(out, "    user can change   {change}")?;
    lock.weighed.iter().try_for_each(|line| writeln!(out, "    also              {}", shown(line)))
}

fn idle(idle: &Idle) -> String {
    match idle {
        Idle::Seconds(seconds) => words::length(Duration::from_secs((*seconds).into())),
        Idle::Never => "never".to_owned(),
        Idle::Unknown(reason) => format!("unknown: {}", shown(reason)),
    }
}

fn protection(protection: &Protection) -> String {
    match protection {
        Protection::On => "encrypted".into(),
        Protection::Off => "not encrypted".into(),
        Protection::Suspended => "encrypted, but suspended: the key lies in the clear".into(),
        Protection::Changing => "being encrypted or decrypted".into(),
        Protection::Unknown(reason) => format!("unknown: {}", shown(reason)),
    }
}

pub(super) fn volumes(volumes: &[Volume], out: &mut dyn Write) -> io::Result<()> {
    for volume in volumes {
        let method = if volume.method.is_empty() { String::new() } else { format!(" ({})", shown(&volume.method)) };
        writeln!(out, "  {:<24} {}{method}", shown(&volume.mount), protection(&volume.protection))?;
        writeln!(out, "    from  {}", shown(&volume.evidence))?;
    }
    Ok(())
}

pub(super) fn firewall(profiles: &[FirewallProfile], out: &mut dyn Write) -> io::Result<()> {
    for profile in profiles {
        let state = match &profile.state {
            FirewallState::On => "on".to_owned(),
            FirewallState::Off => "off".to_owned(),
            FirewallState::Unknown(reason) => format!("unknown: {}", shown(reason)),
        };
        writeln!(out, "  {:<10} {state}, {}", shown(&profile.name), shown(&profile.product))?;
        writeln!(out, "    from  {}", shown(&profile.place))?;
    }
    Ok(())
}

pub(super) fn removable(media: &[RemovableMedium], out: &mut dyn Write) -> io::Result<()> {
    if media.is_empty() {
        return writeln!(out, "  no removable medium is in");
    }
    for medium in media {
        let size = words::size(medium.size_bytes);
        writeln!(
            out,
            "  {}: {}, {size}, {}",
            shown(&medium.mount),
            shown(&medium.name),
            protection(&medium.protection)
        )?;
    }
    Ok(())
}
