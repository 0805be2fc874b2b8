"""A trainer for Vision Platform in PyTorch: image classification with a small convolutional network.

It keeps to docs/external-trainers.md: reads job.json, tells its epochs on standard output as JSON lines, writes its files
into the output folder, goes on from a checkpoint, and ends on SIGTERM. Needs torch (1.13 or newer), numpy and Pillow.
"""
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import nn

FOLDER = Path(os.environ["VISION_JOB_FOLDER"])
JOB = json.loads((FOLDER / "job.json").read_text())
SETTINGS = JOB["hyperparameters"]
OUTPUT = FOLDER / JOB["output_folder"]
SIDE = int(SETTINGS.get("side", 32))


def tell(**line):
    print(json.dumps(line), flush=True)


def labels():
    """Image path -> index of its class and id of the image, from the label file of the platform."""
    index_of = {one["id"]: one["index"] for one in JOB["classes"]}
    document = json.loads((FOLDER / JOB["dataset"]["description"]).read_text())
    found = {}
    for image in document["images"]:
        annotation = image.get("annotation")
        if annotation and annotation.get("class_id") in index_of:
            name = image["file_name"]
            found[name if name.startswith("images/") else f"images/{name}"] = (index_of[annotation["class_id"]], image["id"])
    return found


def load(list_name, facts):
    root = FOLDER / JOB["dataset"]["folder"]
    names = (FOLDER / JOB["dataset"][list_name]).read_text().splitlines()
    pixels = np.zeros((len(names), SIDE, SIDE, 3), np.uint8)
    for row, name in enumerate(names):
        with Image.open(root / name) as image:
            # Labels stand on upright images.
            pixels[row] = np.asarray(ImageOps.exif_transpose(image).convert("RGB").resize((SIDE, SIDE), Image.BILINEAR))
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)
    return images, torch.tensor([facts[name][0] for name in names]), [facts[name][1] for name in names]


def network(classes):
    layers = []
    for into, out in ((3, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(into, out, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(256, classes))


class ForInference(nn.Module):
    """Pixels 0..255 to probabilities: what the platform feeds and reads."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        return torch.softmax(self.model(pixels / 255), dim=1)


def run_epoch(model, optimiser, images, targets, epoch):
    model.train()
    # One order an epoch, the same whether or not the training was stopped before it.
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(JOB["seed"] * 100_003 + epoch))
    size, total, began, told = int(SETTINGS["batch_size"]), 0.0, time.monotonic(), 0.0
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        if len(rows) < 2:  # batch normalisation has no spread of one image
            continue
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(model(images[rows]), targets[rows])
        loss.backward()
        optimiser.step()
        total += loss.item() * len(rows)
        now = time.monotonic()
        if now - told > 0.5:
            told = now
            tell(type="progress", epoch=epoch, fraction=(start + len(rows)) / len(order), images_per_second=(start + len(rows)) / max(now - began, 1e-6))
    return total / len(order)


@torch.no_grad()
def evaluate(model, images, targets):
    model.eval()
    logits = torch.cat([model(part) for part in images.split(256)])
    loss = nn.functional.cross_entropy(logits, targets).item()
    predicted = logits.argmax(1)
    classes = len(JOB["classes"])
    matrix = torch.bincount(targets * classes + predicted, minlength=classes * classes).reshape(classes, classes)
    return loss, (predicted == targets).float().mean().item(), matrix.tolist(), torch.softmax(logits, dim=1)


def write_examples(probabilities, targets, ids, path):
    """What the model says of the validation images, the worst first: people see truth and prediction side by side."""
    of_truth = probabilities.gather(1, targets[:, None])[:, 0]
    scores, said = probabilities.max(1)
    class_ids = [one["id"] for one in JOB["classes"]]
    with open(f"{path}.part", "w") as lines:
        for row in of_truth.argsort(stable=True)[:200].tolist():
            predicted = {"class_id": class_ids[said[row]], "score": min(1.0, scores[row].item())}
            example = {"image_id": ids[row], "quality": min(1.0, of_truth[row].item()), "truth": [{"class_id": class_ids[targets[row]]}], "predicted": [predicted]}
            lines.write(json.dumps(example) + "\n")
    os.replace(f"{path}.part", path)


def save_whole(value, path):
    # Under its name when it is whole: a trainer may be killed at any moment.
    torch.save(value, f"{path}.part")
    os.replace(f"{path}.part", path)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    random.seed(JOB["seed"])
    torch.manual_seed(JOB["seed"])
    torch.set_num_threads(int(SETTINGS.get("threads", 1)))
    facts = labels()
    (*train, _), (*val, val_ids) = load("train_list", facts), load("val_list", facts)
    model = network(len(JOB["classes"]))
    optimiser = torch.optim.AdamW(model.parameters(), lr=SETTINGS["learning_rate"])
    first, best = 1, (0, -1.0)
    if JOB["resume"]:
        state = torch.load(FOLDER / JOB["resume"]["checkpoint"], map_location="cpu")
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        first, best = state["epoch"] + 1, state["best"]
        tell(type="log", message=f"goes on behind epoch {state['epoch']}")
    for epoch in range(first, JOB["epochs"] + 1):
        began, cpu = time.monotonic(), time.process_time()
        train_loss = run_epoch(model, optimiser, *train, epoch)
        tell(type="progress", epoch=epoch, fraction=1, phase="evaluating")
        val_loss, accuracy, matrix, probabilities = evaluate(model, *val)
        if accuracy > best[1]:
            best = (epoch, accuracy)
            write_examples(probabilities, val[1], val_ids, OUTPUT / "examples.ndjson")
        checkpoint, exported = f"epoch-{epoch}.pt", f"epoch-{epoch}.onnx"
        save_whole({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "epoch": epoch, "best": best}, OUTPUT / checkpoint)
        # Outputs and inputs have names, and the number of images is free.
        torch.onnx.export(ForInference(model).eval(), torch.zeros(1, 3, SIDE, SIDE), str(OUTPUT / exported), opset_version=13, input_names=["pixels"], output_names=["probabilities"], dynamic_axes={"pixels": {0: "n"}, "probabilities": {0: "n"}})
        metrics = dict(epoch=epoch, train_loss=train_loss, val_loss=val_loss, primary_metric="accuracy", primary_value=accuracy, scores={"accuracy": accuracy}, confusion_matrix=matrix, learning_rate=SETTINGS["learning_rate"], wall_seconds=time.monotonic() - began, cpu_seconds=time.process_time() - cpu)
        tell(type="epoch", metrics=metrics, checkpoint=checkpoint, model=exported)
        # The platform has copied the files when it reads the next line; those of the epoch before are not needed any more.
        for old in (OUTPUT / f"epoch-{epoch - 1}.pt", OUTPUT / f"epoch-{epoch - 1}.onnx"):
            old.unlink(missing_ok=True)
    # Where the best epoch was one of an earlier attempt its examples are gone with that attempt's folder.
    examples = {"examples": "examples.ndjson"} if (OUTPUT / "examples.ndjson").exists() else {}
    tell(type="done", best_epoch=best[0], **examples)


if __name__ == "__main__":
    main()
