//! A file that is looked at, and what is found in it.

use std::fmt;

/// A text of the repository.
pub struct SourceFile {
    /// From the root, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// Something that is not tidy.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl SourceFile {
    /// Whether the name ends so.
    pub fn is(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_name, end)| end == extension)
    }

    /// Lines with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(position, line)| (position + 1, line))
    }

    /// Lines of Rust that are neither empty nor a comment.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_number, line)| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
    }

    /// Says what is wrong with a line.
    pub fn finding(&self, line: usize, message: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.message)
    }
}
