//! Words of the lens that compares the layers of the two models.

use shared::CkaMatrix;

use crate::i18n::{Source, number};

/// Who compared the two families so.
pub const SOURCE: Source = Source {
    name: "Kornblith and others 2019: similarity of neural network representations revisited; compared for these families by Raghu and others 2021",
    url: "https://arxiv.org/abs/1905.00414",
};
/// While the numbers come.
pub const TITLE: &str = "Which layers see pictures alike";
/// Where nobody has measured.
pub const NOT_COMPUTED_TITLE: &str = "Nobody has measured this for the loaded weights";
/// What to do then.
pub const NOT_COMPUTED: &str = "The matrix takes minutes and many pictures, so the server does not make it by itself. On the machine that it runs on, with a folder of pictures of the kind that the models know:";
/// The commands.
pub const COMMANDS: &str = "cargo xtask cka --pictures FOLDER --out my_pictures.json --name \"My pictures\"\ncargo xtask run -- --cka my_pictures.json";
/// Below the figure while there is none.
pub const NOTE: &str = "Linear CKA compares what two layers say of the same pictures: 1 where they find the same pictures alike, 0 where they have nothing in common.";
/// The exact numbers.
pub const AS_JSON: &str = "The matrix as JSON";
/// What the colours are.
pub const CKA: &str = "CKA";
/// The first column of the table.
pub const LAYER: &str = "Layer";
/// Heading of the second reading.
pub const MOST_ALIKE: &str = "The most alike layer of the other model";
/// Chooses whose layers are listed.
pub const LAYERS_OF: &str = "Layers of";

/// The finding: the most alike pair between the models, and the means within the first, within the second and between.
pub fn finding(names: [&str; 2], pair: Option<(String, String, f64)>, means: [f64; 3]) -> String {
    let [first, second] = names;
    let [within_first, within_second, between] = means.map(|mean| number::fixed(mean, 2));
    let pair = pair.map(|(layer, other, value)| {
        format!(
            "{first}\u{2019}s {layer} and {second}\u{2019}s {other} are the most alike, {}; ",
            number::fixed(value, 2)
        )
    });
    format!(
        "{}on average layers share {within_first} within {first}, {within_second} within {second}, {between} between them",
        pair.unwrap_or_default()
    )
}

/// Below the figure.
pub fn note(matrix: &CkaMatrix) -> String {
    format!(
        "Linear CKA of all values that two layers hold for the same {} pictures: 1 where they find the same pictures alike, up to rotation and scale, 0 where they have nothing in common. \
         It is estimated without bias (HSIC\u{2081}, minibatches of {}), so layers without anything in common can be a little below 0; it says that layers are alike, not why.",
        number::thousands(matrix.num_pictures),
        matrix.batch_size
    )
}

/// What it was measured on.
pub fn measured(matrix: &CkaMatrix) -> String {
    format!(
        "Measured on {} pictures of {}, in {} minibatches of {}, not on the picture on the bench.",
        number::thousands(matrix.num_pictures),
        matrix.dataset,
        matrix.num_minibatches,
        matrix.batch_size
    )
}

/// A layer with its model.
pub fn layer(model: &str, node: &str) -> String {
    format!("{model} {node}")
}

/// Two layers and how alike they are.
pub fn pair(one: &str, other: &str, value: f64) -> String {
    format!("{one} and {other}: {}", number::fixed(value, 3))
}

/// What the matrix shows.
pub fn matrix_label(count: usize, pair: &str) -> String {
    format!("CKA of {count} layers with each other. {pair}.")
}

/// Heads of the table of the most alike layers.
pub fn match_heads(own: &str, other: &str) -> [String; 3] {
    [format!("Layer of {own}"), format!("Most alike in {other}"), CKA.to_owned()]
}
