//! The page of training: the pipeline from photos to logits as its sections, each with what it does in a run. The server renders it with
//! what it has; in the browser it is made anew from the same state, and then follows the server. A document of its own: nothing of it
//! is in the module of the explorer's page.

mod admin_bar;
mod augmentation;
mod dataset_stage;
mod datasets;
mod efficiency;
mod fields;
mod lazy_details;
mod raw_data;
mod recipe;
mod results;
mod runs;
mod select;
mod stages;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use shared::page::TrainingPageState;
use shared::route;

use super::part::{LoadPart, Place, Placed};
use super::term::terms;
use super::theme_switch::SeparateSwitch;
use crate::i18n::text::shell;
use crate::i18n::text::training as text;
use crate::state::training::Draft;
use crate::state::{Admin, Training};
use admin_bar::AdminBar;
use augmentation::AugmentationStage;
use dataset_stage::DatasetStage;
use efficiency::Efficiency;
use raw_data::RawData;
use recipe::Recipe;
use results::Results;
use runs::Runs;
use stages::{Backbones, Preprocessings};

/// The data sets, for the stage Raw Data of the explorer.
pub const DATASETS: LoadPart = |place| Box::pin(put_datasets(place));
/// Augmentation, for the stage Preprocessing of the explorer.
pub const AUGMENTATION: LoadPart = |place| Box::pin(put_augmentation(place));

#[wasm_split(stages, wasm_split_path = leptos::wasm_split, fallible)]
fn put_datasets(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! { <DatasetStage/> }))
}

#[wasm_split(stages, wasm_split_path = leptos::wasm_split, fallible)]
fn put_augmentation(place: Place) -> Result<Placed, SplitLoaderError> {
    Ok(place.put(view! { <AugmentationStage/> }))
}

/// The page.
#[component]
pub fn TrainingPage(
    /// What the server has.
    page_state: TrainingPageState,
) -> impl IntoView {
    let (training, admin) = (Training::new(&page_state), Admin::new());
    provide_context(training);
    provide_context(admin);
    let draft = RwSignal::new(Draft::default());
    provide_context(draft);
    // Runs in the browser alone.
    Effect::new(move |_previous: Option<()>| {
        admin.recall();
        training.follow();
    });
    let stale = move || training.trouble().get().is_some();
    view! {
        <a class="skip-link" href=format!("#{}", text::RAW_DATA.id)>{text::SKIP}</a>
        <div class="page training">
            <header class="page-header">
                <div class="page-header-row">
                    <nav class="breadcrumb" aria-label=shell::BREADCRUMB_LABEL>
                        <ol><li><a href="/">{shell::TITLE}</a></li><li aria-current="page">{text::TITLE}</li></ol>
                    </nav>
                    <SeparateSwitch/>
                </div>
                <h1>{text::TITLE}</h1>
                <p class="subtitle">{text::SUBTITLE}</p>
            </header>
            {contents()}
            <div role="status" class="stale">{move || stale().then(|| view! { <p class="notice is-failure">{text::admin::STALE}</p> })}</div>
            <noscript><p class="notice">{text::NEEDS_SCRIPT}</p></noscript>
            <AdminBar/>
            <main>
                {section(text::RAW_DATA, 1, view! { <RawData/> }.into_any())}
                {section(text::PREPROCESSING, 2, view! { <Preprocessings/> }.into_any())}
                {section(text::BACKBONE, 3, view! { <Backbones/> }.into_any())}
                {section(text::HEAD, 4, view! { <Recipe/><Runs/> }.into_any())}
                {section(text::LOGITS, 5, view! { <Results/> }.into_any())}
                {section(text::EFFICIENCY, 6, view! { <Efficiency/> }.into_any())}
            </main>
            {footer()}
        </div>
    }
}

/// The stages as the pipeline that they are, each a link to its section.
fn contents() -> impl IntoView {
    let link = |section: text::Section| {
        view! { <li><a href=format!("#{}", section.id)>{section.name}</a></li> }
    };
    view! { <nav class="training-stages" aria-label=text::SECTIONS><ol>{text::ALL.map(link)}</ol></nav> }
}

fn section(words: text::Section, number: usize, content: AnyView) -> impl IntoView {
    let heading = format!("{}-heading", words.id);
    let heading_id = heading.clone();
    view! {
        <section id=words.id class="section" aria-labelledby=heading_id>
            <header class="section-head">
                <h2 id=heading><span class="section-number">{number}"."</span>" "{words.title}</h2>
                <p class="section-lead">{words.lead}</p>
                {(!words.terms.is_empty()).then(|| terms(words.terms))}
            </header>
            {content}
        </section>
    }
}

fn footer() -> impl IntoView {
    view! {
        <footer class="page-footer">
            <p>{shell::FOOTER}</p>
            <ul>
                <li><a href="/">{shell::TITLE}</a></li>
                <li><a href=route::GLOSSARY>{shell::GLOSSARY}</a></li>
                <li><a href=route::API_DOCS>{shell::API_DOCS}</a></li>
            </ul>
        </footer>
    }
}
