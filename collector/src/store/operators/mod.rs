//! Operators: who has access, which certificates are theirs, and the codes that let them in.

mod access;
mod login;
mod rows;

pub use access::{Added, NewOperator};
pub use login::{LoginStanding, NewLogin, OperatorStanding};
pub use rows::{OperatorKey, OperatorRow};
