"""Random models that leave nothing untested."""

import torch


def give_statistics(model):
    """Gives batch-norms statistics and weights that no fresh ones have, so that no normalisation is the identity."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1)
            module.bias.data.normal_(0, 0.1)
