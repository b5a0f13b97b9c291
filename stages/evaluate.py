"""The evaluate stage: what a run's translations are worth, as flat numbers.

    python -m stages.evaluate both

reads data/translations/both with the prepared sets and the classifiers of its datasets, and writes
metrics/evaluate/both.json and data/judgements/both. It sees images and never the network that made them.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch

from stargan import tracking
from stargan.core.device import device_of
from stargan.core.files import write_json
from stargan.core.metrics import joined, rounded
from stargan.core.params import Evaluate, Params, load
from stargan.data.domains import Classes
from stargan.data.prepared import Prepared
from stargan.errors import Fault, main, nearest
from stargan.evaluation.dataset import examined
from stargan.evaluation.protocol import Protocol
from stargan.judge.judge import Judge, read_judge
from stargan.judge.records import judge_folder
from stargan.results.judgements import Judgements, described, together, write_judgements
from stargan.results.translations import Translations, sets_of, translations_of


def evaluated(
    made: Translations, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], protocol: Protocol
) -> tuple[dict[str, float], Judgements]:
    """Return the flat metrics of a run, rounded, and its judgements.

    sets, judges: of the datasets that it was trained on, and of those whose faces it only translates.
    """
    found = {dataset: examined(dataset, sets, judges, made, protocol) for dataset in made.datasets}
    table = joined([(dataset, one.metrics) for dataset, one in found.items()], apart({name: sets[name] for name in found}))
    about = {dataset: described(sets[dataset], judges[dataset], one.real_wrong) for dataset, one in found.items()}
    judgements = together(made, [one.judgements for one in found.values()], about, protocol.neutral)
    return rounded(table | dict(made.sizes) | {"image_size": made.image_size, "step": made.step}), judgements


def check(made: Translations, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], neutral: str) -> None:
    """Raise Fault where a judge did not learn from the prepared set that it judges, or `neutral` is no class."""
    check_neutral(neutral, {dataset: sets[dataset] for dataset in made.datasets})
    for dataset, prepared in sets.items():
        if judges[dataset].learned_from != prepared.digest:
            raise Fault(f"{judge_folder(dataset, prepared.size)}: learned from another {prepared.folder} than there is now; "
                        f"run dvc repro classifier@{dataset}")  # fmt: skip


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


def run(name: str, params: Params) -> None:
    """Evaluate the run `name`; write metrics/evaluate/<name>.json and data/judgements/<name>."""
    device = device_of(params)
    protocol = protocol_of(params.evaluate, params.seed, device)
    made = translations_of(name)
    sets = sets_of(made)
    judges = {dataset: read_judge(judge_folder(dataset, made.image_size), device) for dataset in sets}
    check(made, sets, judges, protocol.neutral)
    judges = {dataset: judge.only(made.labels) for dataset, judge in judges.items()}
    settings = {"seed": params.seed, "evaluate": params.evaluate.model_dump(), **made.settings}
    with tracking.stage_run(f"evaluate@{name}", settings) as tracker:
        tracker.tag("model.md5", made.model_md5)
        metrics, judgements = evaluated(made, sets, judges, protocol)
        write_judgements(Path("data/judgements", name), judgements)
        write_json(Path("metrics/evaluate", f"{name}.json"), metrics)
        tracker.log_metrics(metrics)
    errors = {key: value for key, value in metrics.items() if key.endswith("error_percent")}
    print(f"{name}: {', '.join(f'{key} {value:.2f}' for key, value in sorted(errors.items()))}")


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.evaluate", description=__doc__)
    parser.add_argument("run", help="a key of params.yaml's runs")
    run(parser.parse_args().run, load())


if __name__ == "__main__":
    main(command)
