//! What stands in a cell: a day, an amount of money, a number, a text. A refusal says what is wrong and what to write.

use jiff::civil::Date;

use super::sheet::Cell;
use crate::licences::Pence;

/// What is wrong with a cell, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// "\"thirty\" is no whole number".
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl Wrong {
    pub(super) fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { problem: problem.into(), remedy: remedy.into() }
    }
}

/// Words for a cell with nothing in it.
const NOTHING: [&str; 7] = ["-", "–", "—", "n/a", "na", "none", "never"];
/// Letters of a cell that a refusal repeats.
const SHOWN: usize = 40;

/// A text that was typed, as a cell.
#[must_use]
pub fn of(text: &str) -> Cell {
    if text.trim().is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

/// The text of a cell on one line.
///
/// # Errors
/// For a formula, and for what Excel itself shows as a fault.
pub fn text(cell: &Cell) -> Result<String, Wrong> {
    match cell {
        Cell::Empty => Ok(String::new()),
        Cell::Text(text) => Ok(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        Cell::Number(number) => Ok(number.to_string()),
        Cell::Day(day) => Ok(day.to_string()),
        Cell::Formula => {
            Err(Wrong::new("is a formula", "put the value there: copy the cell, then paste it as a value"))
        }
        Cell::Fault(fault) => Err(Wrong::new(format!("is {fault}"), "mend the cell, or empty it")),
    }
}

/// A text that is none of the words for nothing.
fn something(cell: &Cell) -> Result<Option<String>, Wrong> {
    let text = text(cell)?;
    let nothing = text.is_empty() || NOTHING.contains(&text.to_lowercase().as_str());
    Ok((!nothing).then_some(text))
}

/// A day as it is written in the United Kingdom, or in ISO 8601, or as Excel keeps it.
///
/// # Errors
/// When it is none.
pub fn day(cell: &Cell) -> Result<Option<Date>, Wrong> {
    if let Cell::Day(day) = cell {
        return Ok(Some(*day));
    }
    let Some(text) = something(cell)? else { return Ok(None) };
    let remedy = "write the day first, 31/12/2026, or 2026-12-31";
    written_day(&text).map(Some).ok_or_else(|| Wrong::new(format!("{} is no day", quoted(&text)), remedy))
}

fn written_day(text: &str) -> Option<Date> {
    // What stands behind the day is its time: 2026-12-31T00:00:00, 31/12/2026 00:00.
    let day = text.split_once('T').filter(|(day, _)| day.len() == 10).map_or(text, |(day, _)| day);
    let day = day.split_once(' ').filter(|(_, rest)| rest.contains(':')).map_or(day, |(day, _)| day);
    let parts: Vec<&str> = day.split(['/', '-', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts[..] else { return None };
    if digits(first, 4).is_some() && first.len() == 4 {
        return date(first, month(second)?, third);
    }
    date(third, month(second)?, first)
}

fn month(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.to_lowercase();
    let named = NAMES.iter().position(|name| lower.len() >= 3 && lower.starts_with(name) && is_word(&lower));
    named
        .and_then(|at| i8::try_from(at + 1).ok())
        .or_else(|| digits(text, 2).and_then(|month| i8::try_from(month).ok()))
}

fn is_word(text: &str) -> bool {
    text.chars().all(char::is_alphabetic)
}

fn date(year: &str, month: i8, day: &str) -> Option<Date> {
    let day = day.trim_end_matches(|letter: char| letter.is_alphabetic());
    let day = i8::try_from(digits(day, 2)?).ok()?;
    let year = match year.len() {
        // No licence of a school is of another century.
        2 => 2_000 + digits(year, 2)?,
        4 => digits(year, 4)?,
        _ => return None,
    };
    Date::new(i16::try_from(year).ok()?, month, day).ok()
}

fn digits(text: &str, most: usize) -> Option<u32> {
    let plain = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// An amount of money: "£1,208.00", "1208", "85p", or a number of pounds.
///
/// # Errors
/// When it is none, or of another currency.
pub fn money(cell: &Cell) -> Result<Option<Pence>, Wrong> {
    if let Cell::Number(pounds) = cell {
        let wrong = || Wrong::new(format!("{pounds} is no amount"), "write pounds and pence, for example 1208.00");
        return pence(*pounds).map(Some).ok_or_else(wrong);
    }
    let Some(text) = something(cell)? else { return Ok(None) };
    if text.chars().any(|letter| "$€¥".contains(letter))
        || ["usd", "eur"].iter().any(|code| text.to_lowercase().contains(code))
    {
        return Err(Wrong::new(
            format!("{} is not in pounds", quoted(&text)),
            "write what was paid in pounds, £1,208.00",
        ));
    }
    let wrong =
        || Wrong::new(format!("{} is no amount", quoted(&text)), "write pounds and pence, for example £1,208.00");
    amount(&text).map(Some).ok_or_else(wrong)
}

/// Pence of a number of pounds; the half of a penny that arithmetic leaves is rounded.
fn pence(pounds: f64) -> Option<Pence> {
    let pence = (pounds * 100.0).round();
    // Up to 2^53 every whole number is exact.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a whole number in range")]
    (0.0..=9.0e15).contains(&pence).then_some(Pence(pence as u64))
}

fn amount(text: &str) -> Option<Pence> {
    let upper = text.to_uppercase();
    let bare = upper.strip_prefix("GBP").or_else(|| upper.strip_suffix("GBP")).unwrap_or(&upper).trim();
    if let Some(pence) = bare.strip_suffix('P') {
        return whole(pence.trim()).map(Pence);
    }
    let bare = bare.strip_prefix('£').unwrap_or(bare).trim();
    let (pounds, rest) = bare.split_once('.').unwrap_or((bare, "0"));
    let rest = match rest.len() {
        1 => digits(rest, 2)? * 10,
        2 => digits(rest, 2)?,
        _ => return None,
    };
    whole(pounds)?.checked_mul(100)?.checked_add(u64::from(rest)).map(Pence)
}

/// A whole number with or without commas or blanks between its thousands.
fn whole(text: &str) -> Option<u64> {
    let separator = if text.contains(',') { ',' } else { ' ' };
    let groups: Vec<&str> = text.split(separator).collect();
    let apart = groups.len() > 1;
    let sound = |(at, group): (usize, &&str)| match (apart, at) {
        (true, 0) => (1..=3).contains(&group.len()),
        (true, _) => group.len() == 3,
        (false, _) => (1..=15).contains(&group.len()),
    } && group.bytes().all(|byte| byte.is_ascii_digit());
    if groups.iter().enumerate().all(sound) { groups.concat().parse().ok() } else { None }
}

/// How many: a whole number. "unlimited" is none.
///
/// # Errors
/// When it is no whole number, or too large.
pub fn count(cell: &Cell) -> Result<Option<u32>, Wrong> {
    let remedy = "write how many, for example 30";
    if let Cell::Number(number) = cell {
        let wrong = || Wrong::new(format!("{number} is no whole number"), remedy);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a whole number in range")]
        return (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number))
            .then_some(Some(*number as u32))
            .ok_or_else(wrong);
    }
    let Some(text) = something(cell)? else { return Ok(None) };
    if ["unlimited", "unrestricted", "all"].contains(&text.to_lowercase().as_str()) {
        return Ok(None);
    }
    // Some programs write every number with decimals.
    let bare = text.strip_suffix(".00").or_else(|| text.strip_suffix(".0")).unwrap_or(&text);
    let number = whole(bare).and_then(|number| u32::try_from(number).ok());
    number.map(Some).ok_or_else(|| Wrong::new(format!("{} is no whole number", quoted(&text)), remedy))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", crate::render::text::shorten(&crate::render::text::safe(text), SHOWN))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Cell, Pence, count, day, money, text};

    fn cell(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn days_are_read_as_people_here_write_them() {
        let last = date(2026, 12, 31);
        for written in [
            "31/12/2026",
            "31/12/26",
            "31-12-2026",
            "31.12.2026",
            "2026-12-31",
            "2026/12/31",
            "31 Dec 2026",
            "31-Dec-26",
            "31 December 2026",
            "31st December 2026",
            "2026-12-31 00:00:00",
            "2026-12-31T00:00:00",
            "31/12/2026 00:00",
        ] {
            assert_eq!(day(&cell(written)), Ok(Some(last)), "{written}");
        }
        assert_eq!(day(&cell("01/02/2026")), Ok(Some(date(2026, 2, 1))), "the day comes first");
        for nothing in ["", "  ", "n/a", "None", "-", "never"] {
            assert_eq!(day(&cell(nothing)), Ok(None), "{nothing}");
        }
        for wrong in ["12/31/2026", "31/02/2026", "soon", "2026", "31/12", "46387", "31 Decembre 20266", "1/1/1/1"] {
            let refused = day(&cell(wrong)).expect_err(wrong);
            assert_eq!(refused.problem, format!("\"{wrong}\" is no day"));
        }
        assert!(day(&Cell::Number(46_387.0)).is_err(), "a number that Excel does not show as a day is none");
    }

    #[test]
    fn money_is_pounds_with_their_pence() {
        let cases = [
            ("£1,208.00", 120_800),
            ("1208", 120_800),
            ("1,208.5", 120_850),
            ("£ 9.99", 999),
            ("85p", 85),
            ("GBP 12.00", 1_200),
            ("0", 0),
            ("1 208.00", 120_800),
            ("£12,345,678.90", 1_234_567_890),
        ];
        for (written, pence) in cases {
            assert_eq!(money(&cell(written)), Ok(Some(Pence(pence))), "{written}");
        }
        for wrong in ["$12.00", "12 EUR", "€5", "1208,50", "1,20.00", "12.345", "-5", "twelve", "1.208,00", "£", "."]
        {
            assert!(money(&cell(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(money(&Cell::Number(19.99)), Ok(Some(Pence(1_999))));
        assert_eq!(money(&Cell::Number(1.1 * 3.0)), Ok(Some(Pence(330))));
        assert!(money(&Cell::Number(-1.0)).is_err() && money(&Cell::Number(f64::NAN)).is_err());
    }

    #[test]
    fn how_many_is_a_whole_number() {
        for (written, n) in
            [("30", Some(30)), ("1,250", Some(1_250)), ("30.0", Some(30)), ("Unlimited", None), ("", None)]
        {
            assert_eq!(count(&cell(written)), Ok(n), "{written}");
        }
        assert_eq!(count(&cell("thirty")).expect_err("a word").problem, "\"thirty\" is no whole number");
        for wrong in ["-3", "3.5", "4294967296", "30 users", "1,25"] {
            assert!(count(&cell(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(count(&Cell::Number(30.0)), Ok(Some(30)));
        assert!(count(&Cell::Number(30.5)).is_err() && count(&Cell::Number(-1.0)).is_err());
    }

    #[test]
    fn a_formula_is_refused_whatever_it_would_come_to() {
        for refused in [text(&Cell::Formula).map(drop), day(&Cell::Formula).map(drop), money(&Cell::Formula).map(drop)]
        {
            assert_eq!(refused.expect_err("a formula").problem, "is a formula");
        }
        assert_eq!(text(&cell("two\n lines")), Ok("two lines".to_owned()));
        assert_eq!(text(&Cell::Number(2019.0)), Ok("2019".to_owned()));
    }
}
