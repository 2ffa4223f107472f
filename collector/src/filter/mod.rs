//! What a list is to show of its rows, and in which order: `site = North and findings > 0`, `-findings,name`.
//!
//! ```text
//! filter     = all { "or" all }              all    = part { "and" part }
//! part       = "not" part | "(" filter ")" | test   test   = field op value
//! op         = = | != | < | <= | > | >= | ~         value  = word | 'text' | "text"
//! ```
//!
//! Pure. There are two back ends with the same results: [`Chosen`] says the same to a database, and `rows` looks at
//! rows as JSON. Texts are compared whatever their (ASCII) case. Nothing is neither smaller nor larger than a value:
//! a device that was never seen meets neither `last_seen < 7d` nor `last_seen > 7d`, but `last_seen = ""`.

mod error;
mod fields;
mod lexer;
mod parse;
mod print;
pub mod rows;
mod sort;
mod sql;
#[cfg(test)]
mod tests;
mod when;

pub use error::FilterError;
pub use fields::{Field, Fields, Kind};
pub use sort::{By, Sort};
pub use sql::{Chosen, Column};
pub use when::When;

/// Letters of the longest filter or order.
pub const LETTERS: usize = 2_000;
/// How deep parentheses and `not` may stand in each other.
const DEPTH: usize = 50;

/// Which rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Those that meet a test.
    Test(Test),
    /// Those that do not meet this.
    Not(Box<Filter>),
    /// Those that meet all of these; never fewer than two.
    All(Vec<Filter>),
    /// Those that meet one of these; never fewer than two.
    Any(Vec<Filter>),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Name of the field, as the list calls it.
    pub field: String,
    /// How.
    pub op: Op,
    /// With what.
    pub value: Value,
}

/// How a field is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`; of a list: one of its texts is, or with an empty text that it has none.
    Equal,
    /// `!=`: not `=`.
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `~`: a text has the value in it.
    Contains,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text; empty for "nothing" of any kind of field but numbers and flags.
    Text(String),
    /// A number; never NaN or infinite.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A time.
    Time(When),
}

impl Op {
    /// All, those of two letters first.
    const ALL: [Self; 7] =
        [Self::Unequal, Self::AtMost, Self::AtLeast, Self::Equal, Self::Less, Self::More, Self::Contains];

    /// As it is written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Contains => "~",
        }
    }
}
