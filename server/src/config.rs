//! Every option of the program: on the command line or in the environment, documented in `--help`. Names carry their units.

mod locations;
mod models;
mod training;

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser};
use thiserror::Error;

use crate::cache::CacheLimits;
use crate::command::Command;
use crate::device::DeviceChoice;
use crate::http::HttpOptions;
use crate::images::ImageLimits;
use crate::inference::InferenceLimits;
use crate::models::preprocess::DecodeLimits;
use crate::telemetry::LogFormat;

pub use locations::{LocationError, cache_folder, find_assets, find_site};
pub use models::ModelOptions;
pub use training::{TrainingOptions, TrainingOptionsError};

const BYTES_PER_MB: u64 = 1_000_000;
const PIXELS_PER_MEGAPIXEL: u64 = 1_000_000;

/// More than both models' inputs of a picture take, at any size that the families are trained at.
const MODEL_INPUTS_MB: u64 = 12;

/// Options that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// A picture could be taken in and not be held.
    #[error(
        "--image-cache-mb {given_mb} has no room for the largest upload and the models' inputs: it takes {needed_mb}"
    )]
    ImageCacheTooSmall {
        /// The option.
        given_mb: u64,
        /// The least that goes with the other options.
        needed_mb: u64,
    },
}

/// What `--help` ends with.
const PRESETS: &str = "\
Sources of weights:
  demo                                  the small demo weights that ship with the explorer (default)
  PATH                                  a .safetensors, .gguf or .pth file, or a folder with one and its config.json
  hf:OWNER/NAME[@REVISION][/FILE]       downloaded from the Hugging Face hub once, then read from its cache

Well-known ones:
  --resnet hf:timm/resnet50.a1_in1k                            ResNet-50, ImageNet-1k, 1000 classes
  --vit hf:timm/vit_base_patch16_224.augreg2_in21k_ft_in1k     ViT-B/16, ImageNet-21k then 1k, 1000 classes
  --vit hf:google/vit-base-patch16-224                         ViT-B/16, ImageNet-21k then 1k, mean = std = 0.5
  --resnet resnet50.pth --vit vit_b_16.pth                     your own of torchvision, saved with
                                                               torch.save(model.state_dict(), PATH); a head with
                                                               257 outputs gets the Caltech-256 names

Examples:
  backbone-explorer
  backbone-explorer --listen 0.0.0.0:8080 --frame-ancestors \"'self' https://example.org\"
  backbone-explorer --device cuda:0,cuda:1 --vit hf:google/vit-base-patch16-224
  backbone-explorer train-head --dataset PATH --backbone vit --out head.safetensors
  backbone-explorer --vit-head head.safetensors";

/// Looks inside a ResNet and a Vision Transformer: serves the page, its API and its files.
#[derive(Clone, Debug, Parser)]
#[command(name = "backbone-explorer", version, after_long_help = PRESETS, args_conflicts_with_subcommands = true)]
pub struct Config {
    /// What is done in place of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Address and port to listen on.
    #[arg(long, env = "EXPLORER_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Where the models run: auto, cpu, cuda:N, or several as cuda:N,cuda:M. Auto takes the first CUDA device if the program was
    /// built with CUDA and there is one. Each of several devices holds both models.
    #[arg(long, env = "EXPLORER_DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
    /// Threads that the CPU computes with [default: one for each physical core that this process may use].
    #[arg(long, env = "EXPLORER_THREADS", value_name = "COUNT")]
    pub threads: Option<NonZeroUsize>,
    /// Weights, labels, preprocessing.
    #[command(flatten)]
    pub models: ModelOptions,
    /// Folder with photos and demo weights [default: `assets` beside the program, or in a folder above it or above the working
    /// directory].
    #[arg(long, env = "EXPLORER_ASSETS", value_name = "FOLDER")]
    pub assets: Option<PathBuf>,
    /// File with the similarity of the models' layers as `cargo xtask cka` writes it [default: the one below `cka` in the assets that
    /// was measured with the models that are loaded, if there is one].
    #[arg(long, env = "EXPLORER_CKA", value_name = "FILE")]
    pub cka: Option<PathBuf>,
    /// Folder with the built page [default: `site` beside the program, or `target/site` in a folder above it or above the working
    /// directory].
    #[arg(long, env = "EXPLORER_SITE", value_name = "FOLDER")]
    pub site: Option<PathBuf>,
    /// What a request may cost.
    #[command(flatten)]
    pub limits: LimitOptions,
    /// What may be trained, by whom, and what that may take.
    #[command(flatten)]
    pub training: TrainingOptions,
    /// Who may show the page in a frame, as the security policy's frame-ancestors: 'none', 'self', or addresses.
    #[arg(long, env = "EXPLORER_FRAME_ANCESTORS", default_value = "'none'", value_name = "SOURCES")]
    pub frame_ancestors: String,
    /// How log lines are written, to standard error.
    #[arg(long, env = "EXPLORER_LOG_FORMAT", value_enum, default_value = "text", value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// What is logged: a level (error, warn, info, debug, trace) or a list such as info,server=debug.
    #[arg(long, env = "EXPLORER_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}

/// What a request may cost.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// Largest upload.
    #[arg(long, env = "EXPLORER_MAX_UPLOAD_MB", default_value = "20", value_name = "MB")]
    pub max_upload_mb: NonZeroU64,
    /// Memory of all uploads that are being received; who comes on top is asked to try again.
    #[arg(long, env = "EXPLORER_UPLOADS_MEMORY_MB", default_value = "256", value_name = "MB")]
    pub uploads_memory_mb: NonZeroU64,
    /// Largest picture.
    #[arg(long, env = "EXPLORER_MAX_MEGAPIXELS", default_value = "50", value_name = "MEGAPIXELS")]
    pub max_megapixels: NonZeroU64,
    /// Memory that decoding one picture may take.
    #[arg(long, env = "EXPLORER_DECODER_MEMORY_MB", default_value = "512", value_name = "MB")]
    pub decoder_memory_mb: NonZeroU64,
    /// Pictures decoded at the same time; each may take the decoder's memory.
    #[arg(long, env = "EXPLORER_DECODERS", default_value = "2", value_name = "COUNT")]
    pub decoders: NonZeroUsize,
    /// Memory of the pictures that are held.
    #[arg(long, env = "EXPLORER_IMAGE_CACHE_MB", default_value = "256", value_name = "MB")]
    pub image_cache_mb: NonZeroU64,
    /// Memory of the models' answers that are held.
    #[arg(long, env = "EXPLORER_ACTIVATION_CACHE_MB", default_value = "256", value_name = "MB")]
    pub activation_cache_mb: u64,
    /// How long pictures and answers are held after they were last asked for.
    #[arg(long, env = "EXPLORER_CACHE_MINUTES", default_value = "60", value_name = "MINUTES")]
    pub cache_minutes: NonZeroU32,
    /// Questions that may wait for a model; who comes on top is asked to try again.
    #[arg(long, env = "EXPLORER_QUEUE_LENGTH", default_value = "64", value_name = "COUNT")]
    pub queue_length: NonZeroUsize,
    /// Pictures that one forward pass takes, of those that wait already.
    #[arg(long, env = "EXPLORER_BATCH_SIZE", default_value = "8", value_name = "COUNT")]
    pub batch_size: NonZeroUsize,
    /// How long a request may take.
    #[arg(long, env = "EXPLORER_REQUEST_TIMEOUT_SECONDS", default_value = "30", value_name = "SECONDS")]
    pub request_timeout_seconds: NonZeroU32,
}

impl Config {
    /// Whether the options go together.
    ///
    /// # Errors
    /// Names the options that do not.
    pub fn check(&self) -> Result<(), ConfigError> {
        let limits = &self.limits;
        let needed_mb = limits.max_upload_mb.get().saturating_add(MODEL_INPUTS_MB);
        if limits.image_cache_mb.get() < needed_mb {
            let given_mb = limits.image_cache_mb.get();
            return Err(ConfigError::ImageCacheTooSmall { given_mb, needed_mb });
        }
        Ok(())
    }

    /// What the router needs to know.
    pub fn http_options(&self) -> HttpOptions {
        HttpOptions {
            max_upload_bytes: self.limits.max_upload_bytes(),
            uploads_memory_bytes: bytes(self.limits.uploads_memory_mb.get()),
            request_timeout: self.limits.request_timeout(),
            frame_ancestors: self.frame_ancestors.clone(),
        }
    }
}

impl LimitOptions {
    /// Largest upload.
    pub fn max_upload_bytes(&self) -> u64 {
        bytes(self.max_upload_mb.get())
    }

    /// How long a request may take.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds.get().into())
    }

    /// What pictures may cost.
    pub fn images(&self) -> ImageLimits {
        ImageLimits {
            decode: DecodeLimits {
                max_pixels: self.max_megapixels.get().saturating_mul(PIXELS_PER_MEGAPIXEL),
                max_memory_bytes: bytes(self.decoder_memory_mb.get()),
            },
            cache: self.cache(bytes(self.image_cache_mb.get())),
            num_decoders: self.decoders.get(),
        }
    }

    /// What the models may cost.
    pub fn inference(&self) -> InferenceLimits {
        InferenceLimits {
            queue_length: self.queue_length.get(),
            batch_size: self.batch_size.get(),
            cache: self.cache(bytes(self.activation_cache_mb)),
        }
    }

    fn cache(&self, max_bytes: u64) -> CacheLimits {
        CacheLimits { max_bytes, idle_time: Duration::from_secs(60 * u64::from(self.cache_minutes.get())) }
    }
}

fn bytes(megabytes: u64) -> u64 {
    megabytes.saturating_mul(BYTES_PER_MB)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use shared::ModelSlot;

    use super::*;

    #[test]
    fn the_options_hold_together() {
        Config::command().debug_assert();
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        let config = Config::try_parse_from(["backbone-explorer"]).expect("no option is required");
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(
            config.limits.images().decode,
            DecodeLimits { max_pixels: 50_000_000, max_memory_bytes: 512_000_000 }
        );
        assert_eq!(config.http_options().max_upload_bytes, 20_000_000);
        let request = config.models.request(ModelSlot::Vit, PathBuf::new());
        assert_eq!((request.slot, request.source.as_str()), (ModelSlot::Vit, "demo"));
    }

    #[test]
    fn commands_stand_beside_the_server() {
        let parse = |arguments: &str| {
            Config::try_parse_from(format!("backbone-explorer {arguments}").split_whitespace())
        };
        assert!(parse("--listen 0.0.0.0:80").expect("the server").command.is_none());
        for (arguments, is_command) in [
            ("train-head --dataset a --backbone vit --vit hf:b/c --method ridge", true),
            ("evaluate --dataset a --head b", true),
            ("data-efficiency --dataset a --counts 1,2", true),
            ("train-head --dataset a", false),
            ("train-head --dataset a --backbone vit --epochs 0", false),
            ("--listen 0.0.0.0:80 evaluate --dataset a --head b", false),
            ("train", false),
        ] {
            let command = parse(arguments).ok().and_then(|config| config.command);
            assert_eq!(command.is_some(), is_command, "{arguments}");
        }
    }

    #[test]
    fn each_slot_gets_its_own_options() {
        let arguments = "backbone-explorer --resnet a.pth --vit hf:b/c --resnet-labels d --vit-labels e \
                         --vit-preprocessing f --resnet-head g";
        let config = Config::try_parse_from(arguments.split(' ')).expect("valid options");
        let [resnet, vit] = ModelSlot::ALL.map(|slot| config.models.request(slot, "assets".into()));
        assert_eq!(
            (resnet.source.as_str(), resnet.labels, resnet.preprocessing, resnet.head),
            ("a.pth", Some("d".into()), None, Some("g".into()))
        );
        assert_eq!(
            (vit.source.as_str(), vit.labels, vit.preprocessing, vit.head),
            ("hf:b/c", Some("e".into()), Some("f".into()), None)
        );
    }

    #[test]
    fn every_option_is_documented_and_has_a_variable() {
        for argument in Config::command().get_arguments().filter(|argument| argument.get_long().is_some()) {
            let name = argument.get_long().expect("filtered");
            if ["help", "version"].contains(&name) {
                continue;
            }
            assert!(argument.get_help().is_some(), "--{name} says what it is for");
            assert!(argument.get_env().is_some(), "--{name} can be set in the environment");
        }
        let help = Config::command().render_long_help().to_string();
        for preset in [
            "timm/resnet50.a1_in1k",
            "timm/vit_base_patch16_224.augreg2_in21k_ft_in1k",
            "google/vit-base-patch16-224",
            "257",
        ] {
            assert!(help.contains(preset), "{preset}");
        }
    }

    #[test]
    fn an_upload_that_cannot_be_held_is_not_allowed() {
        let check = |arguments: &str| {
            let config = Config::try_parse_from(format!("backbone-explorer {arguments}").split_whitespace());
            config.expect("valid options").check()
        };
        assert_eq!(check(""), Ok(()));
        let error = check("--max-upload-mb 100 --image-cache-mb 100").expect_err("no room");
        assert_eq!(error, ConfigError::ImageCacheTooSmall { given_mb: 100, needed_mb: 112 });
        assert_eq!(check("--max-upload-mb 100 --image-cache-mb 112"), Ok(()));
    }

    #[test]
    fn nonsense_is_refused() {
        for arguments in [
            "--listen here",
            "--max-upload-mb 0",
            "--device gpu",
            "--threads 0",
            "--queue-length -1",
            "--precision f64",
        ] {
            let arguments = ["backbone-explorer"].into_iter().chain(arguments.split(' '));
            assert!(
                Config::try_parse_from(arguments.clone()).is_err(),
                "{:?}",
                arguments.collect::<Vec<_>>()
            );
        }
    }
}
