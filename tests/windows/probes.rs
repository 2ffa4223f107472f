//! Probes answer on Windows, through the whole program.

use caretaker_tests::wine::Wine;

#[test]
fn a_probe_sees_the_registry_that_a_story_wrote() {
    let machine = Wine::new();
    let key = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
    machine.seed(&format!(
        "Windows Registry Editor Version 5.00\r\n\r\n[{key}]\r\n\"ProductName\"=\"Windows 10 Education\"\r\n"
    ));
    assert_eq!(machine.registry(key, "ProductName").as_deref(), Some("REG_SZ    Windows 10 Education"));
    let host = machine.probe("host");
    assert_eq!(host["completeness"], "complete", "{host}");
    assert_eq!(host["facts"]["platform"], "windows");
    assert!(host["facts"]["os"].as_str().is_some_and(|name| name.contains("Education")), "{host}");
}
