"""The classifier stage: a ResNet-18 for each image size, trained on a dataset's real train split, to judge translations.

    python -m stages.classifier celeba

reads data/prepared/celeba, writes data/classifier/celeba and metrics/classifier/celeba.csv and .json: its error on the
real test split at each size, which stands beside every number that it gives about translations.
"""

import argparse
from pathlib import Path

import torch

from stargan import tracking
from stargan.core.device import device_of
from stargan.core.files import whole_folder, write_json
from stargan.core.measures import Measure, named, write_measures
from stargan.core.params import Classifier as Settings
from stargan.core.params import load
from stargan.data.prepared import Prepared, prepared_sizes, read_set
from stargan.errors import Fault, main
from stargan.judge.classifier import new_classifier
from stargan.judge.judge import Judge, write_judge
from stargan.judge.learning import Log, learn, steps_an_epoch
from stargan.judge.real import real_errors
from stargan.judge.records import JUDGES
from stargan.progress import progress


def trained(data: Prepared, settings: Settings, seed: int, device: torch.device, log: Log) -> Judge:
    """Return a judge trained on the train split of `data`; equal seeds give equal weights."""
    network = new_classifier(data.kind.width, seed).to(device)
    learn(
        network,
        data.kind,
        data.images,
        data.labels,
        data.split("train"),
        epochs=settings.epochs,
        batch=settings.batch,
        lr=settings.lr,
        weight_decay=settings.weight_decay,
        random=torch.Generator().manual_seed(seed),
        log=log,
    )
    return Judge(network, data.kind, data.size, data.digest)


def evaluate_judge(data: Prepared, judge: Judge) -> list[Measure]:
    """Return the judge's error on the test split of `data`. Raises Fault where that is empty."""
    positions = data.split("test")
    if not len(positions):
        raise Fault(f"datasets.{data.dataset}: no test images were prepared; raise test_images or test_share")
    seen = judge.labels(judge.see(data.images, positions))
    return real_errors(f"classifier_error_{data.size}px", data.dataset, data.kind, seen, data.labels[positions])


def run(
    data: Prepared, settings: Settings, seed: int, device: torch.device, tracker: tracking.Run
) -> tuple[Judge, list[Measure]]:
    """Train on `data`; return the judge and its errors."""
    tracker.log_dataset(data.dataset, data.images_sha256, data.origin["kind"], len(data.images))
    steps = settings.epochs * steps_an_epoch(len(data.split("train")), settings.batch)
    nothing: tuple[int, ...] = ()  # the bar is moved by `log`
    with progress(nothing, steps, "step", f"classifier {data.dataset} {data.size}") as bar:

        def log(step: int, loss: float) -> None:
            bar.set_postfix_str(f"loss {loss:.3f}", refresh=False)
            bar.update(step - bar.n)
            if step % 10 == 0:
                tracker.log_losses(step, {f"cls_{data.size}": loss})

        judge = trained(data, settings, seed, device, log)
    errors = evaluate_judge(data, judge)
    print(f"{data.dataset} at {data.size} px: error {errors[0].value:.2f} % on real test images")
    return judge, errors


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.classifier", description=__doc__)
    parser.add_argument("dataset", help="a key of params.yaml's datasets")
    name, params = parser.parse_args().dataset, load()
    device = device_of(params)
    settings = {"seed": params.seed, "classifier": params.classifier.model_dump()}
    with tracking.stage_run(f"classifier@{name}", settings) as tracker:
        errors: list[Measure] = []
        with whole_folder(JUDGES / name) as folder:
            for size in prepared_sizes(name):
                data = read_set(name, size)
                judge, found = run(data, params.classifier, params.seed, device, tracker)
                write_judge(folder / str(size), judge, data.folder)
                errors += found
        whole = {one.measure: round(one.value, 2) for one in errors if not one.target}
        write_measures(Path("metrics/classifier", f"{name}.csv"), errors)
        write_json(Path("metrics/classifier", f"{name}.json"), {name: whole})
        tracker.log_results(whole, named(errors))


if __name__ == "__main__":
    main(command, lower="classifier.batch")
