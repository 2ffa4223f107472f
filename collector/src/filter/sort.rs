//! An order: `site,-findings`.

use super::parse::known;
use super::{Fields, FilterError, Kind, LETTERS};

/// Fields that an order may name.
const MOST: usize = 8;

/// In which order; the list's own one decides among rows that are alike in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sort(pub Vec<By>);

/// One field of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Its name, as the list calls it.
    pub field: String,
    /// The largest first.
    pub descending: bool,
}

impl Sort {
    /// Reads an order for a list with these fields; an empty text is the list's own order.
    ///
    /// # Errors
    /// When it names a field that the list does not have, the role may not see, or that has no order.
    pub fn parse(typed: &str, fields: &Fields) -> Result<Self, FilterError> {
        if typed.trim().is_empty() {
            return Ok(Self::default());
        }
        if typed.chars().count() > LETTERS || typed.chars().any(char::is_control) || typed.split(',').count() > MOST {
            let told = FilterError::new("--sort", "", (0, 0));
            return Err(told.says("is too long", format!("up to {MOST} fields, with commas between them")));
        }
        let mut order = Vec::new();
        let mut begins = 0;
        for part in typed.split(',') {
            let error = FilterError::new("--sort", typed, (begins, begins + part.len()));
            begins += part.len() + 1;
            let name = part.trim();
            let (descending, name) = name.strip_prefix('-').map_or((false, name), |name| (true, name.trim()));
            let field = fields.find(name);
            let Some(field) = field else {
                return Err(error.says(format!("there is no field \"{name}\""), known(fields)));
            };
            if field.withheld {
                let problem = format!("\"{}\" may name people and is not shown to your role", field.name);
                return Err(error.says(problem, known(fields)));
            }
            if matches!(field.kind, Kind::List | Kind::Words(_)) {
                let problem = format!("\"{}\" holds several texts and has no order", field.name);
                return Err(error.says(problem, known(fields)));
            }
            order.push(By { field: field.name.clone(), descending });
        }
        Ok(Self(order))
    }
}
