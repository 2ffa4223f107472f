//! The machine, its software, its people and its settings, as text.

use std::io::{self, Write};

use caretaker_shared::model::{
    Hardware, HostFacts, LocalAccount, Network, PasswordEnds, PasswordState, SoftwareTitle, Updates, UserSession,
};

use crate::commands::words;
use crate::plain::shown;

pub(super) fn host(host: &HostFacts, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  name          {}", host.hostname)?;
    writeln!(out, "  system        {}, kernel {}", host.os, host.kernel)?;
    writeln!(out, "  processors    {}, {}", host.processors, host.architecture)?;
    writeln!(out, "  memory        {}", words::size(host.memory_bytes))?;
    writeln!(out, "  started       {}", words::moment(host.booted_at))
}

pub(super) fn hardware(hardware: &Hardware, out: &mut dyn Write) -> io::Result<()> {
    let told = [
        ("maker", &hardware.manufacturer),
        ("model", &hardware.model),
        ("serial", &hardware.serial),
        ("asset tag", &hardware.asset_tag),
        ("form", &hardware.form),
        ("firmware", &hardware.firmware),
        ("processor", &hardware.processor),
    ];
    for (name, value) in told {
        let value = if value.is_empty() { "not known".into() } else { shown(value) };
        writeln!(out, "  {name:<12}  {value}")?;
    }
    Ok(())
}

pub(super) fn software(titles: &[SoftwareTitle], out: &mut dyn Write) -> io::Result<()> {
    for title in titles {
        writeln!(out, "  {:<40} {:<32} {}", shown(&title.name), shown(&title.version), title.source)?;
    }
    writeln!(out, "  {} titles", words::number(titles.len() as u64))
}

pub(super) fn updates(updates: &Updates, out: &mut dyn Write) -> io::Result<()> {
    let moment = |at: Option<jiff::Timestamp>| at.map_or("unknown".to_owned(), words::moment);
    writeln!(out, "  build              {}", shown(&updates.build))?;
    writeln!(out, "  security update    {}", moment(updates.last_security_at))?;
    writeln!(out, "  last asked         {}", moment(updates.last_checked_at))?;
    let restart = updates.restart_pending.map_or("unknown", |pending| if pending { "yes" } else { "no" });
    writeln!(out, "  restart waits      {restart}")?;
    for update in &updates.history {
        let failed = if update.succeeded { "" } else { "  failed" };
        writeln!(out, "  {}  {} {}{failed}", moment(update.installed_at), shown(&update.name), shown(&update.title))?;
    }
    Ok(())
}

pub(super) fn accounts(accounts: &[LocalAccount], out: &mut dyn Write) -> io::Result<()> {
    for account in accounts {
        let password = match &account.password {
            PasswordState::Set => "has a password".to_owned(),
            PasswordState::None => "has no password".to_owned(),
            PasswordState::NotRequired => "may be without a password".to_owned(),
            PasswordState::Locked => "no password opens it".to_owned(),
            PasswordState::Unknown(reason) => format!("password unknown: {}", shown(reason)),
        };
        let ends = match &account.password_ends {
            PasswordEnds::Days(days) => format!("to be changed after {days} days"),
            PasswordEnds::Never => "never to be changed".to_owned(),
            PasswordEnds::Unknown(reason) => format!("change unknown: {}", shown(reason)),
        };
        let set = account.password_set_at.map_or(String::new(), |at| format!(", set {}", words::moment(at)));
        writeln!(out, "  {}", shown(&account.name))?;
        let rights = if account.administrator { "administrator" } else { "not an administrator" };
        let enabled = if account.enabled { "" } else { ", disabled" };
        writeln!(out, "    {rights}{enabled}")?;
        writeln!(out, "    {password}{set}, {ends}")?;
    }
    Ok(())
}

pub(super) fn sessions(sessions: &[UserSession], out: &mut dyn Write) -> io::Result<()> {
    if sessions.is_empty() {
        return writeln!(out, "  nobody is logged in");
    }
    for session in sessions {
        let locked = session.locked.map_or("lock unknown", |locked| if locked { "locked" } else { "not locked" });
        let idle = session.idle_since.map_or(String::new(), |at| format!(", idle since {}", words::moment(at)));
        writeln!(out, "  {}: {locked}{idle}", shown(&session.user))?;
    }
    Ok(())
}

pub(super) fn network(network: &Network, out: &mut dyn Write) -> io::Result<()> {
    for proxy in &network.proxies {
        let user = if proxy.user.is_empty() { "the machine" } else { &proxy.user };
        writeln!(out, "  proxy of {}: {}, in {}", shown(user), shown(&proxy.target), shown(&proxy.place))?;
    }
    for tunnel in &network.tunnels {
        let active = tunnel.active.map_or("state unknown", |active| if active { "up" } else { "down" });
        writeln!(out, "  private network {} ({}): {active}", shown(&tunnel.name), shown(&tunnel.kind))?;
    }
    writeln!(
        out,
        "  {} proxies, {} private networks, {} names in the hosts file",
        network.proxies.len(),
        network.tunnels.len(),
        network.hosts_entries
    )
}
