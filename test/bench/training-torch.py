"""Trains one of the nets of training-nets.mjs with PyTorch on one thread and prints images a CPU-second, once for each line on stdin."""
import resource
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH, SIDE, CLASSES = 16, 128, 10


class Mean(nn.Module):
    def forward(self, value):
        return value.mean((2, 3))


def normalised(channels):
    return [nn.BatchNorm2d(channels), nn.ReLU()]


def block(before, filters, kernel, stride):
    return nn.Sequential(nn.Conv2d(before, filters, kernel, stride, kernel // 2, bias=False), *normalised(filters))


def separable(before, filters, stride):
    return nn.Sequential(nn.Conv2d(before, before, 3, stride, 1, groups=before, bias=False), *normalised(before), block(before, filters, 1, 1))


def chain(first, rows, make):
    layers, before = [], first
    for row in rows:
        layers.append(make(before, *row))
        before = row[0]
    return layers


NETS = {
    'stride': lambda: nn.Sequential(*chain(3, [(16,), (32,), (64,), (128,)], lambda b, f: block(b, f, 3, 2)), Mean(), nn.Linear(128, CLASSES)),
    'pool': lambda: nn.Sequential(*chain(3, [(16,), (32,), (64,), (128,)], lambda b, f: nn.Sequential(nn.Conv2d(b, f, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2))), Mean(), nn.Linear(128, CLASSES)),
    'depthwise': lambda: nn.Sequential(block(3, 16, 3, 2), *chain(16, [(32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1)], separable), Mean(), nn.Linear(256, CLASSES)),
    'grid': lambda: nn.Sequential(*chain(3, [(16, 2), (32, 2), (64, 2), (64, 1), (64, 1)], lambda b, f, s: block(b, f, 3, s)), nn.Conv2d(64, CLASSES + 4, 1)),
}

torch.set_num_threads(1)
torch.manual_seed(1)
net = NETS[sys.argv[1]]()
steps = int(sys.argv[2])
optimiser = torch.optim.Adam(net.parameters(), 1e-3)
images = torch.randn(BATCH, 3, SIDE, SIDE)
classes = torch.arange(BATCH) % CLASSES
grid = torch.rand(BATCH, CLASSES + 4, SIDE // 8, SIDE // 8)


def train(count):
    for _ in range(count):
        optimiser.zero_grad(set_to_none=True)
        output = net(images)
        loss = F.cross_entropy(output, classes) if output.dim() == 2 else F.l1_loss(output, grid)
        loss.backward()
        optimiser.step()


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


train(2)
for _ in sys.stdin:
    before = cpu()
    train(steps)
    print(steps * BATCH / (cpu() - before), flush=True)
