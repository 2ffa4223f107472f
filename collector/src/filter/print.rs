//! A filter and an order as they are written: what is printed is read as the same.

use std::fmt;

use super::lexer::ends_word;
use super::{Filter, Sort, Test, Value};

impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(test) => test.fmt(out),
            Self::Not(inner) => {
                out.write_str("not ")?;
                nested(inner, out)
            }
            Self::All(parts) => joined(parts, " and ", out),
            Self::Any(parts) => joined(parts, " or ", out),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} ", self.field, self.op.sign())?;
        match &self.value {
            Value::Text(text) if text.is_empty() || text.chars().any(ends_word) => {
                write!(out, "'{}'", text.replace('\'', "''"))
            }
            Value::Text(text) => out.write_str(text),
            Value::Number(number) => write!(out, "{number}"),
            Value::Flag(flag) => write!(out, "{flag}"),
            Value::Time(when) => when.fmt(out),
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<String> =
            self.0.iter().map(|by| format!("{}{}", if by.descending { "-" } else { "" }, by.field)).collect();
        out.write_str(&told.join(","))
    }
}

fn joined(parts: &[Filter], with: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.write_str(with)?;
        }
        nested(part, out)?;
    }
    Ok(())
}

fn nested(part: &Filter, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match part {
        Filter::Test(_) | Filter::Not(_) => write!(out, "{part}"),
        Filter::All(_) | Filter::Any(_) => write!(out, "({part})"),
    }
}
