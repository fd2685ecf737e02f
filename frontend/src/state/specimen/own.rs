//! The visitor's own picture: sent, and kept for a reload. Its code is a module of its own, fetched with the first such picture.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use shared::{ApiError, ErrorCode};
use web_sys::{AbortSignal, File};

use super::super::own_picture;
use super::super::view::Picture;
use super::{Arriving, Notice, Specimen, SpecimenImage};
use crate::api;

/// What is done once its module is there.
type Job<T> = Pin<Box<dyn Future<Output = T>>>;

/// Sends a picture and puts it on the bench, or says why that failed.
pub async fn send(specimen: Specimen, file: File, cancel: AbortSignal) {
    match sending(specimen, file, cancel).await {
        Ok(job) => job.await,
        Err(missing) => specimen.not_sent(api::unreachable_server(missing)),
    }
}

/// The picture that this browser keeps, if it does.
pub async fn load() -> Option<File> {
    loading().await.ok()?.await
}

#[wasm_split(own_picture, wasm_split_path = leptos::wasm_split, fallible)]
fn sending(specimen: Specimen, file: File, cancel: AbortSignal) -> Result<Job<()>, SplitLoaderError> {
    Ok(Box::pin(specimen.send(file, cancel)))
}

#[wasm_split(own_picture, wasm_split_path = leptos::wasm_split, fallible)]
fn loading() -> Result<Job<Option<File>>, SplitLoaderError> {
    Ok(Box::pin(own_picture::load()))
}

impl Specimen {
    async fn send(self, file: File, cancel: AbortSignal) {
        let answer = api::upload(&file, Some(&cancel)).await;
        let Some(arriving) = self.arriving.get_untracked().filter(|_arriving| !api::is_cancelled(&cancel))
        else {
            return;
        };
        match answer {
            Ok(info) => {
                self.arriving.set(None);
                let image =
                    SpecimenImage { info, url: arriving.url, sample: None, description: arriving.name };
                self.put_on_bench(image, &cancel);
                self.view.set_picture(Some(Picture::Own));
                own_picture::save(file).await;
            }
            Err(error) if may_pass(error.code) => self.not_sent(error),
            Err(error) => {
                self.drop_arriving();
                self.notice.set(Some(Notice::Refused { name: arriving.name, error }));
            }
        }
    }

    /// The picture that is arriving stays and can be sent again.
    fn not_sent(self, error: ApiError) {
        if let Some(Arriving { name, .. }) = self.arriving.get_untracked() {
            self.notice.set(Some(Notice::NotSent { name, error }));
        }
    }
}

/// Whether the same picture may be taken a little later.
fn may_pass(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::NotReady | ErrorCode::Overloaded | ErrorCode::TimedOut | ErrorCode::Internal)
}
