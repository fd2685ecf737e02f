//! The picture on the bench and what both models answer. The page opens with a sample that the server has already put
//! through both; a visitor's own picture is shown from the visitor's disk at once and sent by content, never by address.

mod jobs;
mod own;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ApiError, ErrorCode, ImageInfo, ModelSlot, PageState, Predictions, Sample, route};
use web_sys::{AbortSignal, File, Url};

use super::view::{Picture, View};
use crate::api;

/// A picture that the server knows.
#[derive(Clone, Debug, PartialEq)]
pub struct SpecimenImage {
    /// What the server says of it.
    pub info: ImageInfo,
    /// Where an `<img>` finds it: a path of a sample, or a local address of the visitor's own file.
    pub url: String,
    /// Name of the sample, or `None` for the visitor's own picture.
    pub sample: Option<String>,
    /// What is to be seen, in words, or the file's name.
    pub description: String,
}

/// A model's answer to the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Asked, not yet answered.
    Waiting,
    /// All classes, ranked.
    Ready(Predictions),
    /// Why there is none.
    Failed(ApiError),
}

/// A picture on its way to the server, already visible from the local file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arriving {
    /// The local address.
    pub url: String,
    /// The file's name.
    pub name: String,
    /// The file's size.
    pub size_bytes: u64,
}

/// Something to tell the visitor about the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The picture cannot be used; the one before is back.
    Refused {
        /// The file's name.
        name: String,
        /// Why.
        error: ApiError,
    },
    /// The picture could not be sent now; it is kept and can be sent again.
    NotSent {
        /// The file's name.
        name: String,
        /// Why.
        error: ApiError,
    },
    /// The address asks for a picture that only another browser has.
    OwnPictureElsewhere,
}

/// Context: the picture on the bench.
#[derive(Clone, Copy, Debug)]
pub struct Specimen {
    view: View,
    image: RwSignal<SpecimenImage>,
    answers: [RwSignal<Answer>; 2],
    arriving: RwSignal<Option<Arriving>>,
    notice: RwSignal<Option<Notice>>,
    samples: StoredValue<Vec<Sample>>,
    max_upload_bytes: u64,
}

impl Specimen {
    /// Starts with the sample that the server has analysed.
    pub fn new(page: &PageState, view: View) -> Self {
        let specimen = &page.specimen;
        let sample = page.samples.iter().find(|sample| sample.name == specimen.sample);
        let image = SpecimenImage {
            info: specimen.image.clone(),
            url: sample.map(|sample| sample.path.clone()).unwrap_or_default(),
            sample: Some(specimen.sample.clone()),
            description: sample.map(|sample| sample.description.clone()).unwrap_or_default(),
        };
        Self {
            view,
            image: RwSignal::new(image),
            answers: [&specimen.resnet, &specimen.vit]
                .map(|answer| RwSignal::new(Answer::Ready(answer.clone()))),
            arriving: RwSignal::new(None),
            notice: RwSignal::new(None),
            samples: StoredValue::new(page.samples.clone()),
            max_upload_bytes: page.max_upload_bytes,
        }
    }

    /// The specimen of this page.
    pub fn expect() -> Self {
        expect_context::<Self>()
    }

    /// The picture on the bench, known to the server.
    pub fn image(self) -> ReadSignal<SpecimenImage> {
        self.image.read_only()
    }

    /// What a model answers to it.
    pub fn answer(self, model: ModelSlot) -> ReadSignal<Answer> {
        self.answer_of(model).read_only()
    }

    /// A picture that is being sent, to be shown in place of the one on the bench.
    pub fn arriving(self) -> ReadSignal<Option<Arriving>> {
        self.arriving.read_only()
    }

    /// What to tell the visitor, if anything.
    pub fn notice(self) -> ReadSignal<Option<Notice>> {
        self.notice.read_only()
    }

    /// The photos that ship with the explorer.
    pub fn samples(self) -> Vec<Sample> {
        self.samples.get_value()
    }

    /// The sample of a name.
    pub fn sample(self, name: &str) -> Option<Sample> {
        self.samples.with_value(|samples| samples.iter().find(|sample| sample.name == name).cloned())
    }

    /// Largest file that the server takes.
    pub fn max_upload_bytes(self) -> u64 {
        self.max_upload_bytes
    }

    /// Closes the notice. A picture that was not sent goes with it.
    pub fn dismiss(self) {
        self.cancel();
        self.notice.set(None);
    }

    /// Shows a sample, and says so in the address.
    pub fn choose_sample(self, name: &str) {
        let is_default =
            self.samples.with_value(|samples| samples.first().is_some_and(|first| first.name == name));
        self.view.set_picture((!is_default).then(|| Picture::Sample(name.to_owned())));
        self.show_sample(Some(name));
    }

    /// Puts the visitor's own picture on the bench: shown at once, then sent and analysed.
    pub fn upload(self, file: File) {
        let name = file.name();
        if file.size() > self.max_upload_bytes as f64 {
            let message = crate::i18n::text::shell::file_too_large(file.size() as u64, self.max_upload_bytes);
            let error = ApiError { code: ErrorCode::ImageTooLarge, message };
            self.notice.set(Some(Notice::Refused { name, error }));
            return;
        }
        let cancel = jobs::start(Some(file.clone()));
        let Ok(url) = Url::create_object_url_with_blob(&file) else { return };
        self.drop_arriving();
        self.notice.set(None);
        self.arriving.set(Some(Arriving { url, name, size_bytes: file.size() as u64 }));
        spawn_local(own::send(self, file, cancel));
    }

    /// Sends the picture again that could not be sent.
    pub fn retry(self) {
        if let Some(file) = jobs::file() {
            self.upload(file);
        }
    }

    /// Gives up the picture that is being sent; the one before stays.
    pub fn cancel(self) {
        if self.arriving.with_untracked(Option::is_some) {
            jobs::cancel();
            self.drop_arriving();
        }
    }

    /// Asks a model again after a failure.
    pub fn ask_again(self, model: ModelSlot) {
        self.ask(model, jobs::start(None));
    }

    /// The browser cannot show the file itself (TIFF, mostly): the server's reading of it is shown instead.
    pub fn cannot_display(self) {
        let is_local = self.image.with_untracked(|image| image.url.starts_with("blob:"));
        if is_local && self.arriving.with_untracked(Option::is_none) {
            self.image.update(|image| {
                let step = route::PreprocessingStep::Resized;
                image.url = route::preprocessed(&image.info.image_id, ModelSlot::Resnet, step);
            });
        }
    }

    /// Takes over in the browser: the picture of the address may be one that only this browser has.
    pub fn start(self) {
        self.samples.with_value(|samples| {
            samples.iter().for_each(|sample| api::remember_sample(&sample.image.image_id, &sample.path));
        });
        if self.view.get_untracked().picture == Some(Picture::Own) {
            self.show(Some(&Picture::Own));
        }
    }

    /// Shows the picture that an address asks for, as after Back.
    pub fn show(self, picture: Option<&Picture>) {
        match picture {
            None => self.show_sample(None),
            Some(Picture::Sample(name)) => self.show_sample(Some(name)),
            Some(Picture::Own) if self.image.with_untracked(|image| image.sample.is_none()) => {}
            Some(Picture::Own) => spawn_local(async move {
                match own::load().await {
                    Some(file) => self.upload(file),
                    None => self.notice.set(Some(Notice::OwnPictureElsewhere)),
                }
            }),
        }
    }

    fn show_sample(self, name: Option<&str>) {
        let found = self.samples.with_value(|samples| {
            samples.iter().find(|sample| name.is_none_or(|name| sample.name == name)).cloned()
        });
        let Some(sample) = found else { return };
        if self.image.with_untracked(|image| image.sample.as_deref() == Some(sample.name.as_str())) {
            return;
        }
        let cancel = jobs::start(None);
        self.drop_arriving();
        self.notice.set(None);
        self.put_on_bench(
            SpecimenImage {
                info: sample.image,
                url: sample.path,
                sample: Some(sample.name),
                description: sample.description,
            },
            &cancel,
        );
    }

    fn put_on_bench(self, image: SpecimenImage, cancel: &AbortSignal) {
        let before = self.image.get_untracked().url;
        if before.starts_with("blob:") && before != image.url {
            _ = Url::revoke_object_url(&before);
        }
        self.image.set(image);
        for model in ModelSlot::ALL {
            self.ask(model, cancel.clone());
        }
    }

    fn ask(self, model: ModelSlot, cancel: AbortSignal) {
        let answer = self.answer_of(model);
        answer.set(Answer::Waiting);
        let image_id = self.image.with_untracked(|image| image.info.image_id.clone());
        spawn_local(async move {
            let result = api::predictions(&image_id, model, Some(&cancel)).await;
            // By now another picture may lie on the bench; its own question is on its way.
            if self.image.with_untracked(|image| image.info.image_id == image_id)
                && !api::is_cancelled(&cancel)
            {
                answer.set(result.map_or_else(Answer::Failed, Answer::Ready));
            }
        });
    }

    fn drop_arriving(self) {
        if let Some(arriving) = self.arriving.get_untracked() {
            _ = Url::revoke_object_url(&arriving.url);
            self.arriving.set(None);
        }
    }

    fn answer_of(self, model: ModelSlot) -> RwSignal<Answer> {
        match model {
            ModelSlot::Resnet => self.answers[0],
            ModelSlot::Vit => self.answers[1],
        }
    }
}
