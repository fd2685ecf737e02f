//! A run that is being described: what stands in the fields, and the request that it makes, or what is wrong with it.

mod numbers;

use shared::ModelSlot;
use shared::training::{
    ClassWeights, FeatureScaling, FineTuning, HeadRecipe, Method, Optimizer, PhotoChoice, RunRequest,
    Schedule,
};

use crate::i18n::text::training::recipe as text;
pub use numbers::{NumberField, fields};

/// How the head is fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MethodChoice {
    /// AdamW.
    #[default]
    AdamW,
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Ridge regression.
    Ridge,
}

impl MethodChoice {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::AdamW, Self::Sgd, Self::Ridge];

    /// Whether it goes step by step.
    pub fn has_steps(self) -> bool {
        self != Self::Ridge
    }
}

/// What stands in the fields. Numbers are kept as they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Whether a run on the features of each backbone is asked for, the CNN first.
    pub backbones: [bool; 2],
    /// Id of the data set of the test photos; a part of the same one where `None`.
    pub test_dataset: Option<String>,
    /// How the head is fitted.
    pub method: MethodChoice,
    /// Whether features are brought to mean 0 and deviation 1.
    pub is_standardised: bool,
    /// Whether all classes count alike.
    pub is_balanced: bool,
    /// Whether the last stage or block is trained too.
    pub is_fine_tuned: bool,
    /// In percent.
    pub validation_percent: String,
    /// In percent.
    pub test_percent: String,
    /// What photos are divided and shuffled with.
    pub seed: String,
    /// At the first step.
    pub learning_rate: String,
    /// Passes over the training photos.
    pub epochs: String,
    /// Photos of a step.
    pub batch_size: String,
    /// Of the weights.
    pub weight_decay: String,
    /// In 0..1.
    pub label_smoothing: String,
    /// Epochs; none: empty.
    pub patience: String,
    /// Of the ridge; the best of a few: empty.
    pub penalty: String,
    /// Of fine-tuning.
    pub tuning_epochs: String,
    /// Of fine-tuning.
    pub tuning_learning_rate: String,
}

impl Default for Draft {
    fn default() -> Self {
        let (schedule, tuning) = (Schedule::default(), FineTuning::default());
        let photos = 15.0_f64;
        Self {
            backbones: [true, true],
            test_dataset: None,
            method: MethodChoice::default(),
            is_standardised: true,
            is_balanced: false,
            is_fine_tuned: false,
            validation_percent: photos.to_string(),
            test_percent: photos.to_string(),
            seed: "0".to_owned(),
            learning_rate: schedule.learning_rate.to_string(),
            epochs: schedule.epochs.to_string(),
            batch_size: schedule.batch_size.to_string(),
            weight_decay: schedule.weight_decay.to_string(),
            label_smoothing: schedule.label_smoothing.to_string(),
            patience: schedule.patience.map(|patience| patience.to_string()).unwrap_or_default(),
            penalty: String::new(),
            tuning_epochs: tuning.epochs.to_string(),
            tuning_learning_rate: tuning.learning_rate.to_string(),
        }
    }
}

impl Draft {
    /// The usual numbers of a method, in place of those of another.
    pub fn choose(&mut self, method: MethodChoice) {
        self.method = method;
        let schedule = Schedule::default();
        (self.learning_rate, self.weight_decay) = match method {
            MethodChoice::Sgd => ("0.01".to_owned(), "0.001".to_owned()),
            MethodChoice::AdamW | MethodChoice::Ridge => {
                (schedule.learning_rate.to_string(), schedule.weight_decay.to_string())
            }
        };
    }

    /// The requests that this describes, the CNN's first.
    ///
    /// # Errors
    /// What is missing, or the first field that cannot be used, in words.
    pub fn requests(&self, dataset: Option<&str>) -> Result<Vec<RunRequest>, String> {
        let photos = self.photos(dataset)?;
        let recipe = self.recipe()?;
        let fine_tuning = if self.is_fine_tuned { Some(self.fine_tuning()?) } else { None };
        let chosen = ModelSlot::ALL.into_iter().zip(self.backbones).filter(|(_slot, is_chosen)| *is_chosen);
        let requests: Vec<_> = chosen
            .map(|(backbone, _is_chosen)| RunRequest::Head {
                photos: photos.clone(),
                backbone,
                recipe: recipe.clone(),
                fine_tuning,
            })
            .collect();
        if requests.is_empty() { Err(text::NO_BACKBONE.to_owned()) } else { Ok(requests) }
    }

    /// The photos and how they are divided.
    ///
    /// # Errors
    /// As [`Self::requests`].
    pub fn photos(&self, dataset: Option<&str>) -> Result<PhotoChoice, String> {
        let dataset = dataset.ok_or_else(|| text::NO_DATASET.to_owned())?.to_owned();
        let validation_percent = fields::VALIDATION.read(self)?;
        let test_percent = fields::TEST.read(self)?;
        let is_test_apart = self.test_dataset.is_some();
        if !is_test_apart && validation_percent + test_percent >= 95.0 {
            return Err(text::SHARES_TOO_LARGE.to_owned());
        }
        Ok(PhotoChoice {
            dataset,
            test_dataset: self.test_dataset.clone(),
            seed: fields::SEED.read(self)? as u64,
            validation_percent,
            test_percent,
        })
    }

    /// How heads are made.
    ///
    /// # Errors
    /// As [`Self::requests`].
    pub fn recipe(&self) -> Result<HeadRecipe, String> {
        let scaling = if self.is_standardised { FeatureScaling::Standardised } else { FeatureScaling::Raw };
        let method = match self.method {
            MethodChoice::Ridge => Method::Ridge { penalty: fields::PENALTY.read_optional(self)? },
            MethodChoice::AdamW => Method::Gradient(self.schedule(Optimizer::ADAM_W)?),
            MethodChoice::Sgd => Method::Gradient(self.schedule(Optimizer::SGD)?),
        };
        Ok(HeadRecipe { scaling, method, seed: fields::SEED.read(self)? as u64 })
    }

    fn schedule(&self, optimizer: Optimizer) -> Result<Schedule, String> {
        Ok(Schedule {
            optimizer,
            learning_rate: fields::LEARNING_RATE.read(self)?,
            epochs: fields::EPOCHS.read(self)? as u64,
            batch_size: fields::BATCH_SIZE.read(self)? as usize,
            weight_decay: fields::WEIGHT_DECAY.read(self)?,
            label_smoothing: fields::LABEL_SMOOTHING.read(self)?,
            class_weights: if self.is_balanced { ClassWeights::Balanced } else { ClassWeights::Uniform },
            patience: fields::PATIENCE.read_optional(self)?.map(|patience| patience as u64),
        })
    }

    fn fine_tuning(&self) -> Result<FineTuning, String> {
        Ok(FineTuning {
            epochs: fields::TUNING_EPOCHS.read(self)? as u64,
            learning_rate: fields::TUNING_LEARNING_RATE.read(self)?,
            ..FineTuning::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_untouched_draft_asks_for_the_usual_recipe_on_both_backbones() {
        let requests = Draft::default().requests(Some("pets")).expect("the defaults can be used");
        let [first, second] = requests.as_slice() else { panic!("{requests:?}") };
        let RunRequest::Head { photos, backbone, recipe, fine_tuning } = first else { panic!("{first:?}") };
        assert_eq!((photos.dataset.as_str(), photos.seed, photos.validation_percent), ("pets", 0, 15.0));
        assert_eq!((backbone, recipe, fine_tuning), (&ModelSlot::Resnet, &HeadRecipe::default(), &None));
        assert!(matches!(second, RunRequest::Head { backbone: ModelSlot::Vit, .. }));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        type Change = fn(&mut Draft);
        let with = |change: Change| {
            let mut draft = Draft::default();
            change(&mut draft);
            draft.requests(Some("pets"))
        };
        let cases: [(Change, &str); 7] = [
            (|draft| draft.epochs = "many".to_owned(), fields::EPOCHS.name),
            (|draft| draft.epochs = "2.5".to_owned(), fields::EPOCHS.name),
            (|draft| draft.learning_rate = "-1".to_owned(), fields::LEARNING_RATE.name),
            (|draft| draft.label_smoothing = "NaN".to_owned(), fields::LABEL_SMOOTHING.name),
            (|draft| draft.seed = String::new(), fields::SEED.name),
            (|draft| draft.backbones = [false, false], "backbone"),
            (|draft| draft.test_percent = "85".to_owned(), "leave"),
        ];
        for (change, expected) in cases {
            let message = with(change).expect_err(expected);
            assert!(message.contains(expected), "{message} does not name {expected}");
        }
        assert!(Draft::default().requests(None).is_err(), "there is no data set");
        let apart = Draft {
            test_dataset: Some("other".to_owned()),
            test_percent: "85".to_owned(),
            ..Draft::default()
        };
        assert!(apart.requests(Some("pets")).is_ok(), "the share is passed over");
    }

    #[test]
    fn methods_bring_their_own_numbers() {
        let mut draft = Draft::default();
        draft.choose(MethodChoice::Sgd);
        let Ok(HeadRecipe { method: Method::Gradient(schedule), .. }) = draft.recipe() else {
            panic!("{draft:?}")
        };
        assert_eq!((schedule.optimizer, schedule.learning_rate), (Optimizer::SGD, 0.01));
        draft.choose(MethodChoice::Ridge);
        assert_eq!(draft.recipe().map(|recipe| recipe.method), Ok(Method::Ridge { penalty: None }));
        draft.penalty = "10".to_owned();
        assert_eq!(draft.recipe().map(|recipe| recipe.method), Ok(Method::Ridge { penalty: Some(10.0) }));
        draft.patience = String::new();
        draft.choose(MethodChoice::AdamW);
        let Ok(HeadRecipe { method: Method::Gradient(schedule), .. }) = draft.recipe() else {
            panic!("{draft:?}")
        };
        assert_eq!(schedule.patience, None, "an empty patience never ends a run");
    }
}
