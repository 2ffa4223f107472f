//! What an entry of the register must be before it is kept.

use super::model::{Licence, Metric};

/// Letters of a name or reference, and of a note.
const LINE: usize = 200;
const NOTE: usize = 500;

/// Why an entry cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}\n  {remedy}")]
pub struct Problem {
    /// The field, as `licences import` names its column: "quantity".
    pub field: &'static str,
    /// What is wrong, beginning with the field: "quantity is missing".
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl Problem {
    /// A problem of a field.
    pub(crate) fn new(field: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field, problem: problem.into(), remedy: remedy.into() }
    }
}

impl Licence {
    /// What is wrong with it; its title and site are looked up elsewhere.
    ///
    /// # Errors
    /// The first problem that there is.
    pub fn check(&self) -> Result<(), Problem> {
        let texts = [
            ("version", &self.version, LINE),
            ("edition", &self.edition, LINE),
            ("place", &self.scope.place, LINE),
            ("supplier", &self.supplier, LINE),
            ("order reference", &self.order_ref, LINE),
            ("proof holder", &self.proof_holder, LINE),
            ("note", &self.note, NOTE),
        ];
        texts.into_iter().try_for_each(|(field, text, most)| line(field, text, most))?;
        self.check_quantity()?;
        self.check_days()?;
        if self.metric == Metric::Trust && self.scope.site.is_some() {
            let remedy = "leave the site out, or call it a site licence";
            return Err(Problem::new("site", "site does not go with a licence for the whole trust", remedy));
        }
        Ok(())
    }

    fn check_quantity(&self) -> Result<(), Problem> {
        let per = self.metric.word();
        match (self.metric.is_counted(), self.quantity) {
            (true, 0) => {
                let remedy = "say how many, at least 1; a licence without a number is one for a site or the trust";
                Err(Problem::new("quantity", format!("quantity is missing of a licence per {per}"), remedy))
            }
            (false, 1..) => {
                let remedy = "leave the number out, or say what it counts: per device, per user, per FTE, concurrent";
                Err(Problem::new("quantity", format!("quantity does not go with a licence for a {per}"), remedy))
            }
            (true, 1..) | (false, 0) => Ok(()),
        }
    }

    fn check_days(&self) -> Result<(), Problem> {
        if let (Some(starts), Some(ends)) = (self.starts_on, self.ends_on)
            && ends < starts
        {
            let problem = format!("end {ends} lies before its start {starts}");
            return Err(Problem::new("end", problem, "mend one of the two days"));
        }
        if let (Some(notice), Some(ends)) = (self.notice_on, self.ends_on)
            && notice > ends
        {
            let problem = format!("notice {notice} lies after the end {ends}");
            return Err(Problem::new(
                "notice",
                problem,
                "notice is given until a day before the end; mend one of the two",
            ));
        }
        Ok(())
    }
}

/// A text on one line, and not too long.
pub(crate) fn line(field: &'static str, text: &str, most: usize) -> Result<(), Problem> {
    if text.chars().any(char::is_control) {
        return Err(Problem::new(field, format!("{field} has a line break or a control character"), "write one line"));
    }
    let letters = text.chars().count();
    if letters > most {
        let problem = format!("{field} has {letters} letters");
        return Err(Problem::new(field, problem, format!("at most {most} letters")));
    }
    Ok(())
}
