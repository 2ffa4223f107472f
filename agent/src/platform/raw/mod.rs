//! What Windows answers in its raw forms, taken apart without asking it anything: compiled for the tests of every
//! system.

pub(super) mod about;
pub(super) mod attributes;
pub(super) mod boot;
pub(super) mod failure;
pub(super) mod file_time;
pub(super) mod folder_entries;
pub(super) mod names;
pub(super) mod password_age;
pub(super) mod paths;
pub(super) mod power_status;
pub(super) mod resource;
pub(super) mod storage;
