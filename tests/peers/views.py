"""What Backbone Explorer shows of a forward pass, made with PyTorch: hooks keep the tensor of every node, and the class
activation map, the attention rollout and the attention distances are computed of them.
"""

import torch

RESIDUAL_SHARE = 0.5


class Hooked:
    """A model whose modules leave their tensors behind. It must be timm's ResNet or ViT."""

    def __init__(self, model):
        self.model, self.kept = model, {}
        is_vit = hasattr(model, "blocks")
        self.views = self._vit_views if is_vit else self._resnet_views
        inputs, outputs = vit_nodes(model) if is_vit else resnet_nodes(model)
        for name in inputs:
            model.get_submodule(name).register_forward_pre_hook(self._keep_input(name))
        for name in outputs:
            model.get_submodule(name).register_forward_hook(self._keep_output(name))
        for module in model.modules():
            if isinstance(module, torch.nn.ReLU):
                # Else it would overwrite the tensor that was kept before it.
                module.inplace = False
            if hasattr(module, "fused_attn"):
                # The fused kernel never has the attention weights.
                module.fused_attn = False
        if is_vit:
            distances = distances_px(model.patch_embed.grid_size[0], model.patch_embed.patch_size[0])
            self.distances_px = distances.to(next(model.parameters()).device)

    def keep(self, images):
        """The logits, and every other node under `kept`."""
        self.kept = {"input": images}
        logits = self.model(images)
        kept, self.kept = self.kept, {}
        return {"logits": logits, "kept": kept}

    def look(self, images):
        """The same with the views."""
        outputs = self.keep(images)
        return outputs | self.views(outputs["logits"], outputs["kept"])

    def _keep_input(self, name):
        def hook(_module, arguments):
            self.kept[f"{name}.input"] = arguments[0]

        return hook

    def _keep_output(self, name):
        def hook(_module, _arguments, output):
            self.kept[name] = output

        return hook

    def _resnet_views(self, logits, kept):
        weights = self.model.fc.weight[logits.argmax(1)]
        return {"class_map": torch.einsum("bchw,bc->bhw", kept["layer4.2"], weights).flatten(1)}

    def _vit_views(self, _logits, kept):
        attention = [kept[f"blocks.{index}.attn.attn_drop"].float() for index in range(len(self.model.blocks))]
        distances = [mean_distances_px(weights, self.distances_px) for weights in attention]
        return {"rollout": rollout(attention), "distances": torch.stack(distances, 1)}


def resnet_nodes(model):
    """Modules whose inputs and outputs are the nodes of the graph."""
    inputs, outputs = [], ["act1", "maxpool", "global_pool"]
    for stage in range(1, 5):
        for index, block in enumerate(getattr(model, f"layer{stage}")):
            name = f"layer{stage}.{index}"
            inputs.append(f"{name}.act3")
            outputs += [f"{name}.act1", f"{name}.act2", f"{name}.bn3", name]
            if block.downsample is not None:
                outputs.append(f"{name}.downsample")
    return inputs, outputs


def vit_nodes(model):
    inputs, outputs = ["blocks.0"], ["patch_embed", "norm", "fc_norm"]
    for index in range(len(model.blocks)):
        name = f"blocks.{index}"
        inputs.append(f"{name}.norm2")
        parts = ["norm1", "attn.qkv", "attn.q_norm", "attn.k_norm", "attn.attn_drop", "attn.proj", "norm2"]
        outputs += [f"{name}.{part}" for part in [*parts, "mlp.act", "mlp"]] + [name]
    return inputs, outputs


def rollout(attention):
    """The class token's row of the product of all blocks' matrices up to each block: [batch, blocks, tokens]."""
    steps, rows = [], []
    for weights in attention:
        matrix = weights.mean(1)
        matrix = matrix / matrix.sum(-1, keepdim=True)
        identity = torch.eye(matrix.shape[-1], device=matrix.device)
        steps.append((1 - RESIDUAL_SHARE) * matrix + RESIDUAL_SHARE * identity)
        row = steps[-1][:, :1]
        for step in reversed(steps[:-1]):
            row = row @ step
        rows.append(row[:, 0])
    return torch.stack(rows, 1)


def mean_distances_px(weights, distances):
    """How far each head looks: [batch, heads]. The class token is left out."""
    of_patches = weights[:, :, 1:, 1:]
    return ((of_patches * distances).sum(-1) / of_patches.sum(-1)).mean(-1)


def distances_px(side, patch_size_px):
    """Between the centres of any two patches."""
    places = torch.stack(torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij"), -1)
    return torch.cdist(*[places.flatten(0, 1).float()[None]] * 2)[0] * patch_size_px
