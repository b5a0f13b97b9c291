"""The evaluate stage: what a run's translations are worth, in numbers.

    python -m stages.evaluate both

reads data/translations/both with the prepared sets and the classifiers of its datasets, and writes
metrics/evaluate/both.csv, all measures; metrics/evaluate/both.json, the headline of them; and data/judgements/both, the
judged translations. It sees images and never the network that made them.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch

from stargan import tracking
from stargan.core.device import device_of
from stargan.core.files import write_json
from stargan.core.measures import MEASURES, Measure, headline, named, write_measures
from stargan.core.params import Evaluate, Params, load
from stargan.data.prepared import Prepared
from stargan.errors import main
from stargan.evaluation.checks import check
from stargan.evaluation.dataset import evaluate_dataset
from stargan.evaluation.protocol import Protocol
from stargan.judge.judge import Judge, read_judge
from stargan.judge.records import judge_folder
from stargan.results.judgements import Judgements, described, judgements_of, write_judgements
from stargan.results.translations import Translations, sets_of, translations_of


def evaluated(
    made: Translations, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], protocol: Protocol
) -> tuple[list[Measure], Judgements]:
    """Return the measures of a run and its judgements.

    sets, judges: of the datasets that it was trained on, and of those whose faces it only translates.
    """
    found = {dataset: evaluate_dataset(dataset, sets, judges, made, protocol) for dataset in made.datasets}
    sizes = dict(made.sizes) | {"image_size": made.image_size, "step": made.step}
    measures = [Measure(name, "", "", size) for name, size in sizes.items()]
    measures += [measure for one in found.values() for measure in one.measures]
    about = {dataset: described(sets[dataset], judges[dataset], one.real_wrong) for dataset, one in found.items()}
    return measures, judgements_of(made, [one.table for one in found.values()], about, protocol.neutral)


def protocol_of(settings: Evaluate, seed: int, device: torch.device) -> Protocol:
    """Return the protocol that the params ask for. Raises Fault where the Inception weights are not there."""
    features, weights_sha256 = None, ""
    if settings.features == "inception":
        from stargan.evaluation.inception import SHA256, Inception

        features, weights_sha256 = Inception(Path(settings.inception_weights), device).features, SHA256
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    sizes = settings.kid_subset, settings.bootstrap, settings.truths
    return Protocol(settings.neutral, *sizes, seed, features, weights_sha256, settings.identity, name)


def run(name: str, params: Params) -> None:
    """Evaluate the run `name`; write metrics/evaluate/<name>.csv and .json, and data/judgements/<name>."""
    device = device_of(params)
    protocol = protocol_of(params.evaluate, params.seed, device)
    made = translations_of(name)
    sets = sets_of(made)
    judges = {dataset: read_judge(judge_folder(dataset, made.image_size), device) for dataset in sets}
    check(made, sets, judges, protocol.neutral)
    judges = {dataset: judge.select_labels(made.labels) for dataset, judge in judges.items()}
    settings = {"seed": params.seed, "evaluate": params.evaluate.model_dump(), **made.settings}
    with tracking.stage_run(f"evaluate@{name}", settings) as tracker:
        tracker.tag("model.md5", made.model_md5)
        measures, judgements = evaluated(made, sets, judges, protocol)
        write_judgements(Path("data/judgements", name), judgements)
        write_measures(MEASURES / f"{name}.csv", measures)
        write_json(MEASURES / f"{name}.json", {name: headline(measures)})  # DVC shows `<run>.<key>`
        tracker.log_results(headline(measures), named(measures))
        tracker.log_artifact(MEASURES / f"{name}.csv", "evaluate")
    print(f"{name}: {', '.join(f'{key} {value}' for key, value in headline(measures).items())}")


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.evaluate", description=__doc__)
    parser.add_argument("run", help="a key of params.yaml's runs")
    run(parser.parse_args().run, load())


if __name__ == "__main__":
    main(command)
