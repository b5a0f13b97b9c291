"""What earlier trainings of a run have left where one starts at iteration 0, and why it does not go on with them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stargan.core.params import leaves
from stargan.core.params.reading import shown
from stargan.core.start import WEIGHTS
from stargan.core.tensors import read_tensors
from stargan.errors import Fault
from stargan.models.assembly import STARGAN
from stargan.training.checkpoints import GONE, Checkpoints

SHOWN = 3
"""Differences that a line names."""
UNCHANGED = "its settings and data are the same, so code, threads, device or torch differ, or it was asked for anew"


def earlier(name: str, method: str, origin: Mapping[str, Any], store: Checkpoints) -> Iterator[str]:
    """Yield a line on the model of a run that will be replaced, and one on an interrupted training that isn't gone on with.

    origin: `settings` and `made_from` of the training that starts, as a model file has them. store: its checkpoints.
    """
    model = Path("data/models") / name / "generator.safetensors"
    if model.is_file():
        hint = f"; to begin with its weights stop, copy {model} to {WEIGHTS} and set runs.{name}.start_from to the copy"
        yield (
            f"starts at iteration 0: {since(name, model, origin)}. No state of the finished training is kept, and "
            f"{model.parent} will be replaced at the end{hint if method == STARGAN else ''}"
        )
    found = store.folder.parent.glob("*/[0-9]*.safetensors")
    others = [path for path in found if path.parent != store.folder and path.parent.suffix != GONE]
    if others:
        newest = max(others, key=lambda path: path.stat().st_mtime_ns)
        yield (
            f"an interrupted training in data/checkpoints/{name}/{newest.parent.name} is not gone on with after "
            f"{int(newest.stem)} iterations: {since(name, newest, origin)}"
        )


def since(name: str, file: Path, origin: Mapping[str, Any]) -> str:
    """Return in words what has changed since a model or checkpoint of the run was written."""
    try:
        before = read_tensors(file)[1]
        if "settings" not in before:
            return "it does not say what it followed from"
        found = differences(name, before, origin)
    except (Fault, TypeError, AttributeError) as error:
        return f"what it followed from can't be read ({error})"
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more or UNCHANGED


def differences(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs in what two trainings of a run follow from, the run's own keys first, named as in params.yaml."""
    old, new = (dict(leaves(origin["settings"])) for origin in (before, now))
    keys = sorted(
        (key for key in old.keys() | new.keys() if old.get(key) != new.get(key)), key=lambda key: (key[:4] != "run.", key)
    )
    if keys != ["iterations"]:
        keys = [key for key in keys if key != "iterations"]  # they follow from the others
    made = [origin.get("made_from", {}) for origin in (before, now)]
    files = sorted(path for path in made[0].keys() | made[1].keys() if made[0].get(path) != made[1].get(path))
    was, now_is = ({key: shown(values[key]) if key in values else "not set" for key in keys} for values in (old, new))
    fates = {(True, True): "has changed", (True, False): "is read no more", (False, True): "is read now"}
    told = [f"{in_params(name, key, new)} was {was[key]} and is {now_is[key]} now" for key in keys]
    return told + [f"{path} {fates[path in made[0], path in made[1]]}" for path in files]


def in_params(name: str, key: str, settings: Mapping[str, Any]) -> str:
    """Return a key of settings as params.yaml has it."""
    section, _, rest = key.partition(".")
    runs = {"run": name, "like": settings.get("run.like")}
    return f"runs.{runs[section]}.{rest}" if rest and section in runs else key
