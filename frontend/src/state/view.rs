//! Where the visitor is: model, open stage, chosen node and picture, all in the query of the address, so that a link
//! reopens the same view, Back works, and the server renders every view without a script.

use leptos::ev;
use leptos::prelude::*;
use shared::{ModelSlot, NodeId};
use wasm_bindgen::JsValue;

use super::lens::LensAddress;
use crate::drawing::stage::Stage;

/// How a browser's history takes a state, a title and an address.
type WriteHistory = fn(&web_sys::History, &JsValue, &str, Option<&str>) -> Result<(), JsValue>;

/// The picture that the address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A sample by its name.
    Sample(String),
    /// The visitor's own, which only the visitor's browser has; the address never carries it.
    Own,
}

/// The query value of [`Picture::Own`]. No sample may have this name.
const OWN: &str = "own";

/// Everything that the address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewState {
    /// The model whose diagram and tables are shown.
    pub model: ModelSlot,
    /// The open stage of the pipeline.
    pub stage: Option<Stage>,
    /// The chosen node of the model's graph.
    pub node: Option<NodeId>,
    /// The picture on the bench; `None` is the default sample.
    pub picture: Option<Picture>,
    /// The open lens, with all that is chosen in it.
    pub lens: Option<LensAddress>,
}

impl Default for ViewState {
    fn default() -> Self {
        Self { model: ModelSlot::Resnet, stage: None, node: None, picture: None, lens: None }
    }
}

impl ViewState {
    /// Reads a query, with or without its `?`. What it does not know it leaves at the default.
    pub fn from_query(query: &str) -> Self {
        let mut view = Self::default();
        for pair in query.trim_start_matches('?').split('&') {
            match pair.split_once('=') {
                Some(("model", value)) => view.model = value.parse().unwrap_or(view.model),
                Some(("stage", value)) => view.stage = Stage::from_name(value),
                Some(("node", value)) => view.node = is_plain(value).then(|| NodeId::new(value)),
                Some(("lens", value)) => view.lens = LensAddress::read(value),
                Some(("picture", OWN)) => view.picture = Some(Picture::Own),
                Some(("picture", value)) => {
                    view.picture = is_plain(value).then(|| Picture::Sample(value.to_owned()))
                }
                _ => {}
            }
        }
        view
    }

    /// The query, with its `?`: the reverse of [`Self::from_query`].
    pub fn to_query(&self) -> String {
        let mut query = format!("?model={}", self.model);
        if let Some(stage) = self.stage {
            query += &format!("&stage={}", stage.as_str());
        }
        if let Some(node) = &self.node {
            query += &format!("&node={node}");
        }
        match &self.picture {
            Some(Picture::Own) => query += &format!("&picture={OWN}"),
            Some(Picture::Sample(name)) => query += &format!("&picture={name}"),
            None => {}
        }
        if let Some(lens) = &self.lens {
            query += &format!("&lens={}", lens.as_str());
        }
        query
    }

    /// The same view of the other model; a node belongs to one model only.
    pub fn with_model(mut self, model: ModelSlot) -> Self {
        if self.model != model {
            self.node = None;
        }
        self.model = model;
        self
    }

    /// This view with a stage open, or with none.
    pub fn with_stage(mut self, stage: Option<Stage>) -> Self {
        self.stage = stage;
        self.node = self.node.filter(|_node| stage == Some(Stage::Backbone) || stage == Some(Stage::Head));
        self
    }

    /// This view with a node chosen, or with none.
    pub fn with_node(mut self, node: Option<NodeId>) -> Self {
        self.node = node;
        self
    }

    /// This view with a lens open, or with none.
    pub fn with_lens(mut self, lens: Option<LensAddress>) -> Self {
        self.lens = lens;
        self
    }

    /// This view with another picture.
    pub fn with_picture(mut self, picture: Option<Picture>) -> Self {
        self.picture = picture;
        self
    }
}

/// Node ids and sample names need no escaping in a query; anything else is none of ours.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Context: the view and the ways to change it. Each change is a step of the browser's history.
#[derive(Clone, Copy, Debug)]
pub struct View(RwSignal<ViewState>);

impl View {
    /// Starts from what the address says.
    pub fn new(state: ViewState) -> Self {
        Self(RwSignal::new(state))
    }

    /// The view of this page.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// The whole view; reactive. Prefer [`Self::model`], [`Self::stage`] and [`Self::node`], which change less often.
    pub fn get(self) -> ViewState {
        self.0.get()
    }

    /// The whole view, without following it.
    pub fn get_untracked(self) -> ViewState {
        self.0.get_untracked()
    }

    /// The chosen model.
    pub fn model(self) -> Memo<ModelSlot> {
        Memo::new(move |_previous| self.0.with(|view| view.model))
    }

    /// The open stage.
    pub fn stage(self) -> Memo<Option<Stage>> {
        Memo::new(move |_previous| self.0.with(|view| view.stage))
    }

    /// The chosen node.
    pub fn node(self) -> Memo<Option<NodeId>> {
        Memo::new(move |_previous| self.0.with(|view| view.node.clone()))
    }

    /// The open lens.
    pub fn lens(self) -> Memo<Option<LensAddress>> {
        Memo::new(move |_previous| self.0.with(|view| view.lens.clone()))
    }

    /// Shows the other model, or the same.
    pub fn set_model(self, model: ModelSlot) {
        self.go(self.get_untracked().with_model(model));
    }

    /// Opens a stage.
    pub fn open_stage(self, stage: Stage) {
        self.go(self.get_untracked().with_stage(Some(stage)));
    }

    /// Closes the open stage.
    pub fn close_stage(self) {
        self.go(self.get_untracked().with_stage(None));
    }

    /// Chooses a node, or none.
    pub fn select_node(self, node: Option<NodeId>) {
        self.go(self.get_untracked().with_node(node));
    }

    /// Names the picture in the address. The picture itself is the specimen's to change.
    pub fn set_picture(self, picture: Option<Picture>) {
        self.go(self.get_untracked().with_picture(picture));
    }

    /// Opens a lens, or closes the open one.
    pub fn open_lens(self, lens: Option<LensAddress>) {
        self.go(self.get_untracked().with_lens(lens));
    }

    /// Chooses something in the open lens. The address follows without a step of the history: a slider would fill it.
    pub fn adjust_lens(self, lens: LensAddress) {
        self.change(self.get_untracked().with_lens(Some(lens)), web_sys::History::replace_state_with_url);
    }

    /// Goes to any view.
    pub fn go(self, state: ViewState) {
        self.change(state, web_sys::History::push_state_with_url);
    }

    fn change(self, state: ViewState, write: WriteHistory) {
        if state == self.get_untracked() {
            return;
        }
        let query = state.to_query();
        if let Ok(history) = window().history() {
            // A browser refuses more than some hundred changes a minute; the page goes on without the address then.
            _ = write(&history, &JsValue::NULL, "", Some(&query));
        }
        self.0.set(state);
    }

    /// Follows Back and Forward from now on, and tells of each step. Browser only.
    pub fn follow_history(self, stepped: impl Fn(&ViewState) + 'static) {
        _ = window_event_listener(ev::popstate, move |_event| {
            let query = window().location().search().unwrap_or_default();
            let state = ViewState::from_query(&query);
            stepped(&state);
            self.0.set(state);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_survives_its_address() {
        let views = [
            ViewState::default(),
            ViewState { model: ModelSlot::Vit, ..ViewState::default() },
            ViewState { stage: Some(Stage::RawData), ..ViewState::default() },
            ViewState {
                model: ModelSlot::Vit,
                stage: Some(Stage::Backbone),
                node: Some(NodeId::new("encoder.3.attention_weights")),
                picture: Some(Picture::Sample("coffee".to_owned())),
                lens: LensAddress::read("attention,block:3,node:encoder.3"),
            },
            ViewState { picture: Some(Picture::Own), ..ViewState::default() },
        ];
        for view in views {
            assert_eq!(ViewState::from_query(&view.to_query()), view, "{}", view.to_query());
        }
    }

    #[test]
    fn what_an_address_gets_wrong_is_left_at_the_default() {
        for query in [
            "",
            "?",
            "?model=alexnet",
            "?stage=nowhere&x=y",
            "?node=<script>",
            "?picture=%2e%2e",
            "?lens=<script>",
            "?lens=,",
            "?=&&model",
        ] {
            assert_eq!(ViewState::from_query(query), ViewState::default(), "{query}");
        }
    }

    #[test]
    fn a_node_stays_with_its_model_and_its_stage() {
        let view = ViewState::from_query("?model=vit&stage=backbone&node=encoder.3");
        assert_eq!(view.clone().with_model(ModelSlot::Vit).node, view.node);
        assert_eq!(view.clone().with_model(ModelSlot::Resnet).node, None);
        assert_eq!(view.with_stage(Some(Stage::RawData)).node, None);
    }
}
