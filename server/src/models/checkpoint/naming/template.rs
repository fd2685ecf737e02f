//! Templates of tensor names: `#` stands for a number, `^` for that number plus one, `@` for `query`, `key` or
//! `value`, `*` for what is left, which holds no dot. Everything else stands for itself.

const PARTS: [&str; 3] = ["query", "key", "value"];

/// A template.
#[derive(Clone, Copy, Debug)]
pub struct Template(pub &'static str);

/// What the signs of a template stood for in one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captures {
    numbers: Vec<usize>,
    part: Option<usize>,
    rest: String,
}

impl Captures {
    /// The same, with another of query, key and value.
    pub fn with_part(&self, part: usize) -> Self {
        Self { part: Some(part), ..self.clone() }
    }
}

impl Template {
    /// Whether query, key and value are told apart.
    pub fn has_part(self) -> bool {
        self.0.contains('@')
    }

    /// What the signs stand for, if the name fits.
    pub fn capture(self, name: &str) -> Option<Captures> {
        let mut captures = Captures::default();
        let mut left = name;
        for sign in self.0.chars() {
            left = match sign {
                '#' | '^' => {
                    let (number, left) = leading_number(left)?;
                    captures.numbers.push(if sign == '^' { number.checked_sub(1)? } else { number });
                    left
                }
                '@' => {
                    let part = PARTS.iter().position(|part| left.starts_with(part))?;
                    captures.part = Some(part);
                    &left[PARTS[part].len()..]
                }
                '*' => {
                    captures.rest = left.to_owned();
                    ""
                }
                literal => left.strip_prefix(literal)?,
            };
        }
        let rest_fits = !self.0.ends_with('*') || !(captures.rest.is_empty() || captures.rest.contains('.'));
        (left.is_empty() && rest_fits).then_some(captures)
    }

    /// A name with the signs replaced.
    pub fn render(self, captures: &Captures) -> String {
        let mut numbers = captures.numbers.iter();
        let mut name = String::new();
        for sign in self.0.chars() {
            match sign {
                '#' | '^' => {
                    let number = numbers.next().expect("both templates of a rule have as many numbers");
                    name.push_str(&(number + usize::from(sign == '^')).to_string());
                }
                '@' => name.push_str(PARTS[captures.part.expect("a part was captured or chosen")]),
                '*' => name.push_str(&captures.rest),
                literal => name.push(literal),
            }
        }
        name
    }
}

/// The number in front and what follows it; one with a leading zero is none, so that a name has one spelling.
fn leading_number(text: &str) -> Option<(usize, &str)> {
    /// More blocks than any model has.
    const MAX_DIGITS: usize = 4;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..digits)?;
    let has_one_spelling = digits <= MAX_DIGITS && (digits == 1 || !number.starts_with('0'));
    if has_one_spelling { Some((number.parse().ok()?, &text[digits..])) } else { None }
}
