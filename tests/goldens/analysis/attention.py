"""What is computed of the attention weights and tokens of a vit.Vit."""

import math

import torch

# Two entries of a fused row closer than this could change places in f32, and then another one would be discarded.
MIN_GAP = 1e-4


def fuse(weights, fusion):
    """[heads, tokens, tokens] to [tokens, tokens]."""
    return {"mean": weights.mean(0), "max": weights.amax(0), "min": weights.amin(0)}[fusion]


def discard_smallest(fused, discard):
    """Zeroes the floor(discard * tokens) smallest entries of each row, but never that of the class token, which counts
    among them where it is one of them. Of equal entries the lower column goes first."""
    count = math.floor(discard * fused.shape[-1])
    if count == 0:
        return fused
    order = fused.argsort(dim=-1, stable=True)
    ranked = fused.gather(-1, order)
    gap = (ranked[:, count] - ranked[:, count - 1]) / ranked[:, count]
    assert gap.min() >= MIN_GAP, f"a near tie: {gap.min():e}"
    kept = torch.ones_like(fused).scatter(-1, order[:, :count], 0.0)
    kept[:, 0] = 1.0
    return fused * kept


def rollout(weights, fusion, discard, residual):
    """Abnar and Zuidema 2020: [depth, tokens, tokens], the product up to each block."""
    products = []
    for block_weights in weights:
        mixed = discard_smallest(fuse(block_weights[0], fusion), discard)
        mixed = mixed / mixed.sum(-1, keepdim=True)
        if residual:
            mixed = 0.5 * mixed + 0.5 * torch.eye(len(mixed), dtype=mixed.dtype)
        products.append(mixed @ products[-1] if products else mixed)
    result = torch.stack(products)
    assert torch.allclose(result.sum(-1), torch.ones_like(result[..., 0]), atol=1e-12), "rows sum to 1"
    return result


def mean_distance(weights, grid, patch_size):
    """Raghu et al. 2021: [heads], in pixels, of [heads, tokens, tokens]."""
    patches = weights[:, 1:, 1:]
    patches = patches / patches.sum(-1, keepdim=True)
    places = patch_size * torch.cartesian_prod(torch.arange(grid), torch.arange(grid)).double()
    distances = (places[:, None] - places[None]).norm(dim=-1).to(weights.dtype)
    return (patches * distances).sum(-1).mean(-1)


def relevance(trace, class_index):
    """Chefer et al. 2021: [tokens, tokens], over all blocks."""
    gradients = torch.autograd.grad(trace.logits[0, class_index], trace.weights, retain_graph=True)
    result = torch.eye(trace.weights[0].shape[-1], dtype=trace.logits.dtype)
    for weights, gradient in zip(trace.weights, gradients):
        result = result + (gradient * weights)[0].clamp(min=0).mean(0) @ result
    return result


def similarity(tokens, grid, row, column):
    """[grid, grid]: cosine between one patch token and each of [1, tokens, dim]."""
    patches = tokens[0, 1:]
    patches = patches / patches.norm(dim=-1, keepdim=True)
    return (patches @ patches[row * grid + column]).reshape(grid, grid)


def check_reference_lines():
    """The two lines that the page draws beside the distances, on 14 x 14 patches of 16 px."""
    grid, patch_size = 14, 16
    tokens = grid * grid + 1
    uniform = torch.full((1, tokens, tokens), 1 / tokens, dtype=torch.float64)
    places = torch.cartesian_prod(torch.arange(grid), torch.arange(grid))
    near = ((places[:, None] - places[None]).abs().amax(-1) <= 1).double()
    neighbourhood = torch.zeros_like(uniform)
    neighbourhood[0, 1:, 1:] = near / near.sum(-1, keepdim=True)
    for name, weights, expected in [("uniform", uniform, 116.5), ("3x3 neighbourhood", neighbourhood, 16.7)]:
        distance = mean_distance(weights, grid, patch_size).item()
        print(f"mean distance of {name} attention: {distance:.4f} px")
        assert abs(distance - expected) <= 0.05, (name, distance)
