"""The network of tasks/semantic/unet-small.ts in PyTorch, trained on the files of the same training: how far is what is written here from what people use?

    python3 unet_small.py FOLDER SIDE TRAIN VAL EPOCHS BATCH CLASSES

FOLDER has images.cache (HWC bytes) and labels.cache (values of an indexed mask; CLASSES are their ids, separated by commas), training images first. Prints one JSON line: the best mIoU
and CPU seconds. Random numbers differ from those of the engine; everything else is the same: weights, losses, schedule, augmentation ranges. One thread. Needs torch; Debian: python3-torch.
"""
import json
import math
import resource
import sys

import numpy
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)
folder, side, train, val, epochs, batch = sys.argv[1], *(int(value) for value in sys.argv[2:7])
ids = [int(value) for value in sys.argv[7].split(',')]
channels = len(ids) + 1
PEAK, DECAY, WARMUP, LEAST_AREA, DEEP = 3e-3, 1e-4, 0.1, 40, 8


def block(inputs, outputs, kernel=3, stride=1, relu=True):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.05)]
    nn.init.normal_(layers[0].weight, std=math.sqrt(2 / (inputs * kernel * kernel)))
    return nn.Sequential(*layers, *([nn.ReLU()] if relu else []))


class Residual(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.inner = nn.Sequential(block(filters, filters), block(filters, filters, relu=False))

    def forward(self, value):
        return F.relu(value + self.inner(value))


def with_edges(images):
    across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
    planes = images.reshape(-1, 1, *images.shape[2:])
    dx = F.conv2d(planes, across[None, None], padding=1).reshape(images.shape)
    dy = F.conv2d(planes, across.t()[None, None], padding=1).reshape(images.shape)
    total = lambda value: value.sum(1, keepdim=True)
    squares = total(dx * dx) + total(dy * dy)
    edges = torch.cat([squares, total(dx * dx) - total(dy * dy), 2 * total(dx * dy)], 1)
    return torch.cat([images, 2 * edges / (squares + 0.02)], 1)


class Unet(nn.Module):
    def __init__(self):
        super().__init__()
        self.at_half = block(6, 16, stride=2)
        self.at_quarter = nn.Sequential(block(16, 32, stride=2), Residual(32))
        self.deep = nn.Sequential(block(32, 64, stride=2), Residual(64), Residual(64), Residual(64))
        self.spread = nn.Sequential(Residual(64), Residual(64))
        self.narrow = nn.ModuleList([block(64, 32, 1), block(32, 16, 1)])
        self.join = nn.ModuleList([block(64, 32), block(32, 16, 1)])
        self.middles, self.head = nn.Conv2d(64, channels - 1, 1), nn.Conv2d(16, channels, 1)
        for one in (self.middles, self.head):
            nn.init.normal_(one.weight, std=0.05)
            nn.init.zeros_(one.bias)

    def forward(self, images):
        half = self.at_half(with_edges(images))
        quarter = self.at_quarter(half)
        deep = self.deep(quarter)
        plane = self.spread(deep)
        for narrow, join, beside in zip(self.narrow, self.join, (quarter, half)):
            plane = join(torch.cat([larger(narrow(plane)), beside], 1))
        return larger(self.head(plane)), self.middles(deep)


def larger(plane):
    return F.interpolate(plane, scale_factor=2, mode='bilinear', align_corners=False)


def middle_targets(labels):
    """Which class the figure has whose middle lies in a cell; -1: none. OpenCV finds the pieces."""
    import cv2

    targets = torch.full((len(labels), side // DEEP, side // DEEP), -1)
    for image, plane in enumerate(labels.numpy()):
        for value in range(1, channels):
            count, _, statistics, middles = cv2.connectedComponentsWithStats((plane == value).astype(numpy.uint8), connectivity=4)
            for piece in range(1, count):
                x, y = middles[piece]
                if statistics[piece, cv2.CC_STAT_AREA] >= LEAST_AREA and plane[int(round(y)), int(round(x))] == value:
                    targets[image, int((y + 0.5) // DEEP), int((x + 0.5) // DEEP)] = value - 1
    return targets


def augmented(images, labels):
    count = len(images)
    uniform = lambda low, high, *shape: low + (high - low) * torch.rand(count, *shape)
    angle, scale = uniform(-0.14, 0.14), uniform(0.88, 1.12)
    flip = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 0, 1] = flip * torch.cos(angle) / scale, -torch.sin(angle) / scale
    matrix[:, 1, 0], matrix[:, 1, 1] = flip * torch.sin(angle) / scale, torch.cos(angle) / scale
    matrix[:, :, 2] = uniform(-0.16, 0.16, 2)
    grid = F.affine_grid(matrix, (count, 3, side, side), align_corners=False)
    moved = F.grid_sample(images.float(), grid, align_corners=False) * uniform(0.8, 1.2, 1, 1, 1) * uniform(0.9, 1.1, 3, 1, 1) + uniform(-20, 20, 1, 1, 1)
    # What comes from outside is not looked at: 1 is added before, so that the zeros around the image are apart.
    names = F.grid_sample(labels[:, None].float() + 1, grid, mode='nearest', align_corners=False)[:, 0].long() - 1
    return moved.clamp(0, 255), names


def normalised(images):
    return (images.float() / 255 - 0.5) / 0.25


def rate(step, steps):
    warm = max(1, int(steps * WARMUP))
    return PEAK * step / warm if step <= warm else PEAK * 0.5 * (1 + math.cos(math.pi * min(1, (step - warm) / max(1, steps - warm + 1))))


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def mean_iou(net, images, labels):
    shared, either = torch.zeros(channels), torch.zeros(channels)
    net.eval()
    with torch.no_grad():
        for at in range(0, len(images), 50):
            seen, truth = net(normalised(images[at:at + 50]))[0].argmax(1), labels[at:at + 50]
            for value in range(channels):
                shared[value] += ((seen == value) & (truth == value)).sum()
                either[value] += (((seen == value) & (truth >= 0)) | (truth == value)).sum()
    net.train()
    return float((shared / either)[either > 0].mean())


images = torch.from_numpy(numpy.fromfile(f'{folder}/images.cache', numpy.uint8).reshape(train + val, side, side, 3).transpose(0, 3, 1, 2).copy())
table = torch.full((256,), -1)
table[0] = 0
for index, one in enumerate(ids):
    table[one + 1] = index + 1
labels = table[torch.from_numpy(numpy.fromfile(f'{folder}/labels.cache', numpy.uint8).reshape(train + val, side, side)).long()]
pixels = torch.bincount(labels[:train][labels[:train] >= 0], minlength=channels).double()
weights = (pixels.sum() / pixels.clamp(min=1)).sqrt()
weights = (weights / ((weights * pixels).sum() / pixels.sum())).float()
net = Unet()
optimiser = torch.optim.AdamW([{'params': [one for one in net.parameters() if one.dim() > 1], 'weight_decay': DECAY}, {'params': [one for one in net.parameters() if one.dim() < 2], 'weight_decay': 0}])
start, best, step, steps = cpu(), 0.0, 0, epochs * (train // batch)
for epoch in range(1, epochs + 1):
    order = torch.randperm(train)
    for at in range(0, train - batch + 1, batch):
        step += 1
        seen, truth = augmented(images[order[at:at + batch]], labels[order[at:at + batch]])
        logits, middles = net(normalised(seen))
        targets = middle_targets(truth)
        loss = F.cross_entropy(logits, truth, weight=weights, ignore_index=-1)
        if (targets >= 0).any():
            loss = loss + F.cross_entropy(middles, targets, ignore_index=-1)
        for group in optimiser.param_groups:
            group['lr'] = rate(step, steps)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    best = max(best, mean_iou(net, images[train:], labels[train:]))
    print(f'PyTorch {epoch}: best mIoU {best:.3f}, {cpu() - start:.0f} CPU s', file=sys.stderr, flush=True)
print(json.dumps({'miou': best, 'cpu_seconds': cpu() - start, 'torch': torch.__version__}))
