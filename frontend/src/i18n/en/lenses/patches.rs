//! Words of the lens that shows patches, their filters and their places.

use crate::drawing::grid::Cell;
use crate::drawing::patches::ClassTokenFacts;
use crate::i18n::{Source, number};

/// Who made pictures into patches.
pub const SOURCE: Source = Source {
    name: "Dosovitskiy and others 2021: an image is worth 16 × 16 words, figure 7",
    url: "https://arxiv.org/abs/2010.11929",
};
/// What is compared.
pub const COSINE: &str = "cosine";
/// Heading of what is said of a patch.
pub const EMBEDDING: &str = "Its embedding";
/// Heading of the positions.
pub const POSITIONS: &str = "Where a patch lies is learned, not given";
/// Below it.
pub const POSITIONS_NOTE: &str = "To each patch's vector its position embedding is added. Each small map stands at the place of a patch and shows the cosine of its position embedding with those of all patches.";
/// For those who do not see the map.
pub const POSITIONS_LABEL: &str = "Cosine of the chosen patch's position embedding with all others.";
/// Heading of what is said of the class token.
pub const CLASS_TOKEN: &str = "The class token";
/// Below it.
pub const CLASS_TOKEN_NOTE: &str =
    "It is the same vector for every picture: before the first block it knows nothing of this one.";
/// Chooses filters.
pub const FILTER_ORDER: &str = "Filters";
/// What can be chosen.
pub const FILTER_CHOICES: [&str; 3] = ["The longest", "The first", "All, the longest first"];
/// Below the heading of the filters.
pub const FILTERS_NOTE: &str = "Each makes one number of a patch: the sum of all products of its weights with the normalised pixels. Mid-grey is a weight of zero; each filter is scaled by its own largest weight.";
/// Columns of the table.
pub const COLUMNS: [&str; 5] = [
    "Row",
    "Column",
    "Length of the embedding",
    "Cosine of embeddings with the chosen patch",
    "Cosine of positions with the chosen patch",
];

/// The finding. `next` is the most similar patch, `places` how alike the positions near by and farther off are.
pub fn finding(patch: Cell, next: Option<(usize, usize, f32)>, places: Option<(f64, f64)>) -> String {
    let Cell { row, column } = patch;
    let next = next.map(|(other_row, other_column, cosine)| {
        format!(" is most like row {other_row}, column {other_column} (cosine {})", number::value(cosine))
    });
    let places = places.map(|(near, far)| {
        format!(
            "; its position resembles its neighbours' by {} and the others' by {}",
            number::fixed(near, 2),
            number::fixed(far, 2)
        )
    });
    format!(
        "The patch in row {row}, column {column}{}{}",
        next.unwrap_or_default(),
        places.unwrap_or_default()
    )
}

/// Below the figure.
pub fn note(side_px: usize, dim: usize) -> String {
    let inputs = 3 * side_px * side_px;
    format!(
        "The {inputs} values of a patch become {dim} numbers by one linear layer, the same for all patches: a convolution whose stride is its kernel. \
         Nothing in it says where the patch lies; that comes from the position embedding alone, which training has made alike for places that are near each other or share a row or column, as far as the maps show it."
    )
}

/// Above the picture.
pub fn picture(side: usize, side_px: usize) -> String {
    format!("{side} × {side} patches of {side_px} × {side_px} pixels")
}

/// What the picture shows.
pub fn picture_label(side: usize, patch: Cell) -> String {
    format!("The picture in {side} × {side} patches. Chosen: row {}, column {}.", patch.row, patch.column)
}

/// Above the chosen patch.
pub fn enlarged(patch: Cell) -> String {
    format!("Row {}, column {}, enlarged", patch.row, patch.column)
}

/// The value of a pixel.
pub fn pixel(row: usize, column: usize, [red, green, blue]: [u8; 3]) -> String {
    format!("Pixel row {row}, column {column}: red {red}, green {green}, blue {blue}")
}

/// What the enlarged patch shows.
pub fn pixel_label(value: Option<&str>) -> String {
    format!("The chosen patch, pixel by pixel. {}", value.unwrap_or_default())
}

/// What is said of the embedding of a patch; `place` is its rank by length, and of how many.
pub fn patch_facts(norm: f32, place: (usize, usize), others: &[(Cell, f32)]) -> [(&'static str, String); 3] {
    let others: Vec<String> = others
        .iter()
        .map(|(cell, cosine)| {
            format!("row {}, column {} ({})", cell.row, cell.column, number::value(*cosine))
        })
        .collect();
    [
        ("Length", number::value(norm)),
        ("By length", format!("{} of {}", place.0, place.1)),
        ("Most alike, by cosine", others.join("; ")),
    ]
}

/// Heading of the filters.
pub fn filters(count: usize) -> String {
    format!("{count} filters look at every patch alike")
}

/// One filter.
pub fn filter(index: usize) -> String {
    format!("Filter {index}")
}

/// What the wall shows.
pub fn wall_label(count: usize, chosen: Option<usize>) -> String {
    let chosen = chosen.map(|chosen| format!(" Chosen: filter {chosen}.")).unwrap_or_default();
    format!("{count} filters of the patch embedding as pictures.{chosen}")
}

/// What is said of a filter: its length, its rank by it, its ends, and its answer to the chosen patch with the least, mean and largest
/// answer in the picture.
pub fn filter_facts(
    norm: f32,
    place: (usize, usize),
    ends: (f32, f32),
    answer: Option<(f32, [f32; 3])>,
) -> [(&'static str, String); 4] {
    let (own, all) = match answer {
        Some((own, [least, _mean, largest])) => {
            (number::value(own), format!("{} to {}", number::value(least), number::value(largest)))
        }
        None => (String::new(), String::new()),
    };
    [
        ("Length", format!("{}, {} of {}", number::value(norm), place.0, place.1)),
        ("Weights", format!("{} to {}", number::value(ends.0), number::value(ends.1))),
        ("For the chosen patch, with bias", own),
        ("In the whole picture", all),
    ]
}

/// Above the atlas.
pub fn atlas(side: usize) -> String {
    format!("All against all: {side} × {side} maps of {side} × {side} cosines")
}

/// What the atlas shows.
pub fn atlas_label(side: usize, patch: Cell) -> String {
    format!(
        "{side} × {side} maps, each of the cosines of one patch's position embedding with all. Chosen: row {}, column {}.",
        patch.row, patch.column
    )
}

/// Above the map of the chosen patch.
pub fn map_of(patch: Cell) -> String {
    format!("Row {}, column {}, against all", patch.row, patch.column)
}

/// What is said of the class token.
pub fn class_token_facts(facts: &ClassTokenFacts) -> [(&'static str, String); 4] {
    let range = |[least, mean, largest]: [f32; 3]| {
        format!("{} on average, {} to {}", number::value(mean), number::value(least), number::value(largest))
    };
    [
        ("Length", number::value(facts.norm)),
        ("Length of its position embedding", number::value(facts.position_norm)),
        ("Cosine with the patches' positions", range(facts.position_cosines)),
        ("Cosine with this picture's patches", range(facts.patch_cosines)),
    ]
}
