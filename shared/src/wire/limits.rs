//! How large each message and list may be. What is larger is refused where it enters, before anything is stored.

/// A whole gRPC message to the collector (reliability.md 5.1).
pub const REQUEST_BYTES: usize = 1024 * 1024;
/// A whole gRPC message from the collector.
pub const RESPONSE_BYTES: usize = 512 * 1024;
/// All records of one upload together, unless there is only one.
pub const UPLOAD_BYTES: usize = 256 * 1024;
/// Records in one upload.
pub const UPLOAD_RECORDS: usize = 200;
/// One envelope: what fits a request beside its own frame.
pub const ENVELOPE_BYTES: usize = REQUEST_BYTES - 4 * 1024;
/// A certificate request.
pub const CSR_BYTES: usize = 4 * 1024;
/// The secret of an enrolment token.
pub const TOKEN_BYTES: usize = 64;
/// Names, versions, accounts, reasons.
pub const TEXT_BYTES: usize = 512;
/// Paths.
pub const PATH_BYTES: usize = 4 * 1024;
/// Titles in one reading.
pub const TITLES: usize = 10_000;
/// Executables in one reading.
pub const EXECUTABLES: usize = 4_000;
/// Digests in one offer.
pub const OFFERED: usize = 2_000;
/// Antivirus products of one device.
pub const PRODUCTS: usize = 16;
/// Lines of evidence for one product.
pub const EVIDENCE: usize = 32;
/// Users of one device.
pub const LOCKS: usize = 256;
/// Folders with media files in one reading.
pub const MEDIA_FOLDERS: usize = 500;
/// Names of media files of one folder.
pub const MEDIA_NAMES: usize = 200;
/// Detections in one reading.
pub const DETECTIONS: usize = 200;
/// Volumes of one device.
pub const VOLUMES: usize = 128;
/// Updates in one reading.
pub const UPDATES: usize = 500;
/// Local accounts of one device.
pub const ACCOUNTS: usize = 1_000;
/// Proxies, and private networks, of one device.
pub const NETWORK_SETTINGS: usize = 256;
/// Accounts that one event names.
pub const EVENT_USERS: usize = 16;
/// Folders in one list of a device's policy.
pub const FOLDERS: usize = 64;
/// One folder of a device's policy: all of them together must fit an answer.
pub const FOLDER_BYTES: usize = 1024;
/// Categories of a device's policy.
pub const CATEGORIES: usize = 64;
/// Hosts and addresses that a device's policy excludes.
pub const EXCLUDED_ADDRESSES: usize = 500;
/// Groups of a device's policy.
pub const GROUPS: usize = 16;
/// Names of devices, and of accounts, of one group.
pub const PATTERNS: usize = 32;
/// One of these names, or one excluded address.
pub const PATTERN_BYTES: usize = 128;
/// Spans of hours in one list.
pub const HOURS: usize = 16;
/// All packs of rules that a school has added, together.
pub const PACKS_BYTES: usize = 8 * 1024 * 1024;
/// A piece of them in one answer.
pub const PACKS_PIECE_BYTES: usize = 128 * 1024;
/// Parts of the arithmetic of one score.
pub const SCORE_PARTS: usize = 16;
/// Probes that a device's policy gives a rhythm.
pub const PROBES: usize = 64;
/// Roles that a device's policy names.
pub const VIEWERS: usize = 16;
/// What a device seals with one event.
pub const SEALED_BYTES: usize = 8 * 1024;
/// Signed recipients.
pub const RECIPIENTS_BYTES: usize = 64 * 1024;
/// People whom a school's devices seal for.
pub const RECIPIENTS: usize = 64;
/// Sites that one of them answers for.
pub const RECIPIENT_SITES: usize = 32;
/// Login names of one of them.
pub const RECIPIENT_ACCOUNTS: usize = 8;
