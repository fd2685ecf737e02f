"""What is computed of the feature maps of one of torchvision's ResNets."""

import torch


class Trace:
    """One forward pass: outputs of the named nodes, which gradients can be taken of, and logits."""

    def __init__(self, model, image):
        self.model = model
        self.image = image.clone().requires_grad_(True)
        self.maps = {}
        nodes = {"relu": "conv1"} | {name: name for name in block_names(model)}
        handles = []
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.ReLU):
                module.inplace = False
            if name in nodes:
                handles.append(module.register_forward_hook(self._keep(nodes[name])))
        self.logits = model(self.image)
        for handle in handles:
            handle.remove()

    def _keep(self, node):
        def hook(_module, _arguments, output):
            self.maps[node] = output

        return hook

    def gradient(self, value, of):
        return torch.autograd.grad(value, of, retain_graph=True)[0]


def block_names(model):
    return [f"layer{stage}.{index}" for stage in range(1, 5) for index in range(len(getattr(model, f"layer{stage}")))]


def last_block(model, stage):
    return f"layer{stage}.{len(getattr(model, f'layer{stage}')) - 1}"


def cam(trace, class_index):
    """Zhou et al. 2016, exact: [height, width] of sum_k w_ck A_k, whose mean and the bias are the logit."""
    fc = trace.model.fc
    result = torch.einsum("k,khw->hw", fc.weight[class_index], trace.maps[last_block(trace.model, 4)][0])
    logit = result.mean() + fc.bias[class_index]
    assert torch.allclose(logit, trace.logits[0, class_index], rtol=1e-10, atol=1e-10), "y_c = mean(CAM_c) + b_c"
    return result


def grad_cam(trace, node, class_index):
    """Selvaraju et al. 2017: [height, width]."""
    feature_map = trace.maps[node]
    weights = trace.gradient(trace.logits[0, class_index], feature_map).mean((2, 3), keepdim=True)
    result = (weights * feature_map).sum(1)[0].clamp(min=0)
    assert result.max() > 0, (node, class_index, "no positive evidence, which would compare zeros")
    return result


def contribution(trace, node, class_index):
    """[channels]: gradient times activation, summed over positions."""
    feature_map = trace.maps[node]
    return (trace.gradient(trace.logits[0, class_index], feature_map) * feature_map).sum((2, 3))[0]


def eigen_cam(trace, node):
    """Muhammad and Yeasin 2020, not centred: [height, width], the first right singular vector of [channels, positions]
    times its singular value, of that sign whose sum is positive."""
    feature_map = trace.maps[node][0].detach()
    _, scales, vectors = torch.linalg.svd(feature_map.flatten(1), full_matrices=False)
    assert scales[1] <= 0.9 * scales[0], (node, "the first singular vector is not well determined")
    result = scales[0] * vectors[0]
    return (result * result.sum().sign()).reshape(feature_map.shape[1:])


def effective(trace, node, row, column):
    """Luo et al. 2016: [side, side], |d mean over channels at one unit / d pixel| summed over RGB."""
    unit = trace.maps[node][0, :, row, column].mean()
    return trace.gradient(unit, trace.image).abs().sum(1)[0]


def logit_lens(trace, node):
    """[classes]: the head on the mean over space of a map that is as wide as the last."""
    return trace.model.fc(trace.maps[node].mean((2, 3)))[0]


def skip(model, image, name, part):
    """Logits [classes] with the residual branch or the shortcut of one block zero before their sum."""
    block = model.get_submodule(name)
    norm = block.bn3 if hasattr(block, "bn3") else block.bn2
    kept = {}

    def without_residual(_module, _arguments, output):
        return torch.zeros_like(output)

    def keep_residual(_module, _arguments, output):
        # The module adds the shortcut in place.
        kept["residual"] = output.clone()

    def without_shortcut(_module, _arguments, _output):
        return kept["residual"].relu()

    if part == "residual":
        handles = [norm.register_forward_hook(without_residual)]
    else:
        handles = [norm.register_forward_hook(keep_residual), block.register_forward_hook(without_shortcut)]
    with torch.no_grad():
        logits = model(image)[0]
    for handle in handles:
        handle.remove()
    return logits
