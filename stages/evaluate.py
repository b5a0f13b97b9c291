"""The evaluate stage: what a run's translations are worth, as flat numbers.

    python -m stages.evaluate both

reads data/translations/both with the prepared sets and the classifiers of its datasets, and writes
metrics/evaluate/both.json. It sees images and never the network that made them.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch

from stages import torch_setup
from stargan import tracking
from stargan.data.prepared import Prepared, read_prepared
from stargan.domains import Classes
from stargan.errors import Fault, main, nearest
from stargan.evaluation.dataset import Protocol, all_metrics
from stargan.evaluation.judge import Judge, read_judge
from stargan.evaluation.report import joined, rounded
from stargan.evaluation.translations import Translations, read_translations
from stargan.files import write_json
from stargan.params import Evaluate, Params, load


def evaluated(
    made: Translations, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], protocol: Protocol
) -> dict[str, float]:
    """Return the flat metrics of a run, rounded. Raises Fault where its parts do not belong together."""
    check_neutral(protocol.neutral, sets)
    for dataset, prepared in sets.items():
        if (prepared.kind, prepared.size) != (judges[dataset].kind, judges[dataset].size):
            raise Fault(f"data/classifier/{dataset}-{prepared.size}: its labels are not those of the prepared set; "
                        "run the classifier stage again")  # fmt: skip
        if prepared.images_sha256 != judges[dataset].images_sha256:
            raise Fault(f"data/classifier/{dataset}-{prepared.size}: it learned from other images than the prepared set's; "
                        "run the classifier stage again")  # fmt: skip
        if prepared.size != made.image_size:
            raise Fault(f"data/translations/{made.run}: images of {made.image_size} px, not {prepared.size}; "
                        "run the translate stage again")  # fmt: skip
    parts = [(dataset, all_metrics(dataset, sets, judges[dataset], made, protocol)) for dataset in sets]
    table = joined(parts, apart(sets)) | dict(made.sizes) | {"image_size": made.image_size, "step": made.step}
    return rounded(table)


def apart(sets: Mapping[str, Prepared]) -> tuple[str, ...]:
    """Return how keys begin that have no mean over the sets: the judge's error is of bits for attributes, else of images."""
    return ("classifier_error_percent",) if len({type(prepared.kind) for prepared in sets.values()}) > 1 else ()


def check_neutral(neutral: str, sets: Mapping[str, Prepared]) -> None:
    """Raise Fault where the sets have classes and none of them is `neutral`; "" asks for none."""
    kinds = [prepared.kind for prepared in sets.values() if isinstance(prepared.kind, Classes)]
    names = dict.fromkeys(name for kind in kinds for name in kind.names)
    if neutral and names and neutral not in names:
        raise Fault(f'params.yaml: evaluate.neutral = {neutral} is no class of {", ".join(sets)}{nearest(neutral, names)}; '
                    '"" starts from every class')  # fmt: skip


def protocol_of(settings: Evaluate, seed: int, device: torch.device) -> Protocol:
    """Return the protocol that the params ask for. Raises Fault where the Inception weights are not there."""
    features = None
    if settings.features == "inception":
        from stargan.evaluation.inception import Inception

        features = Inception(Path(settings.inception_weights), device).features
    return Protocol(
        neutral=settings.neutral, kid_subset=settings.kid_subset, bootstrap=settings.bootstrap, truths=settings.truths,
        seed=seed, features=features,
    )  # fmt: skip


def run(name: str, params: Params) -> None:
    """Evaluate the run `name` and write metrics/evaluate/<name>.json."""
    device = torch_setup(params)
    protocol = protocol_of(params.evaluate, params.seed, device)
    made = read_translations(Path("data/translations", name))
    chosen = params.run(name)
    folders = {dataset: f"{dataset}-{chosen.image_size}" for dataset in chosen.datasets}
    sets = {dataset: read_prepared(Path("data/prepared", folder)) for dataset, folder in folders.items()}
    judges = {dataset: read_judge(Path("data/classifier", folder), device) for dataset, folder in folders.items()}
    settings = {"seed": params.seed, "evaluate": params.evaluate.model_dump(), "run": chosen.model_dump()}
    with tracking.stage_run(f"evaluate@{name}", settings) as tracker:
        tracker.tag("model.md5", made.model_md5)
        metrics = evaluated(made, sets, judges, protocol)
        write_json(Path("metrics/evaluate", f"{name}.json"), metrics)
        tracker.log_metrics(metrics)
    errors = {key: value for key, value in metrics.items() if key.endswith("error_percent")}
    print(f"{name}: {', '.join(f'{key} {value:.2f}' for key, value in sorted(errors.items()))}")


def _command() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.evaluate", description=__doc__)
    parser.add_argument("run", help="a key of params.yaml's runs")
    run(parser.parse_args().run, load())


if __name__ == "__main__":
    main(_command)
