//! Stage Raw Data: the picture as it came, which to a network is a block of numbers. Shows any pixel of it as numbers, its
//! channels apart, and which other pictures there are.

mod channels;
mod photos;
mod pixel_reader;
mod pointed_picture;

use leptos::prelude::*;
use shared::ImageInfo;

use super::facts::Facts;
use crate::components::part::Part;
use crate::components::picture_reading::PictureReading;
use crate::components::training::DATASETS;
use crate::i18n::number;
use crate::i18n::text::stages::raw_data as text;
use crate::state::Specimen;
use channels::Channels;
use photos::Photos;
use pixel_reader::PixelReader;

/// The inside of the stage.
#[component]
pub fn RawDataStage() -> impl IntoView {
    let specimen = Specimen::expect();
    let reading = PictureReading::new();
    let info = Memo::new(move |_previous| specimen.image().with(|image| image.info.clone()));
    view! {
        <div class="stage-inside">
            <p class="stage-lead">{move || info.with(text::lead)}</p>
            <Facts facts=Signal::derive(move || info.with(facts))/>
            <PixelReader reading/>
            <Channels reading/>
            <Photos/>
            <Part load=DATASETS/>
        </div>
    }
}

fn facts(info: &ImageInfo) -> Vec<(&'static str, String)> {
    vec![
        (text::SIZE, text::size(info)),
        (text::FORMAT, format!("{}, {}", info.format, number::bytes(info.size_bytes))),
        (text::FILE_CHANNELS, info.channels.clone()),
        (text::VALUES, text::values(info)),
        (text::PACKING, text::packing(info)),
        (text::NOTES, info.notes.join("; ")),
    ]
}
