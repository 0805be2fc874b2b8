"""Makes apps/training/src/engine/autodiff/reference/gradients.json with PyTorch: losses and gradients that the engine's own must equal.

    python3 scripts/gradient-reference.py

Inputs and weights come from a linear congruential generator that the test repeats, so that they need not be stored. Large tensors are stored as
norm and samples. Needs torch; Debian: apt-get install python3-torch.
"""
import json
import os

import torch
import torch.nn.functional as F

TARGET = os.path.join(os.path.dirname(__file__), '../apps/training/src/engine/autodiff/reference/gradients.json')
SAMPLES = 24


class Lcg:
    """x' = 1664525 x + 1013904223 mod 2^32, as values -1..1 (Numerical Recipes)."""

    def __init__(self, seed):
        self.state = seed

    def tensor(self, *shape, scale=1.0, offset=0.0):
        count = 1
        for size in shape:
            count *= size
        values = []
        for _ in range(count):
            self.state = (1664525 * self.state + 1013904223) % 2**32
            values.append((self.state / 2**32 * 2 - 1) * scale + offset)
        return torch.tensor(values, dtype=torch.float32).reshape(shape).requires_grad_(True)


def summary(gradient):
    flat = gradient.detach().reshape(-1)
    step = max(1, flat.numel() // SAMPLES)
    return {'norm': float(flat.double().norm()), 'step': step, 'samples': [float(value) for value in flat[::step][:SAMPLES]]}


def network(case):
    random = Lcg(case['seed'])
    batch, side, classes = case['batch'], case['side'], case['classes']
    images = random.tensor(batch, case['channels'], side, side)
    parameters = {}
    value = images
    channels = case['channels']
    for index, layer in enumerate(case['layers']):
        if layer['kind'] == 'conv':
            weight = random.tensor(layer['filters'], channels, layer['kernel'], layer['kernel'], scale=0.4)
            parameters[f'weight{index}'] = weight
            value = F.conv2d(value, weight, stride=layer['stride'], padding=layer['padding'])
            channels = layer['filters']
        elif layer['kind'] == 'norm':
            gamma = random.tensor(channels, scale=0.3, offset=1.0)
            beta = random.tensor(channels, scale=0.3)
            parameters[f'gamma{index}'] = gamma
            parameters[f'beta{index}'] = beta
            value = F.batch_norm(value, None, None, gamma, beta, training=True, eps=1e-3)
        elif layer['kind'] == 'relu':
            value = F.relu(value)
        elif layer['kind'] == 'maxpool':
            value = F.max_pool2d(value, 2)
        elif layer['kind'] == 'average':
            value = value.mean(dim=(2, 3))
        elif layer['kind'] == 'flatten':
            value = value.flatten(1)
        elif layer['kind'] == 'dense':
            # Many inputs want small weights, or the softmax is saturated and tells nothing.
            weight = random.tensor(value.shape[1], classes, scale=0.3 if value.shape[1] <= 256 else 0.02)
            bias = random.tensor(classes, scale=0.3)
            parameters[f'weight{index}'] = weight
            parameters[f'bias{index}'] = bias
            value = value @ weight + bias
    weights = torch.tensor([0.5 + (index % 3) * 0.5 for index in range(batch)])
    if case['loss'] == 'softmax':
        target = torch.tensor([index % classes for index in range(batch)])
        loss = (F.cross_entropy(value, target, reduction='none') * weights).mean()
    else:
        target = torch.tensor([[float((row + column) % 2) for column in range(classes)] for row in range(batch)])
        loss = (F.binary_cross_entropy_with_logits(value, target, reduction='none') * weights[:, None]).mean()
    loss.backward()
    return {**case, 'expected': {'loss': float(loss), 'gradients': {name: summary(one.grad) for name, one in parameters.items()}}}


def conv(filters, kernel, stride, padding):
    return {'kind': 'conv', 'filters': filters, 'kernel': kernel, 'stride': stride, 'padding': padding}


NORM, RELU, POOL, AVERAGE, FLATTEN, DENSE = ({'kind': kind} for kind in ('norm', 'relu', 'maxpool', 'average', 'flatten', 'dense'))

CASES = [
    {'name': 'one convolution', 'layers': [conv(4, 3, 1, 1), AVERAGE, DENSE]},
    {'name': 'stride 2, odd side', 'side': 9, 'layers': [conv(4, 3, 2, 1), RELU, FLATTEN, DENSE]},
    {'name': 'stride 2, even side', 'side': 8, 'layers': [conv(4, 3, 2, 1), RELU, FLATTEN, DENSE]},
    {'name': 'no padding, large kernel', 'side': 11, 'layers': [conv(3, 5, 2, 0), RELU, FLATTEN, DENSE]},
    {'name': 'one by one', 'layers': [conv(6, 1, 1, 0), RELU, AVERAGE, DENSE]},
    {'name': 'batch norm', 'layers': [conv(4, 3, 1, 1), NORM, RELU, conv(5, 3, 2, 1), NORM, RELU, AVERAGE, DENSE]},
    {'name': 'max pool', 'layers': [conv(4, 3, 1, 1), RELU, POOL, FLATTEN, DENSE]},
    {'name': 'several labels', 'loss': 'sigmoid', 'layers': [conv(4, 3, 2, 1), NORM, RELU, AVERAGE, DENSE]},
    {
        'name': 'realistic size',
        'batch': 32,
        'side': 64,
        'channels': 3,
        'classes': 10,
        'layers': [conv(16, 3, 2, 1), NORM, RELU, conv(32, 3, 2, 1), NORM, RELU, conv(64, 3, 2, 1), NORM, RELU, conv(64, 3, 1, 1), NORM, RELU, FLATTEN, DENSE],
    },
]

DEFAULTS = {'batch': 5, 'side': 8, 'channels': 2, 'classes': 3, 'loss': 'softmax'}

if __name__ == '__main__':
    torch.set_num_threads(1)
    made = [network({**DEFAULTS, **case, 'seed': 1000 + index}) for index, case in enumerate(CASES)]
    with open(TARGET, 'w', encoding='utf-8') as file:
        json.dump({'torch': torch.__version__, 'cases': made}, file, indent=1)
        file.write('\n')
