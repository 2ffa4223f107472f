//! Holds the service units to their hardening (reliability.md 5.7): a line may be made stricter, never lost.

use std::collections::BTreeMap;

/// What every unit has to say.
const EVERY: &[(&str, &str)] = &[
    ("CapabilityBoundingSet", ""),
    ("KeyringMode", "private"),
    ("LimitCORE", "0"),
    ("LockPersonality", "yes"),
    ("MemoryDenyWriteExecute", "yes"),
    ("NoNewPrivileges", "yes"),
    ("ProtectClock", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectSystem", "strict"),
    ("Restart", "always"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("StartLimitIntervalSec", "0"),
    ("StateDirectoryMode", "0700"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallErrorNumber", "EPERM"),
    ("UMask", "0077"),
];

/// What the collector says beside it.
const COLLECTOR: &[(&str, &str)] = &[
    ("MemoryMax", "2G"),
    ("PrivateDevices", "yes"),
    ("PrivateTmp", "yes"),
    ("PrivateUsers", "yes"),
    ("ProcSubset", "pid"),
    ("ProtectHome", "yes"),
    ("ProtectProc", "invisible"),
    ("RemoveIPC", "yes"),
    ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
    ("TasksMax", "256"),
    ("User", "caretaker-collector"),
];

/// What the agent, which must read what belongs to others and what lies in /tmp (E4), says beside it.
const AGENT: &[(&str, &str)] = &[
    ("CapabilityBoundingSet", "CAP_DAC_READ_SEARCH"),
    ("MemoryMax", "150M"),
    ("ProtectHome", "read-only"),
    ("TasksMax", "64"),
];

#[test]
fn units_keep_their_hardening() {
    let files = super::files_below(&super::root().join("packaging/systemd"), "service");
    let mut seen = Vec::new();
    for file in files {
        let name = file.file_stem().expect("a unit has a name").to_string_lossy().into_owned();
        let own = match name.as_str() {
            "caretaker-agent" => AGENT,
            "caretaker-collector" => COLLECTOR,
            other => panic!("{other}.service is new: say here what it has to keep"),
        };
        let unit = Unit::parse(&super::read(&file));
        let general = EVERY.iter().filter(|(key, _)| own.iter().all(|(other, _)| other != key));
        for (key, value) in general.chain(own) {
            assert_eq!(unit.last(key), Some(*value), "{name}.service: {key}");
        }
        assert!(unit.all("SystemCallFilter").first().is_some_and(|calls| calls == "@system-service"), "{name}.service");
        seen.push(name);
    }
    seen.sort();
    assert_eq!(seen, ["caretaker-agent", "caretaker-collector"]);
}

/// Without these calls the child that reads a document cannot give up its rights, and would rather read nothing.
#[test]
fn the_agents_child_may_give_up_its_rights() {
    let unit = Unit::parse(&super::read(&super::root().join("packaging/systemd/caretaker-agent.service")));
    let filters = unit.all("SystemCallFilter");
    let refused = filters.iter().position(|calls| calls == "~@privileged").expect("privileged calls are refused");
    let allowed = filters.iter().position(|calls| calls == "setgroups setresuid setresgid capset");
    assert!(allowed.expect("these four are allowed") > refused, "systemd goes by the order of the lines");
}

#[test]
fn the_collector_may_not_make_privileged_calls() {
    let unit = Unit::parse(&super::read(&super::root().join("packaging/systemd/caretaker-collector.service")));
    assert!(unit.all("SystemCallFilter").contains(&"~@privileged @resources".to_owned()));
}

/// Settings of a unit file by key, in order; sections do not matter here.
struct Unit(BTreeMap<String, Vec<String>>);

impl Unit {
    fn parse(text: &str) -> Self {
        let mut settings = BTreeMap::<String, Vec<String>>::new();
        for (key, value) in text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('=')) {
            settings.entry(key.trim().to_owned()).or_default().push(value.trim().to_owned());
        }
        Self(settings)
    }

    /// The value that stands: systemd takes the last one.
    fn last(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.last().map(String::as_str)
    }

    fn all(&self, key: &str) -> &[String] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }
}
