//! The glossary: every term of the page in two sentences, with its formula and who says so, a file a chapter. The page of the
//! glossary alone reads the entries. The rest of the page names a [`Term`], which is looked up while it is compiled, so
//! that a term that does not exist is an error and the browser gets none of these texts.

mod answer;
mod attention;
mod comparison;
mod convolution;
mod cost;
mod experiment;
mod explanation;
mod picture;
mod reach;
mod residual;
mod sources;
mod training;
mod transformer;

use shared::route;

use crate::i18n::Source;

/// Heading.
pub const TITLE: &str = "Glossary";
/// Below the heading.
pub const LEAD: &str =
    "Every term of the explorer in two sentences, with its formula and the work that it comes from.";
/// Name of the chapters' links.
pub const CHAPTERS_LABEL: &str = "Chapters";
/// Name of the terms' links.
pub const INDEX_LABEL: &str = "All terms, in alphabetical order";
/// Before the source of an entry.
pub const SOURCE: &str = "Source:";
/// Before the neighbours of an entry.
pub const SEE_ALSO: &str = "See also:";
/// Before the terms that a text uses.
pub const IN_GLOSSARY: &str = "In the glossary:";

/// A term and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Fragment of its address.
    pub id: &'static str,
    /// The term.
    pub name: &'static str,
    /// What it is, and what to know about it.
    pub text: [&'static str; 2],
    /// In the notation of `document::formula`.
    pub formula: &'static str,
    /// What the letters of the formula stand for, in the same notation.
    pub symbols: &'static str,
    /// Who says so.
    pub source: Source,
    /// Ids of its neighbours.
    pub see_also: &'static [&'static str],
}

/// Terms that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Fragment of its address.
    pub id: &'static str,
    /// Heading.
    pub name: &'static str,
    /// From what comes first to what builds on it.
    pub entries: &'static [Entry],
}

/// The chapters, in the order of the page.
pub const CHAPTERS: [Chapter; 12] = [
    picture::CHAPTER,
    convolution::CHAPTER,
    residual::CHAPTER,
    reach::CHAPTER,
    transformer::CHAPTER,
    attention::CHAPTER,
    answer::CHAPTER,
    explanation::CHAPTER,
    comparison::CHAPTER,
    experiment::CHAPTER,
    training::CHAPTER,
    cost::CHAPTER,
];

/// A term of the glossary that another part of the page leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    id: &'static str,
    name: &'static str,
}

impl Term {
    /// The term with this id. For constants: there a wrong id does not compile, and the glossary itself is left out.
    ///
    /// # Panics
    /// If there is no such term.
    pub const fn named(id: &str) -> Self {
        let mut chapter = 0;
        while chapter < CHAPTERS.len() {
            let entries = CHAPTERS[chapter].entries;
            let mut entry = 0;
            while entry < entries.len() {
                if is_same(entries[entry].id.as_bytes(), id.as_bytes()) {
                    return Self { id: entries[entry].id, name: entries[entry].name };
                }
                entry += 1;
            }
            chapter += 1;
        }
        panic!("the glossary has no term of this id")
    }

    /// The term itself.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Where it is explained.
    pub fn address(self) -> String {
        [route::GLOSSARY, "#", self.id].concat()
    }
}

/// `==`, which constants do not have.
const fn is_same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut position = 0;
    while position < left.len() {
        if left[position] != right[position] {
            return false;
        }
        position += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn entries() -> impl Iterator<Item = Entry> {
        CHAPTERS.into_iter().flat_map(|chapter| chapter.entries.iter().copied())
    }

    #[test]
    fn ids_are_unique_and_can_stand_in_an_address() {
        let ids = CHAPTERS.into_iter().map(|chapter| chapter.id).chain(entries().map(|entry| entry.id));
        let mut taken = BTreeSet::new();
        for id in ids {
            let is_kebab = id.split('-').all(|word| {
                !word.is_empty()
                    && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
            });
            assert!(is_kebab, "{id}");
            assert!(taken.insert(id), "{id} is taken");
        }
        let names: BTreeSet<String> = entries().map(|entry| entry.name.to_lowercase()).collect();
        assert_eq!(names.len(), entries().count(), "no term is explained twice");
    }

    #[test]
    fn neighbours_exist_and_are_others() {
        let ids: BTreeSet<&str> = entries().map(|entry| entry.id).collect();
        for entry in entries() {
            assert!((1..=4).contains(&entry.see_also.len()), "{} stands alone or in a crowd", entry.id);
            for other in entry.see_also {
                assert!(ids.contains(other) && *other != entry.id, "{}: {other}", entry.id);
            }
            assert_eq!(entry.see_also.iter().collect::<BTreeSet<_>>().len(), entry.see_also.len());
        }
    }

    #[test]
    fn every_entry_has_two_sentences_a_formula_and_a_source() {
        assert!((60..=100).contains(&entries().count()), "{}", entries().count());
        for Entry { id, name, text, formula, symbols, source, .. } in entries() {
            assert!(!name.is_empty() && !formula.is_empty() && !symbols.is_empty(), "{id}");
            for sentence in text {
                let first = sentence.chars().next().expect("a letter");
                assert!(first.is_uppercase() || first == '“', "{id}: {sentence}");
                assert!(sentence.ends_with('.'), "{id}: {sentence}");
                assert!(![". ", "? ", "! "].iter().any(|end| sentence.contains(end)), "{id}: {sentence}");
                assert!(sentence.chars().count() < 260, "{id}: {sentence}");
            }
            // The article would be set as a quantity.
            assert!(!formula.contains(" a ") && !symbols.contains(" a "), "{id}: {symbols}");
            assert!(!formula.ends_with('.') && !symbols.ends_with('.'), "{id}");
            assert!(source.url.starts_with("https://") && source.name.len() > 5, "{id}");
        }
    }

    #[test]
    fn a_term_leads_to_its_entry() {
        const FIELD: Term = Term::named("effective-receptive-field");
        assert_eq!(FIELD.address(), "/glossary#effective-receptive-field");
        assert_eq!(FIELD.name(), "Effective receptive field");
        for entry in entries() {
            assert_eq!(Term::named(entry.id).name(), entry.name);
        }
    }

    #[test]
    #[should_panic(expected = "no term of this id")]
    fn a_term_that_is_not_there_is_an_error() {
        _ = Term::named("softmin");
    }
}
