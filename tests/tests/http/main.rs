//! The server as its clients meet it: every route with good and bad input, limits, overload, clients that leave, headers, and the
//! way it stops. Small synthetic models behind the real queue and worker; a file for each noun.

mod augmentations;
mod batching;
mod cka;
mod description;
mod experiments;
mod from_scratch;
mod glossary;
mod headers;
mod health;
mod images;
mod limits;
mod logit_lens;
mod models;
mod notebook;
mod npy;
mod overload;
mod page;
mod predictions;
mod preprocessed;
mod shutdown;
mod sliding_filter;
mod statistics;
mod tensors;
mod training;
mod unknown;
mod views_maps;
mod views_tokens;
