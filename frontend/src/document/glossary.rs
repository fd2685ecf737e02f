//! The page of the glossary: all terms in alphabetical order, then the chapters with their entries, an anchor each. Rendered
//! by the server alone and read without a script.

use leptos::prelude::*;

use super::{DocumentAssets, escape, font_links, formula};
use crate::i18n::text::glossary as text;
use crate::i18n::text::glossary::{CHAPTERS, Chapter, Entry, Term};
use crate::i18n::text::shell;
use crate::state::Theme;

/// Renders the whole document.
pub fn render(theme: Option<Theme>, assets: &DocumentAssets) -> String {
    let theme = theme.map(|theme| format!(" data-theme=\"{}\"", theme.as_str())).unwrap_or_default();
    let (title, lead) = (escape(text::TITLE), escape(text::LEAD));
    let (site, page) = (escape(shell::TITLE), Owner::new_root(None).with(|| page().to_html()));
    let DocumentAssets { styles, glossary_styles, icon, .. } = assets;
    let fonts = font_links(assets);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"{theme}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}: {site}</title>\n<meta name=\"description\" content=\"{lead}\">\n\
         <link rel=\"icon\" href=\"{icon}\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"{styles}\">\n<link rel=\"stylesheet\" href=\"{glossary_styles}\">\n{fonts}\
         </head>\n<body>\n{page}\n</body>\n</html>\n"
    )
}

fn page() -> impl IntoView {
    let chapters = CHAPTERS.map(chapter);
    view! {
        <div class="page glossary">
            <header class="page-header">
                <div class="page-header-row">
                    <nav class="breadcrumb" aria-label=shell::BREADCRUMB_LABEL>
                        <ol><li><a href="/">{shell::TITLE}</a></li><li aria-current="page">{text::TITLE}</li></ol>
                    </nav>
                </div>
                <h1>{text::TITLE}</h1>
                <p class="subtitle">{text::LEAD}</p>
            </header>
            <div class="glossary-columns">
                {contents()}
                <main>{index()} {chapters}</main>
            </div>
        </div>
    }
}

/// Links to the chapters, beside them where there is room.
fn contents() -> impl IntoView {
    let links = CHAPTERS.map(|chapter| {
        view! { <li><a href=format!("#{}", chapter.id)>{chapter.name}</a></li> }
    });
    view! { <nav class="glossary-contents" aria-label=text::CHAPTERS_LABEL><ul>{links}</ul></nav> }
}

/// Links to all terms.
fn index() -> impl IntoView {
    let mut entries: Vec<&Entry> = CHAPTERS.iter().flat_map(|chapter| chapter.entries).collect();
    entries.sort_by_key(|entry| entry.name.to_lowercase());
    let links: Vec<_> = entries
        .into_iter()
        .map(|entry| view! { <li><a href=format!("#{}", entry.id)>{entry.name}</a></li> })
        .collect();
    view! { <nav class="glossary-index" aria-label=text::INDEX_LABEL><ul>{links}</ul></nav> }
}

fn chapter(chapter: Chapter) -> impl IntoView {
    let heading = format!("{}-heading", chapter.id);
    let heading_id = heading.clone();
    let entries: Vec<_> = chapter.entries.iter().map(entry).collect();
    view! {
        <section id=chapter.id class="glossary-chapter" aria-labelledby=heading_id>
            <h2 id=heading>{chapter.name}</h2>
            {entries}
        </section>
    }
}

fn entry(entry: &Entry) -> impl IntoView + use<> {
    let neighbours: Vec<_> = entry
        .see_also
        .iter()
        .map(|id| view! { <li><a href=format!("#{id}")>{Term::named(id).name()}</a></li> })
        .collect();
    let [meaning, remark] = entry.text;
    let address = format!("#{}", entry.id);
    view! {
        <article id=entry.id class="glossary-entry">
            <h3><a href=address>{entry.name}</a></h3>
            <p>{meaning}" "{remark}</p>
            <p class="glossary-formula" inner_html=formula::to_html(entry.formula)></p>
            <p class="glossary-symbols" inner_html=formula::to_html(entry.symbols)></p>
            <div class="glossary-foot">
                <p>
                    <span>{text::SOURCE}</span>" "
                    <a href=entry.source.url rel="external noopener">{entry.source.name}</a>
                </p>
                <div><span>{text::SEE_ALSO}</span><ul>{neighbours}</ul></div>
            </div>
        </article>
    }
}
