"""Makes apps/training/src/engine/autodiff/reference/gradients-dense.json with PyTorch: losses and gradients of layers and losses of planes.

    python3 scripts/gradient-reference-dense.py

Inputs come from the generator of gradient-reference.py, which the test repeats. Needs torch; Debian: apt-get install python3-torch.
"""
import importlib.util
import json
import os

import torch
import torch.nn.functional as F

HERE = os.path.dirname(__file__)
TARGET = os.path.join(HERE, '../apps/training/src/engine/autodiff/reference/gradients-dense.json')
spec = importlib.util.spec_from_file_location('gradient_reference', os.path.join(HERE, 'gradient-reference.py'))
base = importlib.util.module_from_spec(spec)
spec.loader.exec_module(base)

BATCH, CHANNELS, SIDE = 3, 4, 6


def weighted_mean(value, random):
    """The value against a random plane: every output has a slope of its own."""
    return (value * random.tensor(*value.shape).detach()).mean()


def layers(random):
    plane = lambda: random.tensor(BATCH, CHANNELS, SIDE, SIDE)
    resized = lambda factor, mode: (lambda x: F.interpolate(x, scale_factor=factor, mode=mode, **({'align_corners': False} if mode == 'bilinear' else {})))
    yield 'nearest x2', [plane()], resized(2, 'nearest')
    yield 'bilinear x2', [plane()], resized(2, 'bilinear')
    yield 'bilinear x4', [plane()], resized(4, 'bilinear')
    yield 'concat', [plane(), random.tensor(BATCH, 2, SIDE, SIDE)], lambda a, b: torch.cat([a, b], 1)
    yield 'sum', [plane(), plane()], lambda a, b: a + b
    yield 'dilated 1', [plane(), random.tensor(5, CHANNELS, 3, 3)], lambda x, w: F.conv2d(x, w, padding=1)
    yield 'dilated 2', [plane(), random.tensor(5, CHANNELS, 3, 3)], lambda x, w: F.conv2d(x, w, padding=2, dilation=2)
    yield 'dilated 4', [plane(), random.tensor(2, CHANNELS, 3, 3)], lambda x, w: F.conv2d(x, w, padding=4, dilation=4)
    yield 'depthwise', [plane(), random.tensor(CHANNELS, 1, 3, 3)], lambda x, w: F.conv2d(x, w, padding=1, groups=CHANNELS)
    yield 'depthwise stride 2', [plane(), random.tensor(CHANNELS, 1, 3, 3)], lambda x, w: F.conv2d(x, w, padding=1, stride=2, groups=CHANNELS)
    yield 'depthwise 5', [plane(), random.tensor(CHANNELS, 1, 5, 5)], lambda x, w: F.conv2d(x, w, padding=2, groups=CHANNELS)
    yield 'softmax', [plane()], lambda x: F.softmax(x, 1)
    yield 'product', [random.tensor(BATCH, 5, 7), random.tensor(BATCH, 7, 6)], torch.matmul


def labels():
    """Classes in turn; every seventh pixel is ignored."""
    return torch.tensor([-1 if at % 7 == 3 else at % CHANNELS for at in range(BATCH * SIDE * SIDE)]).reshape(BATCH, SIDE, SIDE)


def one_hot():
    known = labels()
    return F.one_hot(known.clamp(min=0), CHANNELS).permute(0, 3, 1, 2).float() * (known >= 0)[:, None]


def dice(logits):
    classes = one_hot()
    probabilities = F.softmax(logits, 1) * classes.sum(1, keepdim=True)
    both = (probabilities * classes).sum((0, 2, 3))
    either = probabilities.sum((0, 2, 3)) + classes.sum((0, 2, 3))
    return (1 - (2 * both + 1) / (either + 1)).mean()


def losses(random):
    plane = lambda: random.tensor(BATCH, CHANNELS, SIDE, SIDE, scale=2.0)
    yield 'pixel cross entropy', [plane()], lambda x: F.cross_entropy(x, labels(), ignore_index=-1, weight=torch.tensor([0.5, 1.0, 1.5, 2.0]))
    yield 'dice', [plane()], dice
    mask = torch.tensor([float(at % 3 == 0) for at in range(BATCH * SIDE * SIDE)]).reshape(BATCH, 1, SIDE, SIDE)
    values = torch.tensor([(at % 5) / 2 - 1 for at in range(BATCH * CHANNELS * SIDE * SIDE)]).reshape(BATCH, CHANNELS, SIDE, SIDE)
    yield 'masked L1', [plane()], lambda x: ((x - values).abs() * mask).sum() / (mask.sum() * CHANNELS)
    bits = (values > 0).float()
    yield 'masked binary cross entropy', [plane()], lambda x: (F.binary_cross_entropy_with_logits(x, bits, reduction='none') * mask).sum() / (mask.sum() * CHANNELS)


def solved(kind, seed):
    """Each case has a generator of its own: reading one does not depend on those before."""
    names = [name for name, _, _ in kind(base.Lcg(1))]
    for index, name in enumerate(names):
        random = base.Lcg(seed + index)
        made = {}
        for other in kind(base.Lcg(1)):
            made[other[0]] = [tuple(one.shape) for one in other[1]]
        inputs = [random.tensor(*shape, scale=2.0 if kind is losses else 1.0) for shape in made[name]]
        function = next(one for other, _, one in kind(base.Lcg(1)) if other == name)
        value = function(*inputs)
        loss = value if kind is losses else weighted_mean(value, random)
        loss.backward()
        yield {
            'name': name,
            'seed': seed + index,
            'scale': 2.0 if kind is losses else 1.0,
            'shapes': made[name],
            'expected': {'loss': float(loss), 'gradients': [base.summary(one.grad) for one in inputs]},
        }


if __name__ == '__main__':
    torch.set_num_threads(1)
    with open(TARGET, 'w', encoding='utf-8') as file:
        json.dump({'torch': torch.__version__, 'layers': list(solved(layers, 3000)), 'losses': list(solved(losses, 4000))}, file, indent=1)
        file.write('\n')
