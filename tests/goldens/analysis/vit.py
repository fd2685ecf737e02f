"""A ViT that keeps its attention weights in the graph of gradients, and lets a branch or a shortcut be switched off.

The libraries' modules compute attention in one fused call, which hides the weights that relevance needs. `check` proves
that this is the same computation as theirs, at every block.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass
class Trace:
    """One forward pass, without the batch axis where it says so."""

    weights: list  # per block [1, heads, tokens, tokens], after softmax
    stream: list  # per block [1, tokens, dim], its output
    logits: torch.Tensor  # [1, classes]


@dataclass
class Vit:
    """Parameters by internal name, as f64, and what their shapes do not say."""

    parameters: dict
    num_heads: int
    epsilon: float
    pooling: str  # "class_token" or "mean"

    @property
    def depth(self):
        return sum(name.endswith(".attention_norm.weight") for name in self.parameters)

    @property
    def patch_size(self):
        return self.parameters["patch_embedding.weight"].shape[-1]

    @property
    def grid(self):
        """Patches along one side."""
        return math.isqrt(self.parameters["embeddings.position"].shape[-2] - 1)

    def without_positions(self):
        position = torch.zeros_like(self.parameters["embeddings.position"])
        return Vit(self.parameters | {"embeddings.position": position}, self.num_heads, self.epsilon, self.pooling)

    def forward(self, image, skip=None):
        """`skip` is (block index, "attention" | "mlp" | "shortcut")."""
        tokens = self._embed(image)
        weights, stream = [], []
        for index in range(self.depth):
            skipped = skip[1] if skip and skip[0] == index else None
            tokens, block_weights = self._block(f"encoder.{index}", tokens, skipped)
            weights.append(block_weights)
            stream.append(tokens)
        return Trace(weights, stream, self.head(tokens))

    def head(self, tokens):
        """Final norm, pooling and classifier, applied to the output of any block."""
        normed = self._norm("norm", tokens)
        pooled = normed[:, 0] if self.pooling == "class_token" else normed[:, 1:].mean(1)
        return self._linear("logits", pooled)

    def _embed(self, image):
        weight, bias = self.parameters["patch_embedding.weight"], self.parameters["patch_embedding.bias"]
        patches = F.conv2d(image, weight, bias, stride=self.patch_size).flatten(2).transpose(1, 2)
        class_token = self.parameters["embeddings.class_token"].reshape(1, 1, -1)
        tokens = torch.cat([class_token, patches], 1)
        return tokens + self.parameters["embeddings.position"].reshape(tokens.shape)

    def _block(self, name, tokens, skipped):
        attention, weights = self._attention(name, self._norm(f"{name}.attention_norm", tokens))
        tokens = residual_sum(tokens, attention, skipped, "attention")
        hidden = F.gelu(self._linear(f"{name}.mlp_hidden", self._norm(f"{name}.mlp_norm", tokens)))
        return residual_sum(tokens, self._linear(f"{name}.mlp", hidden), skipped, "mlp"), weights

    def _attention(self, name, normed):
        parts = (self._linear(f"{name}.{part}", normed) for part in ("query", "key", "value"))
        query, key, value = map(self._split_heads, parts)
        weights = (query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])).softmax(-1)
        joined = (weights @ value).transpose(1, 2).flatten(2)
        return self._linear(f"{name}.attention", joined), weights

    def _split_heads(self, tokens):
        batch, count, dim = tokens.shape
        return tokens.reshape(batch, count, self.num_heads, dim // self.num_heads).transpose(1, 2)

    def _norm(self, name, tokens):
        weight, bias = self.parameters[f"{name}.weight"], self.parameters[f"{name}.bias"]
        return F.layer_norm(tokens, weight.shape, weight, bias, self.epsilon)

    def _linear(self, name, tokens):
        return F.linear(tokens, self.parameters[f"{name}.weight"], self.parameters[f"{name}.bias"])


def residual_sum(shortcut, branch, skipped, branch_name):
    if skipped == "shortcut":
        return branch
    return shortcut if skipped == branch_name else shortcut + branch


def check(vit, image, nodes):
    """That the library's own module, whose nodes these are, computes the same."""
    trace = vit.forward(image)
    pairs = [("logits", trace.logits)]
    for index in range(vit.depth):
        pairs.append((f"encoder.{index}", trace.stream[index]))
        pairs.append((f"encoder.{index}.attention_weights", trace.weights[index]))
    for node, tensor in pairs:
        difference = (tensor - nodes[node]).abs().max() / nodes[node].abs().max()
        assert difference <= 1e-10, (node, difference)
