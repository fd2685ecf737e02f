//! English.

pub mod glossary;
pub mod learning;
pub mod lenses;
pub mod nodes;
pub mod pipeline;
pub mod shell;
pub mod specifications;
pub mod stages;
pub mod training;
