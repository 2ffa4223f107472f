//! The committed code is what the `.proto` files say.

use std::fs;
use std::path::Path;

const FILES: [&str; 14] = [
    "caretaker/agent/v1/agent.proto",
    "caretaker/agent/v1/checkpoint.proto",
    "caretaker/agent/v1/envelope.proto",
    "caretaker/agent/v1/sealing.proto",
    "caretaker/console/v1/cases.proto",
    "caretaker/console/v1/catalogue.proto",
    "caretaker/console/v1/console.proto",
    "caretaker/console/v1/dashboard.proto",
    "caretaker/console/v1/keys.proto",
    "caretaker/console/v1/licence_audit.proto",
    "caretaker/console/v1/licences.proto",
    "caretaker/console/v1/operators.proto",
    "caretaker/console/v1/proof.proto",
    "caretaker/console/v1/reports.proto",
];

#[test]
#[expect(clippy::disallowed_methods, reason = "source code is not private, and git keeps the old content")]
fn committed_code_is_what_the_proto_files_say() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = tempfile::tempdir().expect("a folder for generated code");
    let descriptors = protox::compile(FILES, [crate_dir]).expect("the proto files compile");
    tonic_prost_build::configure()
        .build_transport(false)
        .out_dir(fresh.path())
        .client_mod_attribute(".", "#[cfg(feature = \"client\")]")
        .server_mod_attribute(".", "#[cfg(feature = \"server\")]")
        .type_attribute(".caretaker.console.v1", "#[derive(serde::Serialize)]")
        .compile_fds(descriptors)
        .expect("the code generates");

    let committed_dir = crate_dir.join("src/gen");
    for package in ["caretaker.agent.v1.rs", "caretaker.console.v1.rs"] {
        let generated = fs::read_to_string(fresh.path().join(package)).expect("generated code");
        let committed = committed_dir.join(package);
        if std::env::var_os("CARETAKER_BLESS").is_some() {
            fs::write(&committed, &generated).expect("writes the generated code");
        }
        let stands = fs::read_to_string(&committed).unwrap_or_default();
        assert!(
            stands == generated,
            "{package} differs from the proto files; run CARETAKER_BLESS=1 cargo test -p caretaker-proto"
        );
    }
}
