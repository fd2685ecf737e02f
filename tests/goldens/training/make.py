"""Writes the goldens of tests/tests/training.rs, from PyTorch and NumPy:

    python tests/goldens/training/make.py

A linear layer on made-up features, fitted for 50 steps with torch.optim.SGD and torch.optim.AdamW, torch.nn.CrossEntropyLoss with class
weights and label smoothing, and CosineAnnealingLR; the batches are written beside the losses. A ridge regression by numpy.linalg.solve in f64.
Shares, F1, calibration error and Wilson's interval of made-up answers, from their definitions. Writes training.safetensors and
metrics.json beside itself, and the versions it ran with to VERSIONS.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).parent
PICTURES, FEATURES, CLASSES = 96, 12, 7
STEPS, BATCH = 50, 16
SMOOTHING, DECAY = 0.1, 0.05
PENALTY = 3.0
NUM_BINS = 15
Z = 1.959963984540054


def examples():
    centres = torch.randn(CLASSES, FEATURES)
    labels = torch.randint(CLASSES, (PICTURES,))
    labels[:CLASSES] = torch.arange(CLASSES)
    features = centres[labels] + 1.5 * torch.randn(PICTURES, FEATURES) + 0.5
    return features, labels


def fit(features, labels, batches, class_weights, name):
    layer = torch.nn.Linear(FEATURES, CLASSES)
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    groups = [{"params": [layer.weight], "weight_decay": DECAY}, {"params": [layer.bias], "weight_decay": 0.0}]
    optimizer = {
        "sgd": lambda: torch.optim.SGD(groups, lr=0.1, momentum=0.9),
        "adamw": lambda: torch.optim.AdamW(groups, lr=0.02, betas=(0.9, 0.999), eps=1e-8),
    }[name]()
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
    criterion = torch.nn.CrossEntropyLoss(weight=class_weights, label_smoothing=SMOOTHING)
    losses, rates = [], []
    for batch in batches:
        rates.append(optimizer.param_groups[0]["lr"])
        loss = criterion(layer(features[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return {
        f"{name}/losses": torch.tensor(losses, dtype=torch.float64),
        f"{name}/rates": torch.tensor(rates, dtype=torch.float64),
        f"{name}/weight": layer.weight.detach().clone(),
        f"{name}/bias": layer.bias.detach().clone(),
    }


def ridge(features, labels):
    x, y = features.double().numpy(), np.eye(CLASSES)[labels.numpy()]
    mean_x, mean_y = x.mean(0), y.mean(0)
    x, y = x - mean_x, y - mean_y
    weight = np.linalg.solve(x.T @ x + PENALTY * np.eye(FEATURES), x.T @ y).T
    bias = mean_y - weight @ mean_x
    return {"ridge/weight": torch.from_numpy(weight).float(), "ridge/bias": torch.from_numpy(bias).float()}


def wilson(count, total):
    share = count / total
    centre = share + Z**2 / (2 * total)
    half = Z * np.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2))
    scale = 1 + Z**2 / total
    return [count, 100 * share, 100 * (centre - half) / scale, 100 * (centre + half) / scale]


def metrics(logits, labels):
    """From the definitions; macro-F1 as scikit-learn's f1_score(average="macro"), over classes that are there or were answered."""
    logits, labels = logits.double(), labels.numpy()
    probabilities = torch.softmax(logits, 1).numpy()
    answers = probabilities.argmax(1)
    top5 = np.argsort(-probabilities, axis=1, kind="stable")[:, :5]
    total = len(labels)
    confusion = np.zeros((CLASSES, CLASSES), dtype=int)
    for label, answer in zip(labels, answers):
        confusion[label, answer] += 1
    precision, recall, f1, counted = [], [], [], []
    for c in range(CLASSES):
        true_positive = ((labels == c) & (answers == c)).sum()
        false_positive = ((labels != c) & (answers == c)).sum()
        false_negative = ((labels == c) & (answers != c)).sum()
        p = true_positive / (true_positive + false_positive) if true_positive + false_positive else 0.0
        r = true_positive / (true_positive + false_negative) if true_positive + false_negative else 0.0
        precision.append(p)
        recall.append(r)
        f1.append(2 * p * r / (p + r) if p + r else 0.0)
        counted.append(bool(true_positive + false_positive + false_negative))
    confidence = probabilities.max(1)
    error = 0.0
    for b in range(NUM_BINS):
        inside = (confidence > b / NUM_BINS) & (confidence <= (b + 1) / NUM_BINS)
        if inside.any():
            error += inside.mean() * abs(confidence[inside].mean() - (answers == labels)[inside].mean())
    wrong = np.flatnonzero(answers != labels)
    return {
        "top1": wilson(int((answers == labels).sum()), total),
        "top5": wilson(int((top5 == labels[:, None]).any(1).sum()), total),
        "macro_f1": float(np.mean([value for value, count in zip(f1, counted) if count])),
        "cross_entropy": float(torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels))),
        "precision": [float(value) for value in precision],
        "recall": [float(value) for value in recall],
        "confusion": confusion.tolist(),
        "expected_calibration_error": float(error),
        "mistakes": [int(row) for row in wrong[np.argsort(-confidence[wrong], kind="stable")]],
    }


def main():
    torch.manual_seed(0)
    features, labels = examples()
    batches = torch.stack([torch.randperm(PICTURES)[:BATCH] for _ in range(STEPS)])
    class_weights = 0.5 + torch.rand(CLASSES)
    tensors = {"features": features, "labels": labels, "batches": batches, "class_weights": class_weights}
    for name in ("sgd", "adamw"):
        tensors |= fit(features, labels, batches, class_weights, name)
    tensors |= ridge(features, labels)
    # Class 5 has no pictures and class 6 neither pictures nor answers.
    answered = torch.randint(5, (64,))
    logits = 2 * torch.randn(64, CLASSES) + 2 * torch.nn.functional.one_hot(answered, CLASSES)
    logits[:, 6] -= 30
    tensors |= {"metrics/logits": logits, "metrics/labels": answered}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, FOLDER / "training.safetensors")
    (FOLDER / "metrics.json").write_text(json.dumps(metrics(logits, answered), indent=1) + "\n")
    (FOLDER / "VERSIONS").write_text(f"torch {torch.__version__}\nnumpy {np.__version__}\n")


main()
