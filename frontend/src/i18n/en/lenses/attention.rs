//! Words of the lens on attention, and those that all lenses on attention share.

use crate::drawing::attention_rows::HeadChoice;
use crate::i18n::{Source, number};

/// Who invented it for pictures.
pub const SOURCE: Source = Source {
    name: "Dosovitskiy and others 2021: an image is worth 16x16 words, section 4.5",
    url: "https://arxiv.org/abs/2010.11929",
};
/// Instead of a figure.
pub const NO_ATTENTION: &str = "The model that is loaded here has no attention.";
/// Above the columns of the wall.
pub const HEAD: &str = "Head";
/// Blurs a map.
pub const SMOOTH: &str = "Smoothed";
/// What is measured.
pub const WEIGHT: &str = "attention weight";
/// What is measured where every map has its own range.
pub const SHARE_OF_LARGEST: &str = "share of the map’s largest weight";
/// The token before the patches.
pub const CLASS_TOKEN: &str = "Class token";
/// The same in a sentence.
pub const THE_CLASS_TOKEN: &str = "the class token";
/// Below the figure.
pub const NOTE: &str = "The asking token compares its query with the key of every token, and softmax makes the weights of a row add up to one: these are the shares in which it takes up the others’ values in this block and head. \
                        They are drawn at the resolution they have, one value a patch; a single block’s attention says what is mixed there, not what the answer rests on.";
/// How to choose.
pub const ASKER_HINT: &str =
    "Point at a patch to see what it attends to; click, or walk with the arrow keys, to stay there.";
/// The columns of the table.
pub const COLUMNS: [&str; 4] = ["Token", "Row", "Column", "Weight"];
/// A fact.
pub const ON_CLASS_TOKEN: &str = "On the class token";
/// A fact.
pub const ON_PATCHES: &str = "On all patches";
/// A fact.
pub const ON_ITSELF: &str = "On itself";
/// A fact.
pub const ROW_SUM: &str = "Sum of the row";
/// A fact.
pub const HALF: &str = "Half of what goes to patches";
/// A fact.
pub const PEAK: &str = "Largest on a patch";
/// A fact.
pub const EVEN: &str = "Even attention would give";
/// What the wall shows.
pub const WALL: &str = "Maps side by side";
/// All of them.
pub const WALL_ALL: &str = "All blocks and heads";
/// Heads of a block.
pub const WALL_BLOCK: &str = "Heads of this block";
/// Blocks of a head.
pub const WALL_HEAD: &str = "This head in every block";
/// How the maps are coloured.
pub const OWN_SCALE: &str = "Each map in its own range";

/// A block in a corner.
pub fn block_short(block: usize) -> String {
    format!("block {block}")
}

/// A head, or all as one.
pub fn head(head: HeadChoice) -> String {
    match head {
        HeadChoice::One(head) => format!("head {head}"),
        HeadChoice::Mean => "mean of heads".to_owned(),
        HeadChoice::Max => "max of heads".to_owned(),
    }
}

/// A patch.
pub fn patch(row: usize, column: usize) -> String {
    format!("the patch in row {row}, column {column}")
}

/// Above the picture.
pub fn asks(asker: &str) -> String {
    format!("Asking: {asker}")
}

/// For those who do not see the picture.
pub fn asker_label(asker: &str) -> String {
    format!("The picture in patches. Asking: {asker}. Arrow keys choose a patch.")
}

/// What the large map shows.
pub fn name(node: &str, chosen: HeadChoice) -> String {
    format!("{node}, {}", head(chosen))
}

/// For those who do not see the map.
pub fn label(name: &str) -> String {
    format!("Attention weights over the picture, {name}.")
}

/// The finding: patches that hold half, all patches, weight on the class token.
pub fn finding(name: &str, asker: &str, found: Option<(usize, usize, f32)>) -> String {
    match found {
        Some((half, patches, to_class_token)) => format!(
            "{name}: of what {asker} gives to patches, half lies on {half} of {patches}; the class token gets {}",
            number::percent(to_class_token)
        ),
        None => format!("{name}: what {asker} attends to"),
    }
}

/// The sum of a row, and of all rows of all blocks and heads.
pub fn row_sum(sum: f32, is_max: bool, (least, largest): (f32, f32)) -> String {
    match is_max {
        true => format!("{sum:.3}: the largest of each head’s weights are no row of softmax"),
        false => format!("{sum:.3} (all rows of this token, exactly: {least:.6} to {largest:.6})"),
    }
}

/// How few patches hold half.
pub fn half(half: usize, patches: usize) -> String {
    format!("on {half} of {patches} patches")
}

/// The largest weight.
pub fn peak(row: usize, column: usize, weight: f32) -> String {
    format!("{} in row {row}, column {column}", number::value(weight))
}

/// Above the wall.
pub fn wall_of_all(blocks: usize, maps: usize) -> String {
    format!(
        "All {maps} maps: {blocks} blocks from top to bottom, {} heads from left to right",
        maps / blocks.max(1)
    )
}

/// Above the wall.
pub fn wall_of_block(block: usize, heads: usize) -> String {
    format!("The {heads} heads of block {block}")
}

/// Above the wall.
pub fn wall_of_head(chosen: HeadChoice, blocks: usize) -> String {
    format!("{} in all {blocks} blocks", head(chosen))
}

/// What is under the pointer.
pub fn told(block: usize, chosen: HeadChoice, half: usize, to_class_token: f32) -> String {
    format!(
        "Block {block}, {}: half of what goes to patches lies on {half}; {} on the class token.",
        head(chosen),
        number::percent(to_class_token)
    )
}

/// For those who do not see the wall.
pub fn wall_label(title: &str, told: &str) -> String {
    format!("{title}. {told} Arrow keys walk, Enter opens.")
}
