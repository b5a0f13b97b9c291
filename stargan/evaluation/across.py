"""Faces of one dataset given the classes of another: Figure 6 and 7 as numbers."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from stargan.data.domains import Attributes, Classes
from stargan.data.prepared import Prepared
from stargan.evaluation.protocol import Protocol
from stargan.evaluation.sharpness import sharpness_at
from stargan.judge.classification import Metrics, class_errors, goals
from stargan.judge.judge import Judge
from stargan.results.people import people_of
from stargan.results.translations import Translations


def across(
    dataset: str, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], made: Translations, protocol: Protocol
) -> Metrics:
    """Return what other datasets' faces are worth that were given the classes of `dataset`, under either mask.

    Keys begin with `cross_` for the proper mask vector and `wrong_mask_` for that of the faces' own dataset (Figure 7);
    {} where nothing was asked. Every face counts: its own class is not known.
    """
    kind, metrics = sets[dataset].kind, Metrics()
    for name in ("cross", "wrong_mask"):
        rows = made.of(name, labels=dataset)
        if rows.empty or not isinstance(kind, Classes):
            continue
        metrics |= classes_seen(name, kind, sets, rows, judges[dataset], made, protocol)
        metrics |= changes(name, sets, judges, rows, made)
        metrics[f"{name}_sharpness"] = float(sharpness_at(made.images, rows.index.to_numpy()).mean())
        if name == "cross":
            metrics |= of_inputs(kind, sets, judges[dataset], rows)
    return metrics


def classes_seen(
    name: str, kind: Classes, sets: Mapping[str, Prepared], rows: pd.DataFrame, judge: Judge,
    made: Translations, protocol: Protocol,
) -> Metrics:  # fmt: skip
    """Return `<name>_<title>_error_percent`, and `<name>_<title>_probability`: the mean P of the class asked for."""
    seen = judge.see(made.images, rows.index.to_numpy())
    targets = rows["target"].to_numpy(dtype=str)
    labels = judge.labels(seen)
    wanted = goals(kind, labels, targets)  # a class is asked for whatever the face was
    metrics = class_errors(
        f"{name}_{kind.title}_error_percent", (labels != wanted).any(axis=1), targets, people_of(sets, rows),
        protocol.bootstrap, protocol.random(),
    )  # fmt: skip
    return metrics | {f"{name}_{kind.title}_probability": float(judge.probabilities(seen)[wanted == 1].mean())}


def changes(
    name: str, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], rows: pd.DataFrame, made: Translations
) -> Metrics:
    """Return `<name>_probability_change_<attribute>`: the mean P in the translations minus that in their inputs.

    By the judge of the faces' dataset, for each of its attributes; classes have none.
    """
    found: dict[str, list[np.ndarray]] = {}
    for faces, mine in by_faces(rows):
        judge = judges[faces]
        if not isinstance(judge.kind, Attributes):
            continue
        after = judge.probabilities(judge.see(made.images, mine.index.to_numpy()))
        change = after - probabilities_of_inputs(sets[faces], judge, mine)
        for column, attribute in enumerate(judge.kind.names):
            found.setdefault(attribute, []).append(change[:, column])
    return {f"{name}_probability_change_{key}": float(np.concatenate(parts).mean()) for key, parts in found.items()}


def of_inputs(kind: Classes, sets: Mapping[str, Prepared], judge: Judge, rows: pd.DataFrame) -> Metrics:
    """Return `cross_input_<title>_probability` and `cross_input_sharpness`: the untouched inputs in the rows' place."""
    given, sharp = [], []
    for faces, mine in by_faces(rows):
        seen = probabilities_of_inputs(sets[faces], judge, mine)
        given.append(seen[goals(kind, np.zeros(seen.shape), mine["target"].to_numpy(dtype=str)) == 1])
        positions, places = np.unique(mine["image"].to_numpy(), return_inverse=True)
        sharp.append(sharpness_at(sets[faces].images, positions)[places])
    return {
        f"cross_input_{kind.title}_probability": float(np.concatenate(given).mean()),
        "cross_input_sharpness": float(np.concatenate(sharp).mean()),
    }


def probabilities_of_inputs(prepared: Prepared, judge: Judge, rows: pd.DataFrame) -> np.ndarray:
    """Return the (N, width) probabilities that the judge sees in the untouched face of each row."""
    positions, places = np.unique(rows["image"].to_numpy(), return_inverse=True)  # each face is looked at once
    return np.asarray(judge.probabilities(judge.see(prepared.images, positions))[places])


def by_faces(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each dataset whose faces are in the rows, and its rows."""
    for faces in dict.fromkeys(rows["faces"]):
        yield str(faces), rows[rows["faces"] == faces]
