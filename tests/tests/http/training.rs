//! The server side of training: who may, data sets, runs, and heads that are put in place while visitors ask.

mod admin;
mod datasets;
mod heads;
mod resuming;
mod runs;
mod uploads;
