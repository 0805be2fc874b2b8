"""Makes apps/training/src/engine/autodiff/reference/gradients-detection.json with PyTorch: losses and gradients of detection.

    python3 scripts/gradient-reference-detection.py

Inputs come from the generator of gradient-reference.py, which the test repeats. Needs torch; Debian: apt-get install python3-torch.
"""
import importlib.util
import json
import os

import torch
import torch.nn.functional as F

HERE = os.path.dirname(__file__)
TARGET = os.path.join(HERE, '../apps/training/src/engine/autodiff/reference/gradients-detection.json')
spec = importlib.util.spec_from_file_location('gradient_reference', os.path.join(HERE, 'gradient-reference.py'))
base = importlib.util.module_from_spec(spec)
spec.loader.exec_module(base)

BATCH, CLASSES, SIDE = 3, 2, 5


def flags(channels, every):
    return torch.tensor([float(at % every == 0) for at in range(BATCH * channels * SIDE * SIDE)]).reshape(BATCH, channels, SIDE, SIDE)


def focal(logits):
    positives = flags(CLASSES, 11)
    negatives = (1 - positives) * torch.tensor([(at % 5) / 4 for at in range(logits.numel())]).reshape(logits.shape)
    p = torch.sigmoid(logits)
    each = positives * (1 - p) ** 2 * F.logsigmoid(logits) + negatives * p ** 2 * F.logsigmoid(-logits)
    return -each.sum() / positives.sum()


def boxes(raw):
    """The distances are the exponentials of what the network says, as in the task."""
    distances = torch.exp(raw.clamp(-1.5, 1.2))
    truth = torch.tensor([0.4 + (at % 7) / 3 for at in range(raw.numel())]).reshape(raw.shape)
    weights = flags(1, 3) * torch.tensor([(1 + at % 4) / 4 for at in range(BATCH * SIDE * SIDE)]).reshape(BATCH, 1, SIDE, SIDE)
    corners = lambda d: torch.stack([-d[:, 0], -d[:, 1], d[:, 2], d[:, 3]], 1)
    a, b = corners(distances), corners(truth)
    area = lambda c: (c[:, 2] - c[:, 0]) * (c[:, 3] - c[:, 1])
    shared = area(torch.cat([torch.maximum(a, b)[:, :2], torch.minimum(a, b)[:, 2:]], 1))
    hull = area(torch.cat([torch.minimum(a, b)[:, :2], torch.maximum(a, b)[:, 2:]], 1))
    union = area(a) + area(b) - shared
    giou = shared / union - (hull - union) / hull
    return ((1 - giou)[:, None] * weights).sum() / weights.sum()


def case(name, seed, channels, scale, loss_of):
    random = base.Lcg(seed)
    value = (random.tensor(BATCH, channels, SIDE, SIDE).detach() * scale).requires_grad_(True)
    loss = loss_of(value)
    loss.backward()
    gradient = value.grad.reshape(-1)
    return {'name': name, 'seed': seed, 'scale': scale, 'shape': list(value.shape), 'loss': float(loss), 'gradient': [float(x) for x in gradient]}


if __name__ == '__main__':
    cases = [case('focal', 1, CLASSES, 2.0, focal), case('focal, saturated', 2, CLASSES, 40.0, focal), case('boxes', 3, 4, 2.0, boxes)]
    with open(TARGET, 'w') as file:
        json.dump({'torch': torch.__version__, 'cases': cases}, file, indent=1)
        file.write('\n')
