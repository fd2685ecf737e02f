//! What each stage shows. The backbone has a module of its own; the other four, which are small, share one.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::components::part::{LoadPart, Place, Placed};
use crate::components::pipeline::backbone::BackboneStage;
use crate::components::stages::{HeadStage, OutputStage, PreprocessingStage, RawDataStage};
use crate::drawing::stage::Stage;

/// What makes the inside of a stage.
pub fn of(stage: Stage) -> LoadPart {
    match stage {
        Stage::RawData => |place| Box::pin(put_raw_data(place)),
        Stage::Preprocessing => |place| Box::pin(put_preprocessing(place)),
        Stage::Backbone => |place| Box::pin(put_backbone(place)),
        Stage::Head => |place| Box::pin(put_head(place)),
        Stage::Output => |place| Box::pin(put_output(place)),
    }
}

#[wasm_split(stages, wasm_split_path = leptos::wasm_split, fallible)]
fn put_raw_data(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! { <RawDataStage/> }))
}

#[wasm_split(stages, wasm_split_path = leptos::wasm_split, fallible)]
fn put_preprocessing(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! { <PreprocessingStage/> }))
}

#[wasm_split(backbone, wasm_split_path = leptos::wasm_split, fallible)]
fn put_backbone(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! { <BackboneStage/> }))
}

#[wasm_split(stages, wasm_split_path = leptos::wasm_split, fallible)]
fn put_head(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! { <HeadStage/> }))
}

#[wasm_split(stages, wasm_split_path = leptos::wasm_split, fallible)]
fn put_output(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! { <OutputStage/> }))
}
