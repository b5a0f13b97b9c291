"""The study stage: a page on which people choose the best of the compared methods' outputs, and its answer key.

`python -m stages.study` reads the translations and the prepared sets of the runs under `compare`, and writes
metrics/study/index.html, which is given to raters, and data/study/key.json, which is not. `stages.tally` counts the
files that come back.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stargan import tracking
from stargan.core.files import write_bytes, write_json
from stargan.core.params import Params, load
from stargan.data.domains import Attributes, Classes
from stargan.data.prepared import read_sets
from stargan.errors import Fault, main
from stargan.results.translations import Translations, read_translations
from stargan.study.key import key_of
from stargan.study.page import page
from stargan.study.questions import Candidate, Panel, candidates, drawn

KINDS: dict[str, type[Attributes] | type[Classes]] = {"attributes": Attributes, "expressions": Classes}
"""The labels that each list of `compare` is about."""


def asked_about(key: str, names: Sequence[str], params: Params) -> tuple[list[Candidate], str]:
    """Return what can be asked about the runs `names` of compare.<key>, and a sentence on why nothing, or ""."""
    if len(names) == 1:
        return [], f"compare.{key} lists {names[0]} alone: the run of another method is missing."
    found = candidates(panel(key, names, params))
    return found, "" if found else f"compare.{key}: {', '.join(names)} share no translation that asks for a change."


def panel(key: str, names: Sequence[str], params: Params) -> Panel:
    """Return the runs `names` of compare.<key> side by side, with those sets of the first one that the list is about.

    Raises Fault where two runs are of one method, or not all of one image size.
    """
    first = params.training(names[0])
    made: dict[str, Translations] = {}
    for one in [read_translations(Path("data/translations", name)) for name in names]:
        if one.method in made:
            raise Fault(f"params.yaml: compare.{key} lists {made[one.method].run} and {one.run}, both of the method "
                        f"{one.method}; the study tells methods apart: list one run of each")  # fmt: skip
        if one.image_size != first.image_size:
            raise Fault(f"data/translations/{one.run}: {one.image_size} px are not the {first.image_size} of {names[0]} in "
                        f"compare.{key}; list runs of one image size, or run the translate stage again")  # fmt: skip
        made[one.method] = one
    sets = read_sets(first.datasets, first.image_size, first.labels)
    return Panel(made, {name: prepared for name, prepared in sets.items() if isinstance(prepared.kind, KINDS[key])})


def run(params: Params) -> None:
    """Write the page and the key. A list of one run gives no questions; a page without any says why."""
    compare, study = params.compare, params.study
    settings = {"compare": compare.model_dump(), "study": study.model_dump()}
    with tracking.stage_run("study", settings) as tracker:
        parts = [asked_about(key, getattr(compare, key), params) for key in KINDS]
        found, reasons = [some for some, _ in parts], [reason for _, reason in parts if reason]
        questions = drawn(found, study.questions, study.validation, np.random.default_rng(study.seed))
        every = [candidate for some in found for candidate in some]
        groups = dict.fromkeys(candidate.group for candidate in every)
        methods = dict.fromkeys(method for candidate in every for method in candidate.panel.made)
        key = key_of(questions, list(groups), list(methods))
        html = page(key.page, dict(zip(key.answers, questions, strict=True)), reasons)
        write_bytes(Path("metrics/study/index.html"), html.encode())
        write_json(Path("data/study/key.json"), key.as_dict())
        tracker.log_artifact(Path("metrics/study/index.html"), "study")
    print("\n".join([f"study: {len(questions)} questions on page {key.page}", *reasons]))


def _command() -> None:
    argparse.ArgumentParser(prog="python -m stages.study", description=__doc__).parse_args()
    run(load())


if __name__ == "__main__":
    main(_command)
