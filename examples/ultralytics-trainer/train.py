"""A trainer for Vision Platform with Ultralytics: detection, instance segmentation, poses and classification.

Keeps to docs/external-trainers.md with the `yolo` layout. Needs `pip install ultralytics` (AGPL-3.0 or a licence of its own: yours to
check). NOT run by the tests of this repository: neither the package nor its weights are there. Written against ultralytics 8.3.
"""
import json
import math
import os
import shutil
import signal
import sys
from pathlib import Path

FOLDER = Path(os.environ["VISION_JOB_FOLDER"])
JOB = json.loads((FOLDER / "job.json").read_text())
SETTINGS = JOB["hyperparameters"]
OUTPUT = FOLDER / JOB["output_folder"]
DATASET = FOLDER / JOB["dataset"]["folder"]
# The figure that decides which epoch is best, as Ultralytics names it.
PRIMARY = {
    "object_detection": ("metrics/mAP50-95(B)", "map50_95"),
    "instance_segmentation": ("metrics/mAP50-95(M)", "mask_map50_95"),
    "pose_estimation": ("metrics/mAP50-95(P)", "oks_map50_95"),
    "image_classification": ("metrics/accuracy_top1", "accuracy"),
}[JOB["task_type"]]
SUFFIX = {"object_detection": "", "instance_segmentation": "-seg", "pose_estimation": "-pose", "image_classification": "-cls"}[JOB["task_type"]]
# Ultralytics prints to standard output; the platform would take it for the log all the same.
CHANNEL = sys.stdout
sys.stdout = sys.stderr


def tell(**line):
    print(json.dumps(line), file=CHANNEL, flush=True)


def finite(value):
    value = float(value)
    return value if math.isfinite(value) else None


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    # `path: .` of data.yaml is the working folder to Ultralytics.
    os.chdir(DATASET)
    from ultralytics import YOLO

    best = [0, -1.0]

    def on_train_batch_end(trainer):
        trainer.vision_batches = getattr(trainer, "vision_batches", 0) + 1
        if trainer.vision_batches % 10 == 0:
            tell(type="progress", epoch=trainer.epoch + 1, fraction=min(1.0, trainer.vision_batches / len(trainer.train_loader)))

    def on_model_save(trainer):
        epoch, trainer.vision_batches = trainer.epoch + 1, 0
        values = {name: finite(value) for name, value in trainer.metrics.items()}
        losses = dict(zip(trainer.loss_names, [finite(value) for value in trainer.tloss.reshape(-1)])) if trainer.tloss is not None else {}
        known = [value for value in losses.values() if value is not None]
        primary = values.get(PRIMARY[0])
        if primary is not None and primary > best[1]:
            best[:] = [epoch, primary]
        name = f"epoch-{epoch}.pt"
        shutil.copyfile(trainer.last, OUTPUT / name)
        scores = {key.replace("metrics/", "")[:40]: value for key, value in values.items() if key.startswith("metrics/")}
        rate = next(iter(trainer.lr.values()), 0.0) if isinstance(trainer.lr, dict) else 0.0
        tell(type="epoch", checkpoint=name, metrics=dict(epoch=epoch, train_loss=sum(known) if known else None, val_loss=None, primary_metric=PRIMARY[1], primary_value=primary, scores=scores, learning_rate=rate))
        (OUTPUT / f"epoch-{epoch - 1}.pt").unlink(missing_ok=True)

    resume = JOB["resume"]
    source = str(FOLDER / resume["checkpoint"]) if resume else SETTINGS.get("weights", "yolo11n") + SUFFIX + ".pt"
    if resume:
        # Ultralytics knows a checkpoint by its extension.
        source = shutil.copyfile(source, FOLDER / "tmp" / "last.pt")
    model = YOLO(str(source))
    model.add_callback("on_train_batch_end", on_train_batch_end)
    model.add_callback("on_model_save", on_model_save)
    data = str(DATASET) if JOB["task_type"] == "image_classification" else str(FOLDER / JOB["dataset"]["description"])
    model.train(data=data, epochs=JOB["epochs"], imgsz=int(SETTINGS.get("image_size_px", 640)), batch=int(SETTINGS.get("batch_size", 16)), lr0=float(SETTINGS.get("learning_rate", 0.01)), seed=JOB["seed"], project=str(FOLDER / "tmp"), name="run", exist_ok=True, resume=bool(resume), plots=False, verbose=False)
    exported = YOLO(str(model.trainer.best)).export(format="onnx", dynamic=True)
    shutil.copyfile(exported, OUTPUT / "best.onnx")
    tell(type="done", model="best.onnx", **({"best_epoch": best[0]} if best[0] else {}))


if __name__ == "__main__":
    main()
