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
from stargan.core.files import write_bytes
from stargan.core.params import Params, load
from stargan.data.domains import Attributes, Classes
from stargan.errors import Fault, main
from stargan.results.translations import TRANSLATIONS, Translations, sets_of, translations_of
from stargan.study.key import key_of, write_key
from stargan.study.page import page
from stargan.study.questions import Candidate, Panel, candidates, sampled_questions

KINDS: dict[str, type[Attributes] | type[Classes]] = {"attributes": Attributes, "expressions": Classes}
"""The labels that each list of `compare` is about."""


def asked_about(key: str, names: Sequence[str]) -> tuple[list[Candidate], str]:
    """Return what can be asked about the runs `names` of compare.<key>, and a sentence on why nothing, or ""."""
    if len(names) == 1:
        return [], f"compare.{key} lists {names[0]} alone: the run of another method is missing."
    found = candidates(panel(key, names))
    return found, "" if found else f"compare.{key}: {', '.join(names)} share no translation that asks for a change."


def panel(key: str, names: Sequence[str]) -> Panel:
    """Return the runs `names` of compare.<key> side by side, with those sets of the first one that the list is about.

    Raises Fault where two runs are of one method, or not all of one image size and of the same faces.
    """
    runs = [translations_of(name) for name in names]
    first, made = runs[0], dict[str, Translations]()
    for one in runs:
        if one.method in made:
            raise Fault(
                f"params.yaml: compare.{key} lists {made[one.method].run} and {one.run}, both of the method "
                f"{one.method}; the study tells methods apart: list one run of each"
            )
        if one.image_size != first.image_size:
            raise Fault(
                f"data/translations/{one.run}: {one.image_size} px are not the {first.image_size} of {first.run} in "
                f"compare.{key}; list runs of one image size, or run the translate stage again"
            )
        made[one.method] = one
    sets, *_ = [sets_of(one) for one in runs]
    chosen = {name: sets[name] for name in first.datasets if isinstance(sets[name].kind, KINDS[key])}
    return Panel(made, chosen)


def run(params: Params) -> None:
    """Write the page and the key. A list of one run gives no questions; a page without any says why."""
    compare, study = params.compare, params.study
    settings = {"compare": compare.model_dump(), "study": study.model_dump()}
    with tracking.stage_run("study", settings) as tracker:
        parts = [asked_about(key, getattr(compare, key)) for key in KINDS]
        found, reasons = [some for some, _ in parts], [reason for _, reason in parts if reason]
        questions = sampled_questions(found, study.questions, study.validation, np.random.default_rng(study.seed))
        every = [candidate for some in found for candidate in some]
        groups = dict.fromkeys(candidate.group for candidate in every)
        methods = dict.fromkeys(method for candidate in every for method in candidate.panel.made)
        shown = [made for candidate in every for made in candidate.panel.made.values()]
        made_from = {str(TRANSLATIONS / made.run): made.about.digest for made in shown}
        key = key_of(questions, list(groups), list(methods))
        html = page(key.page, dict(zip(key.answers, questions, strict=True)), reasons)
        write_bytes(Path("metrics/study/index.html"), html.encode())
        write_key(Path("data/study/key.json"), key, made_from)
        tracker.log_artifact(Path("metrics/study/index.html"), "study")
    print("\n".join([f"study: {len(questions)} questions on page {key.page}", *reasons]))


def command() -> None:
    """Read the command line and do it."""
    argparse.ArgumentParser(prog="python -m stages.study", description=__doc__).parse_args()
    run(load())


if __name__ == "__main__":
    main(command)
