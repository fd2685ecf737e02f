"""Every node of shared::architecture, read from the running modules of torchvision, timm and transformers by hooks.

Each function returns {node id: tensor with the batch axis}. What a module keeps to itself (the attention scores, and in
torchvision's fused attention the queries, keys and weights too) is computed from the tensors that its own layers read,
with PyTorch, and the branch's output is compared with the module's to prove that it is the same computation.
"""

import math

import torch
import torch.nn.functional as F


class Record:
    """Inputs and outputs of every call of every module, copied, because ReLUs and sums work in place."""

    def __init__(self, model, image):
        self.calls = {}
        handles = []
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.ReLU):
                module.inplace = False
            handles.append(module.register_forward_pre_hook(self._before(name)))
            handles.append(module.register_forward_hook(self._after(name)))
        with torch.no_grad():
            self.result = model(image)
        for handle in handles:
            handle.remove()

    def _before(self, name):
        def hook(_module, arguments):
            value = arguments[0].clone() if arguments and torch.is_tensor(arguments[0]) else None
            self.calls.setdefault(name, []).append([value, None])

        return hook

    def _after(self, name):
        def hook(_module, _arguments, output):
            value = output[0] if isinstance(output, tuple) else output
            self.calls[name][-1][1] = value.clone() if torch.is_tensor(value) else None

        return hook

    def input(self, name, call=0):
        return self.calls[name][call][0]

    def output(self, name, call=0):
        return self.calls[name][call][1]


def torchvision_resnet(model, image):
    record = Record(model, image)
    nodes = {"input": image, "conv1": record.output("relu"), "maxpool": record.output("maxpool")}
    for stage in range(1, 5):
        for index, block in enumerate(getattr(model, f"layer{stage}")):
            add_block(nodes, record, f"layer{stage}.{index}", block)
    nodes["avgpool"] = record.output("avgpool").flatten(1)
    nodes["logits"] = record.result
    return nodes


def add_block(nodes, record, name, block):
    depth = 3 if hasattr(block, "conv3") else 2
    for index in range(1, depth):
        nodes[f"{name}.conv{index}"] = record.output(f"{name}.relu", index - 1)
    nodes[f"{name}.conv{depth}"] = record.output(f"{name}.bn{depth}")
    nodes[f"{name}.shortcut"] = (
        record.output(f"{name}.downsample") if block.downsample is not None else record.input(name)
    )
    nodes[f"{name}.sum"] = record.input(f"{name}.relu", depth - 1)
    nodes[name] = record.output(name)


def timm_resnet(model, image):
    record = Record(model, image)
    nodes = {"input": image, "conv1": record.output("act1"), "maxpool": record.output("maxpool")}
    for stage in range(1, 5):
        for index, block in enumerate(getattr(model, f"layer{stage}")):
            name = f"layer{stage}.{index}"
            nodes[f"{name}.conv1"] = record.output(f"{name}.act1")
            nodes[f"{name}.conv2"] = record.output(f"{name}.act2")
            nodes[f"{name}.conv3"] = record.output(f"{name}.bn3")
            nodes[f"{name}.shortcut"] = (
                record.output(f"{name}.downsample") if block.downsample is not None else record.input(name)
            )
            nodes[f"{name}.sum"] = record.input(f"{name}.act3")
            nodes[name] = record.output(name)
    nodes["avgpool"] = record.output("global_pool").flatten(1)
    nodes["logits"] = record.result
    return nodes


def split_heads(tokens, num_heads):
    batch, count, dim = tokens.shape
    return tokens.reshape(batch, count, num_heads, dim // num_heads).transpose(1, 2)


def add_attention(nodes, name, heads, attention, project):
    """Adds all of attention from queries, keys and values; `attention` is the module's own output."""
    query, key, value = heads
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    weights = scores.softmax(-1)
    ours = project((weights @ value).transpose(1, 2).flatten(2))
    assert (ours - attention).abs().max() <= 1e-5 * attention.abs().max(), name
    for part, tensor in [
        ("query", query),
        ("key", key),
        ("value", value),
        ("attention_scores", scores),
        ("attention_weights", weights),
        ("attention", attention),
    ]:
        nodes[f"{name}.{part}"] = tensor


def timm_vit(model, image):
    record = Record(model, image)
    nodes = {
        "input": image,
        "patch_embedding": record.output("patch_embed"),
        "embeddings": record.input("blocks.0"),
    }
    for index, block in enumerate(model.blocks):
        name, theirs = f"encoder.{index}", f"blocks.{index}"
        heads = [
            split_heads(part, block.attn.num_heads)
            for part in record.output(f"{theirs}.attn.qkv").chunk(3, dim=-1)
        ]
        nodes[f"{name}.attention_norm"] = record.output(f"{theirs}.norm1")
        add_attention(nodes, name, heads, record.output(f"{theirs}.attn.proj"), block.attn.proj)
        nodes[f"{name}.attention_sum"] = record.input(f"{theirs}.norm2")
        nodes[f"{name}.mlp_norm"] = record.output(f"{theirs}.norm2")
        nodes[f"{name}.mlp_hidden"] = record.output(f"{theirs}.mlp.act")
        nodes[f"{name}.mlp"] = record.output(f"{theirs}.mlp")
        nodes[name] = record.output(theirs)
    nodes |= {"norm": record.output("norm"), "pooled": record.input("head"), "logits": record.result}
    return nodes


def torchvision_vit(model, image):
    record = Record(model, image)
    nodes = {
        "input": image,
        "patch_embedding": record.output("conv_proj").flatten(2).transpose(1, 2),
        "embeddings": record.output("encoder.dropout"),
    }
    for index, block in enumerate(model.encoder.layers):
        name, theirs = f"encoder.{index}", f"encoder.layers.encoder_layer_{index}"
        attention = block.self_attention
        normed = record.output(f"{theirs}.ln_1")
        joined = F.linear(normed, attention.in_proj_weight, attention.in_proj_bias)
        heads = [split_heads(part, attention.num_heads) for part in joined.chunk(3, dim=-1)]
        nodes[f"{name}.attention_norm"] = normed
        add_attention(nodes, name, heads, record.output(f"{theirs}.self_attention"), attention.out_proj)
        nodes[f"{name}.attention_sum"] = record.input(f"{theirs}.ln_2")
        nodes[f"{name}.mlp_norm"] = record.output(f"{theirs}.ln_2")
        nodes[f"{name}.mlp_hidden"] = record.output(f"{theirs}.mlp.1")
        nodes[f"{name}.mlp"] = record.output(f"{theirs}.mlp")
        nodes[name] = record.output(theirs)
    nodes |= {"norm": record.output("encoder.ln"), "pooled": record.input("heads"), "logits": record.result}
    return nodes


def transformers_vit(model, image):
    record = Record(model, image)
    nodes = {
        "input": image,
        "patch_embedding": record.output("vit.embeddings.patch_embeddings"),
        "embeddings": record.output("vit.embeddings"),
    }
    for index, layer in enumerate(model.vit.layers):
        name, theirs = f"encoder.{index}", f"vit.layers.{index}"
        heads = [
            split_heads(record.output(f"{theirs}.attention.{part}_proj"), model.config.num_attention_heads)
            for part in "qkv"
        ]
        nodes[f"{name}.attention_norm"] = record.output(f"{theirs}.layernorm_before")
        output = record.output(f"{theirs}.attention.o_proj")
        add_attention(nodes, name, heads, output, layer.attention.o_proj)
        nodes[f"{name}.attention_sum"] = record.input(f"{theirs}.layernorm_after")
        nodes[f"{name}.mlp_norm"] = record.output(f"{theirs}.layernorm_after")
        nodes[f"{name}.mlp_hidden"] = record.input(f"{theirs}.mlp.fc2")
        nodes[f"{name}.mlp"] = record.output(f"{theirs}.mlp.fc2")
        nodes[name] = record.output(theirs)
    norm = record.output("vit.layernorm")
    nodes |= {"norm": norm, "pooled": norm[:, 0], "logits": record.result.logits}
    return nodes
