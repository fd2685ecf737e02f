//! Runs that train a head: the list of all, and the newest of each backbone side by side as they go on.

mod actions;
mod curves;
mod list;
mod live;

use leptos::prelude::*;
use shared::ModelSlot;
use shared::training::RunStatus;

use crate::i18n::text::training::runs as text;
use crate::state::Training;
use crate::state::training::{RunWatch, backbone};
pub use actions::RunActions;
use curves::Curves;
use list::List;
use live::Progresses;

/// A run that is drawn: which backbone's, which run, and what it tells.
#[derive(Clone, Copy)]
pub struct Shown {
    /// The backbone.
    pub slot: ModelSlot,
    /// The run as it was last told.
    pub status: Memo<Option<RunStatus>>,
    /// What it tells.
    pub watch: RunWatch,
}

/// List and curves.
#[component]
pub fn Runs() -> impl IntoView {
    let training = Training::expect();
    let runs = Memo::new(move |_previous| {
        let is_head = |run: &&RunStatus| backbone(run).is_some();
        training.overview().with(|overview| overview.runs.iter().filter(is_head).cloned().collect::<Vec<_>>())
    });
    // The run that a visitor follows for each backbone; the one that is under way, or else the newest, where none was chosen.
    let chosen = ModelSlot::ALL.map(|_slot| RwSignal::new(None::<String>));
    let shown = [0, 1].map(|index| {
        let slot = ModelSlot::ALL[index];
        let status = Memo::new(move |_previous| {
            let wanted = chosen[index].get();
            runs.with(|runs| {
                let of_slot = || runs.iter().filter(|run| backbone(run) == Some(slot));
                let picked = of_slot().find(|run| wanted.as_ref() == Some(&run.id));
                let running = || of_slot().rev().find(|run| run.state.is_under_way());
                picked.or_else(running).or_else(|| of_slot().next()).cloned()
            })
        });
        let watch =
            RunWatch::new(move || status.with(|status| status.as_ref().map(|status| status.id.clone())));
        Shown { slot, status, watch }
    });
    let choose = move |run: RunStatus| {
        let index = usize::from(backbone(&run) == Some(ModelSlot::Vit));
        chosen[index].set(Some(run.id));
    };
    let is_any = Memo::new(move |_previous| runs.with(|runs| !runs.is_empty()));
    view! {
        <section class="runs" aria-labelledby="runs-heading">
            <h3 id="runs-heading">{text::TITLE}</h3>
            {move || if is_any.get() {
                view! {
                    <Progresses shown/>
                    <Curves shown/>
                    <List runs choose=Callback::new(choose)/>
                }.into_any()
            } else {
                view! { <p class="empty">{text::NONE}</p> }.into_any()
            }}
        </section>
    }
}
