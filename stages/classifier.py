"""The classifier stage: ResNet-18 trained on a dataset's real train split, to judge translations.

    python -m stages.classifier celeba 32

reads data/prepared/celeba-32, writes data/classifier/celeba-32 and metrics/classifier/celeba-32.json: its error
on the real test split, which stands beside every number that it gives about translations.
"""

import argparse
from pathlib import Path

import torch

from stages import torch_setup
from stargan import tracking
from stargan.core.files import write_json
from stargan.core.metrics import rounded
from stargan.core.params import Classifier as Settings
from stargan.core.params import Data, load
from stargan.data.prepared import Prepared, read_prepared
from stargan.errors import Fault, main
from stargan.judge.classification import Metrics, real_errors
from stargan.judge.classifier import new_classifier
from stargan.judge.judge import Judge, write_judge
from stargan.judge.learning import Log, learn, steps_an_epoch
from stargan.progress import progress


def trained(data: Prepared, settings: Settings, seed: int, device: torch.device, log: Log) -> Judge:
    """Return a judge trained on the train split of `data`; equal seeds give equal weights."""
    network = new_classifier(data.kind.width, seed).to(device)
    learn(
        network, data.kind, data.images, data.labels, data.split("train"),
        epochs=settings.epochs, batch=settings.batch, lr=settings.lr, weight_decay=settings.weight_decay,
        random=torch.Generator().manual_seed(seed), log=log,
    )  # fmt: skip
    return Judge(network, data.kind, data.size, data.images_sha256)


def examined(data: Prepared, judge: Judge) -> Metrics:
    """Return the judge's error on the test split of `data`. Raises Fault where that is empty."""
    positions = data.split("test")
    if not len(positions):
        raise Fault(f"data.{data.dataset}: no test images were prepared; raise test_images or test_share")
    seen = judge.labels(judge.see(data.images, positions))
    metrics = real_errors("error_percent", data.kind, seen, data.labels[positions])
    return metrics | {"accuracy_percent": 100 - metrics["error_percent"]}


def run(
    prepared: Path, folder: Path, metrics: Path, settings: Settings, seed: int, device: torch.device, tracker: tracking.Run
) -> None:
    """Train on `prepared`, write the judge to `folder` and its errors to the file `metrics`."""
    data = read_prepared(prepared)
    tracker.log_dataset(data.dataset, data.images_sha256, data.origin["kind"], len(data.images))
    steps = settings.epochs * steps_an_epoch(len(data.split("train")), settings.batch)
    nothing: tuple[int, ...] = ()  # the bar is moved by `log`
    with progress(nothing, steps, "step", f"classifier {prepared.name}") as bar:

        def log(step: int, loss: float) -> None:
            bar.set_postfix_str(f"loss {loss:.3f}", refresh=False)
            bar.update(step - bar.n)
            if step % 10 == 0:
                tracker.log_losses(step, {"cls": loss})

        judge = trained(data, settings, seed, device, log)
    errors = examined(data, judge)
    write_judge(folder, judge)
    write_json(metrics, rounded(errors))
    tracker.log_metrics(rounded(errors))
    print(f"{prepared.name}: accuracy {errors['accuracy_percent']:.2f} % on real test images")


def _command() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.classifier", description=__doc__)
    parser.add_argument("dataset", choices=[name for name in Data.model_fields if name != "sizes"])
    parser.add_argument("size", type=int, help="image size in pixels")
    given = parser.parse_args()
    params = load()
    device = torch_setup(params)
    name = f"{given.dataset}-{given.size}"
    metrics = Path("metrics/classifier", f"{name}.json")
    settings = {"seed": params.seed, "classifier": params.classifier.model_dump()}
    with tracking.stage_run(f"classifier@{name}", settings) as tracker:
        run(
            Path("data/prepared", name),
            Path("data/classifier", name),
            metrics,
            params.classifier,
            params.seed,
            device,
            tracker,
        )


if __name__ == "__main__":
    main(_command)
