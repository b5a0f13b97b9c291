"""The evaluate stage: what a run's translations are worth, as flat numbers.

    python -m stages.evaluate both

reads data/translations/both with the prepared sets and the classifiers of its datasets, and writes
metrics/evaluate/both.json and data/judgements/both. It sees images and never the network that made them.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch

from stages import torch_setup
from stargan import tracking
from stargan.core.files import write_json
from stargan.core.metrics import joined, rounded
from stargan.core.params import Evaluate, Params, Sets, load
from stargan.data.domains import Classes
from stargan.data.prepared import Prepared, read_sets
from stargan.errors import Fault, main, nearest
from stargan.evaluation.dataset import examined
from stargan.evaluation.protocol import Protocol
from stargan.judge.judge import Judge, read_judge
from stargan.results.judgements import Judgements, described, together, write_judgements
from stargan.results.translations import Translations, read_translations


def evaluated(
    made: Translations, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], protocol: Protocol
) -> tuple[dict[str, float], Judgements]:
    """Return the flat metrics of a run, rounded, and its judgements.

    sets, judges: of the datasets that it was trained on, and of those whose faces it only translates.
    """
    found = {dataset: examined(dataset, sets, judges, made, protocol) for dataset in made.datasets}
    table = joined([(dataset, one.metrics) for dataset, one in found.items()], apart({name: sets[name] for name in found}))
    about = {dataset: described(sets[dataset], one.real_wrong) for dataset, one in found.items()}
    judgements = together(made, [one.judgements for one in found.values()], about, protocol.neutral)
    return rounded(table | dict(made.sizes) | {"image_size": made.image_size, "step": made.step}), judgements


def check(made: Translations, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], neutral: str) -> None:
    """Raise Fault where translations, whole prepared sets and judges do not belong together, or `neutral` is no class."""
    missing = [dataset for dataset in made.datasets if dataset not in sets]
    if missing:
        raise Fault(f"data/translations/{made.run}: trained on {', '.join(missing)}, unlike {made.run}'s datasets in "
                    "params.yaml; run the translate stage again")  # fmt: skip
    check_neutral(neutral, {dataset: sets[dataset] for dataset in made.datasets})
    for dataset, prepared in sets.items():
        judge, folder = judges[dataset], f"data/classifier/{dataset}-{prepared.size}"
        if (prepared.kind, prepared.size) != (judge.kind, judge.size):
            raise Fault(f"{folder}: its labels are not those of the prepared set; run the classifier stage again")
        if prepared.images_sha256 != judge.images_sha256:
            raise Fault(f"{folder}: it learned from other images than the prepared set's; run the classifier stage again")
        if prepared.size != made.image_size:
            raise Fault(f"data/translations/{made.run}: images of {made.image_size} px, not {prepared.size}; "
                        "run the translate stage again")  # fmt: skip


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
    features, weights_sha256 = None, ""
    if settings.features == "inception":
        from stargan.evaluation.inception import SHA256, Inception

        features, weights_sha256 = Inception(Path(settings.inception_weights), device).features, SHA256
    return Protocol(
        neutral=settings.neutral, kid_subset=settings.kid_subset, bootstrap=settings.bootstrap, truths=settings.truths,
        seed=seed, features=features, weights_sha256=weights_sha256,
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
    )  # fmt: skip


def read_parts(
    chosen: Sets, made: Translations, neutral: str, device: torch.device
) -> tuple[dict[str, Prepared], dict[str, Judge]]:
    """Return the prepared sets whose faces a run translates and their judges, with the attributes that it trains alone.

    Raises Fault where they do not belong together.
    """
    sets = read_sets(chosen.faces, chosen.image_size, [])
    judges = {dataset: read_judge(Path("data/classifier", f"{dataset}-{chosen.image_size}"), device) for dataset in sets}
    check(made, sets, judges, neutral)
    return (
        {dataset: prepared.only(chosen.labels) for dataset, prepared in sets.items()},
        {dataset: judge.only(chosen.labels) for dataset, judge in judges.items()},
    )


def run(name: str, params: Params) -> None:
    """Evaluate the run `name`; write metrics/evaluate/<name>.json and data/judgements/<name>."""
    device = torch_setup(params)
    protocol = protocol_of(params.evaluate, params.seed, device)
    made = read_translations(Path("data/translations", name))
    chosen = params.training(name)
    sets, judges = read_parts(chosen, made, protocol.neutral, device)
    settings = {"seed": params.seed, "evaluate": params.evaluate.model_dump(), "run": chosen.model_dump()}
    with tracking.stage_run(f"evaluate@{name}", settings) as tracker:
        tracker.tag("model.md5", made.model_md5)
        metrics, judgements = evaluated(made, sets, judges, protocol)
        write_judgements(Path("data/judgements", name), judgements)
        write_json(Path("metrics/evaluate", f"{name}.json"), metrics)
        tracker.log_metrics(metrics)
    errors = {key: value for key, value in metrics.items() if key.endswith("error_percent")}
    print(f"{name}: {', '.join(f'{key} {value:.2f}' for key, value in sorted(errors.items()))}")


def _command() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.evaluate", description=__doc__)
    parser.add_argument("run", help="a key of params.yaml's runs or baselines")
    run(parser.parse_args().run, load())


if __name__ == "__main__":
    main(_command)
