//! A run's report: a document of figures and tables to be printed, rendered by the server alone and read without a script.

mod curves;
mod head;

use leptos::prelude::*;
use shared::route;
use shared::training::{RunResult, RunStatus};

use super::{DocumentAssets, escape, font_links};
use crate::i18n::text::shell;
use crate::i18n::text::training::{self as frame, report as text};
use crate::state::Theme;

/// Renders the whole document.
pub fn render(run: &RunStatus, result: &RunResult, theme: Option<Theme>, assets: &DocumentAssets) -> String {
    let body = Owner::new_root(None).with(|| match result {
        RunResult::Head { report } => page(run, head::content(run, report)),

        RunResult::DataEfficiency(result) => page(run, curves::frozen(result)),
        RunResult::FromScratch(result) => page(run, curves::scratch(result)),
    });
    document(&format!("{}: {}", text::TITLE, run.dataset_name), &body, theme, assets)
}

/// A document that says why there is no report.
pub fn render_missing(message: &str, theme: Option<Theme>, assets: &DocumentAssets) -> String {
    let (title, message) = (escape(text::MISSING), escape(message));
    let back = escape(text::BACK);
    let body = format!(
        "<main class=\"page unavailable\"><h1>{title}</h1><p>{message}</p><p><a href=\"{}\">{back}</a></p></main>",
        route::TRAINING_PAGE
    );
    document(text::MISSING, &body, theme, assets)
}

fn document(title: &str, body: &str, theme: Option<Theme>, assets: &DocumentAssets) -> String {
    let theme = theme.map(|theme| format!(" data-theme=\"{}\"", theme.as_str())).unwrap_or_default();
    let (title, site, fonts) = (escape(title), escape(shell::TITLE), font_links(assets));
    let DocumentAssets { styles, lens_styles, training_styles, icon, .. } = assets;
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"{theme}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}: {site}</title>\n\
         <link rel=\"icon\" href=\"{icon}\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"{styles}\">\n<link rel=\"stylesheet\" href=\"{lens_styles}\">\n\
         <link rel=\"stylesheet\" href=\"{training_styles}\">\n{fonts}</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
}

fn page(run: &RunStatus, content: AnyView) -> String {
    let name = match run.backbones.as_slice() {
        [] => run.dataset_name.clone(),
        names => frame::runs::name(&names.join(" and "), &run.dataset_name),
    };
    let facts = vec![(text::RUN, run.id.clone()), (text::ASKED, text::day(run.created_ms))];
    view! {
        <div class="page report">
            <header class="page-header">
                <div class="page-header-row">
                    <nav class="breadcrumb" aria-label=shell::BREADCRUMB_LABEL>
                        <ol>
                            <li><a href="/">{shell::TITLE}</a></li>
                            <li><a href=route::TRAINING_PAGE>{frame::TITLE}</a></li>
                            <li aria-current="page">{text::TITLE}</li>
                        </ol>
                    </nav>
                </div>
                <h1>{name}</h1>
                {fact_list(facts)}
            </header>
            <main>{content}</main>
        </div>
    }
    .to_html()
}

/// Names and values.
fn fact_list(facts: Vec<(&'static str, String)>) -> impl IntoView {
    let facts: Vec<_> =
        facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect();
    view! { <dl class="result-facts">{facts}</dl> }
}

fn section(title: &'static str, content: impl IntoView + 'static) -> impl IntoView {
    view! { <section class="report-section"><h2>{title}</h2>{content}</section> }
}

/// A table whose first column names the rows.
fn table(caption: &'static str, columns: &[&'static str], rows: Vec<Vec<String>>) -> impl IntoView + use<> {
    let head: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(index, name)| view! { <th scope="col" class:is-number=index != 0>{*name}</th> })
        .collect();
    let row = |cells: Vec<String>| {
        let cells: Vec<_> = cells
            .into_iter()
            .enumerate()
            .map(|(index, cell)| match index {
                0 => view! { <th scope="row">{cell}</th> }.into_any(),
                _ => view! { <td class="number">{cell}</td> }.into_any(),
            })
            .collect();
        view! { <tr>{cells}</tr> }
    };
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    view! {
        <div class="data-table" role="region" tabindex="0" aria-label=caption>
            <table><caption class="visually-hidden">{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
}
