//! The `backbone-explorer` binary: reads the options and does what a command says; without one it listens at once, loads the models on
//! a thread beside, and stops without dropping what it has accepted.

use std::future::pending;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use server::comparison::measured;
use server::config::{self, Config};
use server::device::{self, NamedDevice};
use server::http::assets::Site;
use server::http::serving::{Patience, serve_until};
use server::http::{Explorer, Loaded, build_router, write_front_page};
use server::inference::{DeviceModels, Inference};
use server::models::preprocess::DecodeLimits;
use server::models::registry::{self, LoadedModel};
use server::runs::Training;
use server::samples;
use server::telemetry::{self, Metrics};
use shared::{CkaMatrix, ModelSlot};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How often pictures are looked through for those that nobody asked for in time.
const IDLE_CHECK: Duration = Duration::from_secs(30);
/// How much longer than a request may take the process waits for clients that do not take their answers.
const SHUTDOWN_MARGIN: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let config = Config::parse();
    if let Some(command) = &config.command {
        return command.execute();
    }
    device::prepare_cpu(config.threads);
    telemetry::start_log(config.log_format, &config.log).context("the log cannot be started")?;
    config.check()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(config))
}

async fn run(config: Config) -> Result<()> {
    let assets = config::find_assets(config.assets.as_deref())?;
    let site = Site::open(&config::find_site(config.site.as_deref())?)?;
    let photos = samples::load(&assets, &DecodeLimits::default())?;
    let training = Training::open(config.training.settings()?).context("training cannot be offered")?;
    let explorer = Explorer::with_training(config.http_options(), photos, Metrics::new(), training);
    let router = build_router(&explorer, &site, &assets).context("--frame-ancestors cannot be used")?;

    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}: is it taken?", config.listen))?;
    tracing::info!("listening on http://{}, loading the models", listener.local_addr()?);
    let headers = config.limits.request_timeout();
    let patience = Patience { headers, stop: headers + SHUTDOWN_MARGIN };
    let (failure, failed) = oneshot::channel();
    tokio::spawn(drop_idle(explorer.clone()));
    let loading = start_models(config, assets, explorer.clone(), failure);
    let pages = router.clone();
    tokio::spawn(async move {
        loading.await;
        write_front_page(pages).await;
    });

    let mut loading_error = None;
    let stop = async {
        tokio::select! {
            () = stop_signal() => {}
            error = failed_loading(failed) => loading_error = Some(error),
        }
        explorer.stop_experiments();
    };
    tokio::select! {
        () = serve_until(listener, router, stop, patience) => {}
        // Who asks twice does not want to wait.
        () = async { stop_signal().await; stop_signal().await } => tracing::warn!("stopped at once"),
    }
    let closing = explorer.clone();
    let closed = tokio::task::spawn_blocking(move || {
        closing.training().close();
        if let Ok(loaded) = closing.loaded() {
            loaded.inference.shut_down();
        }
    });
    if tokio::time::timeout(SHUTDOWN_MARGIN, closed).await.is_err() {
        tracing::warn!(
            "a run does not end in time; it goes on from what it kept last when the server is started again"
        );
        if let Some(error) = &loading_error {
            tracing::error!("{error:#}");
        }
        // Dropping the runtime would wait for it.
        std::process::exit(i32::from(loading_error.is_some()));
    }
    loading_error.map_or(Ok(()), Err)
}

/// Loads the models, lets the explorer answer, and has the samples answered before a visitor asks.
async fn start_models(
    config: Config,
    assets: PathBuf,
    explorer: Explorer,
    failure: oneshot::Sender<anyhow::Error>,
) {
    let (loader, metrics) = (explorer.clone(), explorer.metrics().clone());
    let loading = tokio::task::spawn_blocking(move || load(&config, &assets, &loader, &metrics));
    let result = loading.await.unwrap_or_else(|panic| Err(panic.into()));
    let result = match result {
        Ok(loaded) => {
            explorer.provide(loaded);
            tracing::info!("both models are loaded");
            explorer.answer_samples().await.context("the models do not answer about the sample photos")
        }
        Err(error) => Err(error),
    };
    if let Err(error) = result {
        // Nobody waits for it once the process is being stopped.
        _ = failure.send(error);
    }
}

fn load(config: &Config, assets: &Path, explorer: &Explorer, metrics: &Metrics) -> Result<Loaded> {
    let opened = config.device.open()?;
    // A question goes to whichever is free, so what is said of a model names all of them.
    let names = opened.iter().map(|device| device.name.as_str()).collect::<Vec<_>>().join(", ");
    let mut devices = Vec::new();
    for NamedDevice { device, name } in opened {
        let load = |slot: ModelSlot| -> Result<LoadedModel> {
            let request = config.models.request(slot, assets.to_owned());
            let model = registry::load(&request, &device, &names);
            let model = model.with_context(|| format!("cannot load --{slot} {}", request.source))?;
            tracing::info!("{slot}: {} from {} on {name}", model.info.name, model.info.checkpoint.source);
            Ok(model)
        };
        let models = [load(ModelSlot::Resnet)?, load(ModelSlot::Vit)?];
        devices.push(DeviceModels { device, models });
    }
    let cka = cka(config, assets, &devices)?;
    let inference = Inference::start(devices, config.limits.inference(), metrics)?;
    Ok(Loaded::new(inference, config.limits.images(), explorer.samples())?.with_cka(cka))
}

/// How similar the layers of these models are, where that was measured.
fn cka(config: &Config, assets: &Path, devices: &[DeviceModels]) -> Result<Option<CkaMatrix>> {
    let Some(DeviceModels { models: [resnet, vit], .. }) = devices.first() else { return Ok(None) };
    let models = [&resnet.info, &vit.info];
    Ok(match &config.cka {
        Some(path) => Some(measured::read(path, models).context("--cka cannot be used")?),
        None => measured::find(assets, models)?,
    })
}

/// Resolves where loading fails, and never where it does not.
async fn failed_loading(failed: oneshot::Receiver<anyhow::Error>) -> anyhow::Error {
    match failed.await {
        Ok(error) => error,
        Err(_loaded) => pending().await,
    }
}

async fn drop_idle(explorer: Explorer) {
    let mut ticks = tokio::time::interval(IDLE_CHECK);
    loop {
        ticks.tick().await;
        explorer.drop_idle();
    }
}

/// Resolves on Ctrl-C, and where there is such a thing on SIGTERM.
async fn stop_signal() {
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C cannot be listened for");
            pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be listened for");
            pending().await
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    pending().await
}
