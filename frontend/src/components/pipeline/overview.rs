//! The pipeline at a glance: five stages with what is in them for the picture on the bench, and the arrows between. The open
//! stage's inside follows its link in the document; on a wide screen it stands below all five.

use leptos::either::{Either, EitherOf4};
use leptos::prelude::*;
use shared::route::PreprocessingStep;
use shared::{ModelInfo, ModelSlot, Section};

use super::marks::drawing;
use super::stage_link::stage_link;
use super::stage_panel::StagePanel;
use crate::components::class_row::class_row;
use crate::components::cropped_picture::PreparedPicture;
use crate::components::link::is_plain_click;
use crate::components::live::{live, on};
use crate::components::picture_reading::PictureReading;
use crate::drawing::fan::fan;
use crate::drawing::flow::{self, CAPTION_LINES, Flow};
use crate::drawing::mark::{Mark, Point, Rect};
use crate::drawing::stage::Stage;
use crate::i18n::{text::pipeline as text, text::shell};
use crate::state::{Answer, Models, Specimen, View};

/// Classes shown of the answer.
const SHOWN_CLASSES: usize = 4;
/// Size of the head's fan.
const FAN: Rect = Rect { x: 0.0, y: 0.0, width: 72.0, height: 100.0 };
/// Size of an arrow between two stages.
const ARROW: (f64, f64) = (20.0, 8.0);

/// The five stages.
#[component]
pub fn Overview() -> impl IntoView {
    let (view, models) = (View::expect(), Models::expect());
    let model = view.model();
    view! {
        <div class="stages" role="group" aria-label=text::DIAGRAM>
            {move || stages(&models, model.get())}
        </div>
        {move || view.stage().get().is_none().then(|| invitation(view))}
    }
}

fn stages(models: &Models, model: ModelSlot) -> impl IntoView + use<> {
    let (info, graph) = (models.info(model), models.graph(model));
    let head_parameters = graph.section_parameters(Section::Head);
    let backbone = text::backbone_numbers(
        graph.total_parameters() - head_parameters,
        graph.total_macs() - graph.section_macs(Section::Head),
        info.architecture.feature_dim(),
    );
    let (features, classes) = (info.architecture.feature_dim(), info.architecture.num_classes());
    let specimen = Specimen::expect();
    let raw = live(move || text::raw_numbers(&specimen.image().get().info).map(Some));
    let (fixed, none) = (|lines: [String; 2]| live(move || lines.clone().map(Some)), live(|| [None, None]));
    // All five in one array, and so of one type.
    let inputs = fixed(text::input_numbers(info.architecture.image_size()));
    let (step, reading) = (PreprocessingStep::Glance, PictureReading::new());
    let cropped = view! {
        <span class="stage-crop"><PreparedPicture model=Signal::stored(model) step alt="" reading/></span>
    };
    let captioned = captioned(&flow::flow(graph));
    let weights = fan(features, classes, FAN);
    [
        (Stage::RawData, EitherOf4::A(thumbnail(info)), raw),
        (Stage::Preprocessing, EitherOf4::B(cropped), inputs),
        (
            Stage::Backbone,
            EitherOf4::C(drawing("flow", flow::WIDTH, flow::HEIGHT, &captioned)),
            fixed(backbone),
        ),
        (
            Stage::Head,
            EitherOf4::C(drawing("fan", FAN.width, FAN.height, &weights)),
            fixed(text::head_numbers(features, classes, head_parameters)),
        ),
        (Stage::Output, EitherOf4::D(move || answer(&specimen.answer(model).get())), none),
    ]
    .map(|(stage, drawing, numbers)| {
        view! {
            {stage_link(stage, text::stage_subtitle(stage, info), drawing, numbers)}
            {after(stage)}
        }
    })
}

/// The stage's inside where it is open, and the arrow to the next stage.
fn after(stage: Stage) -> impl IntoView {
    let open = View::expect().stage();
    let arrow = (stage != Stage::Output).then(|| {
        let (from, to) = (Point { x: 0.0, y: ARROW.1 / 2.0 }, Point { x: ARROW.0 - 1.0, y: ARROW.1 / 2.0 });
        drawing("stage-arrow", ARROW.0, ARROW.1, &[Mark::path("arrow", flow::arrow(from, to))])
    });
    view! {
        {move || (open.get() == Some(stage)).then(|| view! { <StagePanel stage/> })}
        {arrow}
    }
}

/// The picture on the bench with the square that the model sees.
fn thumbnail(info: &ModelInfo) -> impl IntoView + use<> {
    let specimen = Specimen::expect();
    let preprocessing = info.preprocessing.clone();
    let size = move || specimen.image().with(|image| (image.info.width, image.info.height));
    let frame = move || {
        let (width, height) = size();
        preprocessing.crop_box(width, height)
    };
    view! {
        <span class="stage-picture">
            <img src=live(move || specimen.image().get().url) alt="" width=live(move || size().0) height=live(move || size().1)/>
            <svg viewBox=live(move || format!("0 0 {} {}", size().0, size().1)) aria-hidden="true">
                {move || {
                    let frame = frame();
                    view! { <rect class="picture-crop" x=frame.left y=frame.top width=frame.width height=frame.height/> }
                }}
            </svg>
        </span>
    }
}

/// The marks of the backbone, with the words below them.
fn captioned(flow: &Flow) -> Vec<Mark> {
    let captions = flow.captions.iter().flat_map(|caption| {
        let words = text::flow_caption(caption.count, &caption.shape);
        CAPTION_LINES
            .into_iter()
            .zip(words)
            .map(|(line, words)| Mark::text("caption", Point { x: caption.x, y: line }, words))
    });
    flow.marks.iter().cloned().chain(captions).collect()
}

/// The most probable classes as bars.
fn answer(answer: &Answer) -> impl IntoView + use<> {
    let words = match answer {
        Answer::Ready(predictions) => {
            let rows = predictions.classes.iter().take(SHOWN_CLASSES);
            let rows = rows.map(|class| view! { <span class="class-row">{class_row(class)}</span> });
            return Either::Left(rows.collect::<Vec<_>>());
        }
        Answer::Waiting => shell::LOOKING,
        Answer::Failed(_error) => shell::NO_ANSWER,
    };
    Either::Right(view! { <span class="muted">{words}</span> })
}

/// Where to begin, while no stage is open.
fn invitation(view: View) -> impl IntoView {
    let open = move |event: leptos::ev::MouseEvent| {
        if is_plain_click(&event) {
            event.prevent_default();
            view.open_stage(Stage::Backbone);
        }
    };
    view! {
        <p class="invitation">
            <a class="button" href=live(move || view.get().with_stage(Some(Stage::Backbone)).to_query()) on:click=on(open)>
                {text::OPEN_BACKBONE}
            </a>
        </p>
    }
}
