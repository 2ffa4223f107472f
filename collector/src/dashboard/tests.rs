//! The state machine and the screens.
