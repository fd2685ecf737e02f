//! Words of the lens that shows where in the picture a class's logit comes from.

use crate::i18n::{Source, number};

/// Who described it.
pub const SOURCE: Source = Source {
    name: "Zhou and others 2016: learning deep features for discriminative localization",
    url: "https://arxiv.org/abs/1512.04150",
};
/// Chooses a method.
pub const METHOD: &str = "Method";
/// Chooses a layer.
pub const NODE: &str = "Of layer";
/// Says that a method asks about no class.
pub const CLASS_AGNOSTIC: &str = "Eigen-CAM asks about no class: it is the map's first singular vector, what the layer holds most of in this picture, whatever the answer.";
/// Heading of the live check.
pub const CHECK: &str = "The identity, checked on this picture";
/// Heading of the second check.
pub const WITHOUT: &str = "And with one cell set to zero";
/// What happens there.
pub const WITHOUT_LEAD: &str = "Point at a cell or choose one: all channels of it are set to zero and the rest of the model is run again.";
/// On its way.
pub const RUNNING: &str = "Running the rest of the model without this cell…";
/// Names of the identity's parts.
pub const IDENTITY: [&str; 5] = ["mean(M)", "b", "mean(M) + b", "The model's logit y", "Difference"];
/// Names of the cell's numbers.
pub const CELL: [&str; 4] = ["Cell", "Expected loss", "Measured loss", "Difference"];
/// The columns of the table.
pub const COLUMNS: [&str; 4] = ["Row", "Column", "Value", "Value over the number of cells"];
/// Leads to the lens of the other family.
pub const TO_ROLLOUT: &str = "Open rollout and relevance";

/// Names of the methods.
pub fn methods() -> Vec<(&'static str, String)> {
    [("", "CAM, exact"), ("grad-cam", "Grad-CAM"), ("eigen-cam", "Eigen-CAM, knows no class")]
        .map(|(value, name)| (value, name.to_owned()))
        .to_vec()
}

/// Heading of the reason why a model has none.
pub fn without(model: &str) -> String {
    format!("Why not for {model}")
}

/// Why a Vision Transformer has none.
pub fn why_not(model: &str, is_class_token: bool) -> String {
    if is_class_token {
        format!(
            "The head of {model} reads the vector of the class token alone. Patches reach it only through attention, block after block, so there is no map whose mean is the logit. What stands in its place follows the attention: rollout, which knows no class, and gradient-weighted relevance for one."
        )
    } else {
        format!(
            "The head of {model} reads the mean over its patches, so a map of this kind would be exact there as well; this lens computes it of feature maps alone. For patches there are rollout, which knows no class, and gradient-weighted relevance for one."
        )
    }
}

/// The finding for a class: the part of the sum of positive values that the highest quarter of cells holds, and where the highest is.
pub fn finding(label: &str, logit: Option<f32>, share: Option<f32>, peak: [usize; 2]) -> String {
    let logit = logit.map(|logit| format!(", logit {},", number::value(logit))).unwrap_or_default();
    let [row, column] = peak;
    match share {
        Some(share) => format!(
            "What speaks for {label}{logit} peaks in row {row}, column {column}; a quarter of the cells holds {} of it",
            number::percent(share)
        ),
        None => format!("Nowhere in the picture does this map speak for {label}"),
    }
}

/// The finding without a class.
pub fn eigen_finding(node: &str, peak: [usize; 2]) -> String {
    let [row, column] = peak;
    format!("What {node} holds most of lies around row {row}, column {column}, whatever the class")
}

/// While nothing is known.
pub fn waiting(label: &str) -> String {
    format!("Where the logit of {label} comes from")
}

/// Below the figure.
pub fn note(method: Option<&str>, head: &str, cells: usize) -> String {
    match method {
        Some("grad-cam") => format!(
            "Grad-CAM weights each channel by the mean gradient of the logit and cuts off what is negative; before {head} it is an approximation, at {head} it is the exact map without its negative part, up to scale. It can be computed at any layer, and early ones show edges more than objects."
        ),
        Some("eigen-cam") => {
            "Eigen-CAM projects the vectors of all places on their first singular vector. No class is asked about and none can be read from it; its sign is set so that its sum is positive."
                .to_owned()
        }
        _ => format!(
            "M weights the channels of {head} by the head's weights for the class, so the logit is exactly the mean of M over its {cells} cells plus the bias: red cells raise it, blue ones lower it. A cell's unit has seen more of the picture than the cell covers."
        ),
    }
}

/// What a cell's value means.
pub fn quantity(method: Option<&str>) -> &'static str {
    match method {
        Some("grad-cam") => "Grad-CAM",
        Some("eigen-cam") => "Projection",
        _ => "M, in units of the logit",
    }
}

/// Above the map.
pub fn map_name(method: Option<&str>, label: &str, node: &str) -> String {
    match method {
        Some("eigen-cam") => format!("{node}, no class"),
        _ => format!("{label}, {node}"),
    }
}

/// For those who do not see the map.
pub fn label(method: Option<&str>, class: &str, node: &str) -> String {
    match method {
        Some("eigen-cam") => format!("Map over the picture of the first singular vector of {node}."),
        _ => format!(
            "Map over the picture of what speaks for {class} in {node}. Arrow keys move from cell to cell."
        ),
    }
}

/// A cell.
pub fn cell([row, column]: [usize; 2]) -> String {
    format!("row {row}, column {column}")
}

/// A loss of M over the number of cells.
pub fn expected(value: f32, cells: usize, loss: f32) -> String {
    format!("{} / {cells} = {}", number::value(value), number::fixed(f64::from(loss), 5))
}

/// A number that others are compared with.
pub fn exact(value: f32) -> String {
    number::fixed(f64::from(value), 5)
}

/// A difference: as good as nothing, in powers of ten.
pub fn difference(value: f32) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:.1e}").replace('-', "\u{2212}") }
}
