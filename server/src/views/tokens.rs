//! What the tokens of a Vision Transformer attend to, block by block, through all blocks, and for a class.

use shared::views::{
    AttentionAbout, AttentionDistanceAbout, HeadFusion, QueryToken, RelevanceAbout, RolloutAbout,
    SimilarityAbout,
};
use shared::{NodeId, TensorShape, TokenLayout};

use super::{Subject, View, ViewError, check_position, on_a_thread};
use crate::analysis::Array;
use crate::analysis::attention::{PatchGrid, Rollout, fuse, relevance, rollout};
use crate::analysis::similarity::cosines;
use crate::inference::array;
use crate::models::gradients;

/// Which token asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// The class token.
    ClassToken,
    /// A patch: row and column.
    Patch(usize, usize),
}

/// Which heads of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heads {
    /// Each for itself.
    All,
    /// One.
    One(usize),
    /// All as one.
    Fused(HeadFusion),
}

/// One token's rows of attention weights, of one block or of all.
///
/// # Errors
/// The model has no attention, or not so many blocks, heads or patches; or it could not be asked.
pub async fn attention(
    subject: Subject<'_>,
    block: Option<usize>,
    heads: Heads,
    query: Query,
) -> Result<View<AttentionAbout>, ViewError> {
    let layout = layout(&subject)?;
    let query = query_token(&layout, query)?;
    if let Heads::One(head) = heads {
        check_position("head", head, layout.heads)?;
    }
    let blocks = match block {
        Some(block) => vec![check_position("block", block, layout.attention.len()).map(|()| block)?],
        None => (0..layout.attention.len()).collect(),
    };
    let nodes: Vec<NodeId> = blocks.iter().map(|block| layout.attention[*block].clone()).collect();
    let of_blocks = subject.observe_all(&nodes).await?;
    let weights: Vec<f32> =
        of_blocks.iter().flat_map(|of_block| head_rows(of_block, query.token, heads)).collect();
    let (head_indices, fusion) = match heads {
        Heads::All => ((0..layout.heads).collect(), None),
        Heads::One(head) => (vec![head], None),
        Heads::Fused(fusion) => (Vec::new(), Some(fusion)),
    };
    let sums = weights.chunks(layout.tokens).map(|row| row.iter().sum::<f32>());
    let row_sums =
        sums.fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], sum| [low.min(sum), high.max(sum)]);
    let shape = vec![blocks.len(), head_indices.len().max(1), layout.tokens];
    let about = AttentionAbout {
        model: subject.model().reference(),
        query,
        blocks,
        heads: head_indices,
        fusion,
        num_leading: layout.num_leading(),
        patches_per_side: layout.patches_per_side,
        row_sums,
    };
    Ok(View { about, arrays: vec![("weights", Array::new(shape, weights))] })
}

/// A token's rows of `[heads, tokens, tokens]`, one after another.
fn head_rows(weights: &Array, token: usize, heads: Heads) -> Vec<f32> {
    let tokens = weights.shape.last().copied().unwrap_or(0);
    let rows: Vec<f32> = weights
        .values
        .chunks(tokens * tokens)
        .flat_map(|head| head[token * tokens..(token + 1) * tokens].iter().copied())
        .collect();
    match heads {
        Heads::All => rows,
        Heads::One(head) => rows[head * tokens..(head + 1) * tokens].to_vec(),
        Heads::Fused(fusion) => fuse(&Array::new(vec![rows.len() / tokens, tokens], rows), fusion),
    }
}

/// Attention through all blocks, up to each.
///
/// # Errors
/// The model has no attention, or no such patch; or it could not be asked.
pub async fn rolled_out(
    subject: Subject<'_>,
    how: Rollout,
    query: Query,
) -> Result<View<RolloutAbout>, ViewError> {
    let layout = layout(&subject)?;
    let query = query_token(&layout, query)?;
    let blocks = subject.observe_all(&layout.attention).await?;
    let rows = on_a_thread(move || rollout(&blocks, how, query.token)).await?;
    let about = RolloutAbout {
        model: subject.model().reference(),
        query,
        fusion: how.fusion,
        with_residual: how.with_residual,
        discard: how.discard as f32,
        num_leading: layout.num_leading(),
        patches_per_side: layout.patches_per_side,
    };
    let values: Vec<f32> = rows.iter().flatten().map(|value| *value as f32).collect();
    let rows = Array::new(vec![rows.len(), layout.tokens], values);
    Ok(View { about, arrays: vec![("rollout", rows)] })
}

/// Gradient-weighted relevance of the patches for a class: of the class token's row, or, where the head reads the mean over patches,
/// of the mean over theirs.
///
/// # Errors
/// The model has no attention, or no such class; or it could not be asked.
pub async fn relevant(subject: Subject<'_>, class: usize) -> Result<View<RelevanceAbout>, ViewError> {
    let layout = layout(&subject)?;
    subject.check_class(class)?;
    let nodes = layout.attention.clone();
    let compute = move |backbone: &_, image: &_| {
        let (pairs, logits) = gradients::of_logit(backbone, image, class, &nodes)?;
        let pair = |node: &NodeId| {
            let pair = &pairs[node];
            Ok((array(&pair.value)?, array(&pair.gradient)?))
        };
        Ok((nodes.iter().map(pair).collect::<candle_core::Result<Vec<_>>>()?, array(&logits)?))
    };
    let (blocks, logits) = subject.inference.compute(subject.slot, subject.input(), compute).await?;
    let is_class_token = subject.model().graph.nodes.iter().any(reads_class_token);
    let (tokens, num_leading) = (layout.tokens, layout.num_leading());
    let asking = if is_class_token { 0..1 } else { num_leading..tokens };
    let share = 1.0 / asking.len() as f64;
    let mixture =
        (0..tokens).map(|token| if asking.contains(&token) { share } else { 0.0 }).collect::<Vec<_>>();
    let relevance = on_a_thread(move || relevance(&blocks, &mixture)).await?;
    let of = |tokens: std::ops::Range<usize>| {
        relevance[tokens].iter().map(|value| *value as f32).collect::<Vec<_>>()
    };
    let side = layout.patches_per_side;
    let model = subject.model();
    let about = RelevanceAbout {
        model: model.reference(),
        class,
        label: model.label(class),
        logit: logits.values[class],
        leading: of(0..num_leading),
        is_class_token,
    };
    let map = Array::new(vec![side, side], of(num_leading..tokens));
    Ok(View { about, arrays: vec![("relevance", map)] })
}

/// How far each head of each block looks on average.
///
/// # Errors
/// The model has no attention, or could not be asked.
pub async fn attention_distance(subject: Subject<'_>) -> Result<View<AttentionDistanceAbout>, ViewError> {
    let layout = layout(&subject)?;
    let grid = PatchGrid::of(&layout);
    let blocks = subject.observe_all(&layout.attention).await?;
    let distances = on_a_thread(move || grid.mean_distances_px(&blocks)).await?;
    let about = AttentionDistanceAbout {
        model: subject.model().reference(),
        patch_size_px: layout.patch_size_px,
        uniform_px: grid.uniform_px(),
        neighbourhood_px: grid.neighbourhood_px(),
    };
    let values: Vec<f32> = distances.into_iter().map(|distance| distance as f32).collect();
    let shape = vec![layout.attention.len(), layout.heads];
    Ok(View { about, arrays: vec![("distances_px", Array::new(shape, values))] })
}

/// How alike the vector at a place of a map, or of a patch, and those of all other places are.
///
/// # Errors
/// The node has no places, or no such place; or the model could not be asked.
pub async fn similarity(
    subject: Subject<'_>,
    node: &NodeId,
    place: [usize; 2],
) -> Result<View<SimilarityAbout>, ViewError> {
    let model = subject.model();
    let shape = &model.graph.node(node).ok_or_else(|| ViewError::NodeUnknown(node.clone()))?.output_shape;
    let (rows, columns, num_leading) = match *shape {
        TensorShape::FeatureMap { height, width, .. } => (height, width, 0),
        TensorShape::Tokens { tokens, .. } => {
            let side = layout(&subject)?.patches_per_side;
            (side, side, tokens - side * side)
        }
        _ => {
            let message =
                format!("{node} has no vector for each place of the picture: its shape is {shape}.");
            return Err(ViewError::Unavailable(message));
        }
    };
    check_position("row", place[0], rows)?;
    check_position("column", place[1], columns)?;
    let is_map = matches!(shape, TensorShape::FeatureMap { .. });
    let array = subject.observe(node).await?;
    let cosines = on_a_thread(move || {
        let vectors = if is_map { columns_of(&array) } else { rows_of(&array, num_leading) };
        cosines(&vectors, place[0] * columns + place[1])
    });
    let cosines = Array::new(vec![rows, columns], cosines.await?);
    let about = SimilarityAbout { model: model.reference(), node: node.clone(), place };
    Ok(View { about, arrays: vec![("cosines", cosines)] })
}

/// The vector over the channels at each place of `[channels, rows, columns]`.
fn columns_of(array: &Array) -> Vec<Vec<f32>> {
    let places: usize = array.shape[1..].iter().product();
    (0..places).map(|place| array.values.iter().skip(place).step_by(places).copied().collect()).collect()
}

/// The rows of `[tokens, dim]` after the first few.
fn rows_of(array: &Array, num_leading: usize) -> Vec<Vec<f32>> {
    let dim = array.shape.last().copied().unwrap_or(1);
    array.values.chunks(dim).skip(num_leading).map(<[f32]>::to_vec).collect()
}

fn reads_class_token(node: &shared::Node) -> bool {
    node.operation == shared::Operation::ClassTokenRow
}

fn layout(subject: &Subject<'_>) -> Result<TokenLayout, ViewError> {
    let model = subject.model();
    TokenLayout::of(&model.graph).ok_or_else(|| {
        ViewError::Unavailable(format!("{} has no attention. Ask with model=vit.", model.info.name))
    })
}

fn query_token(layout: &TokenLayout, query: Query) -> Result<QueryToken, ViewError> {
    match query {
        Query::ClassToken => Ok(QueryToken { token: 0, patch: None }),
        Query::Patch(row, column) => {
            check_position("row of patches", row, layout.patches_per_side)?;
            check_position("column of patches", column, layout.patches_per_side)?;
            Ok(QueryToken { token: layout.token_of(row, column), patch: Some([row, column]) })
        }
    }
}
