//! The gRPC contract between agent, collector and operators.
//!
//! Everything here is generated from the `.proto` files beside this crate and committed, so that no build needs a
//! protobuf compiler. `cargo test -p caretaker-proto` generates it again and compares;
//! `CARETAKER_BLESS=1 cargo test -p caretaker-proto` writes it.

/// What a device says to its collector.
pub mod agent {
    /// Version 1.
    pub mod v1 {
        include!("gen/caretaker.agent.v1.rs");
    }
}

/// The operators' interface.
pub mod console {
    /// Version 1.
    pub mod v1 {
        include!("gen/caretaker.console.v1.rs");
    }
}
