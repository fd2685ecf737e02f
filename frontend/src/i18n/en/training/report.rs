//! Words of the report to print.
