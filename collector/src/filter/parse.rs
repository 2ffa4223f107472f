//! From a text to a filter, held against the fields of its list.

use super::lexer::{Placed, Token, operators, words};
use super::{DEPTH, Field, Fields, Filter, FilterError, Kind, Op, Test, Value, When};

impl Filter {
    /// Reads a filter for a list with these fields.
    ///
    /// # Errors
    /// When it cannot be read, names a field that the list does not have or the role may not see, or compares one with
    /// what it cannot be. The error points at the place.
    pub fn parse(typed: &str, fields: &Fields) -> Result<Self, FilterError> {
        let words = words(typed)?;
        let mut parser = Parser { typed, fields, words, at: 0 };
        let filter = parser.any(0)?;
        match parser.words.get(parser.at) {
            None => Ok(filter),
            Some(Placed { token: Token::Close, .. }) => {
                Err(parser.here().says("a parenthesis that was never opened", "leave it out, or open it before"))
            }
            Some(_) => Err(parser.here().says("\"and\" or \"or\" is missing before this", EXAMPLE)),
        }
    }
}

const EXAMPLE: &str = "for example  --filter 'site = North and findings > 0'";

struct Parser<'a> {
    typed: &'a str,
    fields: &'a Fields,
    words: Vec<Placed>,
    at: usize,
}

impl Parser<'_> {
    fn any(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut parts = vec![self.all(depth)?];
        while self.keyword("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Filter, FilterError> {
        let mut parts = vec![self.part(depth)?];
        while self.keyword("and") {
            parts.push(self.part(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::All(parts) })
    }

    fn part(&mut self, depth: usize) -> Result<Filter, FilterError> {
        if depth >= DEPTH {
            return Err(self.here().says("too many parentheses or \"not\" within each other", "write it in fewer"));
        }
        if self.keyword("not") {
            return Ok(Filter::Not(Box::new(self.part(depth + 1)?)));
        }
        let begins = self.at;
        if self.words.get(self.at).is_some_and(|word| word.token == Token::Open) {
            self.at += 1;
            let inner = self.any(depth + 1)?;
            if self.words.get(self.at).is_none_or(|word| word.token != Token::Close) {
                return Err(self.at(begins).says("a parenthesis that is not closed", "close it:  )"));
            }
            self.at += 1;
            return Ok(inner);
        }
        self.test()
    }

    fn test(&mut self) -> Result<Filter, FilterError> {
        let field = match self.words.get(self.at) {
            Some(Placed { token: Token::Word(name), .. }) => self.field(name)?.clone(),
            Some(_) | None => {
                return Err(self.here().says("a field is missing here", known(self.fields)));
            }
        };
        self.at += 1;
        let op = match self.words.get(self.at) {
            Some(Placed { token: Token::Op(op), .. }) => *op,
            Some(_) | None => {
                let problem = format!("nothing says what \"{}\" is compared with", field.name);
                return Err(self.here().says(problem, operators()));
            }
        };
        let op_at = self.at;
        self.at += 1;
        let typed = match self.words.get(self.at) {
            Some(Placed { token: Token::Word(text) | Token::Quoted(text), .. }) => text.clone(),
            Some(_) | None => {
                let remedy = format!("for example  {} {} {}", field.name, op.sign(), example(field.kind));
                return Err(self.here().says("a value is missing here", remedy));
            }
        };
        self.comparable(&field, op, op_at, &typed)?;
        let value = self.value(&field, &typed)?;
        self.at += 1;
        Ok(Filter::Test(Test { field: field.name, op, value }))
    }

    fn field(&self, name: &str) -> Result<&Field, FilterError> {
        let found = self.fields.find(name);
        let field =
            found.ok_or_else(|| self.here().says(format!("there is no field \"{name}\""), known(self.fields)))?;
        if field.withheld {
            let problem = format!("\"{}\" may name people and is not shown to your role", field.name);
            return Err(self.here().says(problem, known(self.fields)));
        }
        Ok(field)
    }

    /// Whether fields of this kind are compared so at all.
    fn comparable(&self, field: &Field, op: Op, op_at: usize, typed: &str) -> Result<(), FilterError> {
        let fits = match field.kind {
            Kind::Text => true,
            Kind::Word(_) | Kind::Words(_) | Kind::List => matches!(op, Op::Equal | Op::Unequal | Op::Contains),
            Kind::Number => op != Op::Contains,
            Kind::Time => op != Op::Contains && (!typed.is_empty() || matches!(op, Op::Equal | Op::Unequal)),
            Kind::Flag => matches!(op, Op::Equal | Op::Unequal),
        };
        if fits {
            return Ok(());
        }
        let remedy = format!("for example  {} = {}", field.name, example(field.kind));
        Err(self.at(op_at).says(format!("\"{}\" cannot be compared with {}", field.name, op.sign()), remedy))
    }

    fn value(&self, field: &Field, typed: &str) -> Result<Value, FilterError> {
        let wrong = |what: &str| {
            let remedy = format!("for example  {} = {}", field.name, example(field.kind));
            self.here().says(format!("\"{}\" is {what}", field.name), remedy)
        };
        match field.kind {
            Kind::Text | Kind::List => Ok(Value::Text(typed.to_owned())),
            Kind::Word(words) | Kind::Words(words) => {
                // A part of a word is looked for with "~" alone, and a word that does not exist would find nothing.
                let known = typed.is_empty() || words.iter().any(|word| word.eq_ignore_ascii_case(typed));
                let asked = self.words.get(self.at.saturating_sub(1));
                if known || asked.is_some_and(|word| word.token == Token::Op(Op::Contains)) {
                    return Ok(Value::Text(typed.to_owned()));
                }
                let remedy = format!("one of:  {}", words.join("  "));
                Err(self.here().says(format!("\"{}\" is never that", field.name), remedy))
            }
            Kind::Number => {
                let number = typed.parse::<f64>().ok().filter(|number| number.is_finite());
                number.map(Value::Number).ok_or_else(|| wrong("a number"))
            }
            Kind::Flag => match typed.to_ascii_lowercase().as_str() {
                "true" | "yes" => Ok(Value::Flag(true)),
                "false" | "no" => Ok(Value::Flag(false)),
                _ => Err(wrong("true or false")),
            },
            Kind::Time if typed.is_empty() => Ok(Value::Text(String::new())),
            Kind::Time => When::parse(typed).map(Value::Time).ok_or_else(|| {
                let remedy = "an age (7d, 12h), what lies ahead (+30d), a day (2026-11-21), a time \
                              (2026-11-21T14:02:00Z), or '' for never";
                self.here().says(format!("\"{}\" is a time", field.name), remedy)
            }),
        }
    }

    /// Takes the next word when it is this.
    fn keyword(&mut self, keyword: &str) -> bool {
        let next = self.words.get(self.at).map(|word| &word.token);
        let is = matches!(next, Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is);
        is
    }

    fn here(&self) -> FilterError {
        self.at(self.at)
    }

    fn at(&self, word: usize) -> FilterError {
        let end = (self.typed.len(), self.typed.len());
        FilterError::new("--filter", self.typed, self.words.get(word).map_or(end, |word| word.at))
    }
}

/// The fields, as a remedy.
pub(super) fn known(fields: &Fields) -> String {
    let names: Vec<&str> = fields.open().collect();
    format!("the fields are:  {}", names.join("  "))
}

fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::List => "North",
        Kind::Word(words) | Kind::Words(words) => words.first().copied().unwrap_or("''"),
        Kind::Number => "3",
        Kind::Flag => "true",
        Kind::Time => "2026-11-21",
    }
}
