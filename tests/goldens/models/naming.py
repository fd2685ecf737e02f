"""The internal name of each parameter of a torchvision, timm or transformers module."""

import re

import torch

RESNET = [
    (r"downsample\.0\.", "shortcut."),
    (r"downsample\.1\.", "shortcut.batch_norm."),
    (r"bn(\d)\.", r"conv\1.batch_norm."),
    (r"^fc\.", "logits."),
]
TIMM_VIT = [
    (r"^cls_token$", "embeddings.class_token"),
    (r"^pos_embed$", "embeddings.position"),
    (r"^patch_embed\.proj\.", "patch_embedding."),
    (r"^blocks\.", "encoder."),
    (r"\.norm1\.", ".attention_norm."),
    (r"\.norm2\.", ".mlp_norm."),
    (r"\.attn\.qkv\.", ".query+key+value."),
    (r"\.attn\.proj\.", ".attention."),
    (r"\.mlp\.fc1\.", ".mlp_hidden."),
    (r"\.mlp\.fc2\.", ".mlp."),
    (r"^head\.", "logits."),
]
TORCHVISION_VIT = [
    (r"^class_token$", "embeddings.class_token"),
    (r"^encoder\.pos_embedding$", "embeddings.position"),
    (r"^conv_proj\.", "patch_embedding."),
    (r"^encoder\.ln\.", "norm."),
    (r"^encoder\.layers\.encoder_layer_", "encoder."),
    (r"\.ln_1\.", ".attention_norm."),
    (r"\.ln_2\.", ".mlp_norm."),
    (r"\.self_attention\.in_proj_", ".query+key+value."),
    (r"\.self_attention\.out_proj\.", ".attention."),
    (r"\.mlp\.0\.", ".mlp_hidden."),
    (r"\.mlp\.3\.", ".mlp."),
    (r"^heads\.head\.", "logits."),
]
TRANSFORMERS_VIT = [
    (r"^vit\.embeddings\.cls_token$", "embeddings.class_token"),
    (r"^vit\.embeddings\.position_embeddings$", "embeddings.position"),
    (r"^vit\.embeddings\.patch_embeddings\.projection\.", "patch_embedding."),
    (r"^vit\.layernorm\.", "norm."),
    (r"^vit\.layers\.", "encoder."),
    (r"\.layernorm_before\.", ".attention_norm."),
    (r"\.layernorm_after\.", ".mlp_norm."),
    (r"\.attention\.q_proj\.", ".query."),
    (r"\.attention\.k_proj\.", ".key."),
    (r"\.attention\.v_proj\.", ".value."),
    (r"\.attention\.o_proj\.", ".attention."),
    (r"\.mlp\.fc1\.", ".mlp_hidden."),
    (r"\.mlp\.fc2\.", ".mlp."),
    (r"^classifier\.", "logits."),
]


def fill(model, rules, parameter):
    """Sets every parameter and statistic of `model` to `parameter(internal name, shape)`."""
    state = model.state_dict()
    for theirs, tensor in state.items():
        if theirs.endswith("num_batches_tracked"):
            continue
        name = theirs
        for pattern, replacement in rules:
            name = re.sub(pattern, replacement, name)
        prefix, _, joined = name.partition(".query+key+value.")
        if joined:
            shape = [tensor.shape[0] // 3, *tensor.shape[1:]]
            parts = [parameter(f"{prefix}.{part}.{joined}", shape) for part in ("query", "key", "value")]
            tensor.copy_(torch.cat(parts))
        else:
            tensor.copy_(parameter(name, list(tensor.shape)))
    model.load_state_dict(state)
    return model.eval()
