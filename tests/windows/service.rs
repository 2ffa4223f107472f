//! The agent as a service of Windows, from its installation to its removal.

use caretaker_tests::wine::{PROGRAM, STATE, Wine};

const SERVICE: &str = r"HKLM\System\CurrentControlSet\Services\CaretakerAgent";
const SOURCE: &str = r"HKLM\System\CurrentControlSet\Services\EventLog\Application\CaretakerAgent";

#[test]
fn the_service_is_installed_started_stopped_and_removed() {
    let machine = Wine::new();
    let said = machine.agent(&["service", "start"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("the service is not installed"), "{said:?}");

    let said = machine.agent(&["service", "install"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.starts_with("The service is installed."), "{said:?}");
    let command = machine.registry(SERVICE, "ImagePath").expect("the service is registered");
    assert!(command.ends_with(&format!("    \"{PROGRAM}\" service run --state {STATE}")), "{command}");
    assert_eq!(machine.registry(SERVICE, "Start").as_deref(), Some("REG_DWORD    0x2"), "with the computer");
    let described = machine.registry(SERVICE, "Description").expect("it is described");
    assert!(described.contains("Reports installed software"), "{described}");
    // Wine takes the restarts after failures and forgets them: a real machine has to show those.
    let messages = machine.registry(SOURCE, "EventMessageFile").expect("the event log shows our texts");
    assert!(messages.ends_with("EventCreate.exe"), "{messages}");
    // A second time renews the settings.
    let _ = machine.agent(&["service", "install"]).ok();

    let _ = machine.agent(&["service", "start"]).ok();
    let state = machine.service_state();
    assert!(state.contains("RUNNING"), "it waits for somebody to enrol the device: {state}");
    let _ = machine.agent(&["service", "start"]).ok();
    let _ = machine.agent(&["service", "stop"]).ok();
    let state = machine.service_state();
    assert!(state.contains("STOPPED"), "{state}");
    let _ = machine.agent(&["service", "uninstall"]).ok();
    assert_eq!(machine.registry(SERVICE, "ImagePath"), None);
    assert_eq!(machine.registry(SOURCE, "EventMessageFile"), None);
}
