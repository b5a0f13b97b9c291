"""Faces of one dataset given the classes of another: Figures 6 and 7 as numbers, beside their errors."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from stargan.core.measures import Measure
from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.evaluation.sharpness import sharpness_at
from stargan.judge.judge import Judge
from stargan.judge.verdicts import goals
from stargan.results.translations import Translations


def across(
    dataset: str,
    sets: Mapping[str, Prepared],
    judges: Mapping[str, Judge],
    table: pd.DataFrame,
    probabilities: np.ndarray,
    made: Translations,
) -> Iterator[Measure]:
    """Yield what other datasets' faces are worth that were given the classes of `dataset`, under either mask.

    table, probabilities: the judged translations to labels of the dataset and the (N, width) that its judge sees. Names
    begin with `cross_` for the proper mask vector, `wrong_mask_` for that of the faces' own dataset (Figure 7), and
    `cross_input_` for the untouched inputs. `_probability`: mean P of the class asked for. `_sharpness`: see `sharpness`.
    Every face counts: its own class is not known.
    """
    kind = sets[dataset].kind
    for name in ("cross", "wrong_mask"):
        chosen = (table["set"] == name).to_numpy()
        rows = table[chosen]
        if rows.empty or not isinstance(kind, Classes):
            continue
        asked = probability_of_target(kind, probabilities[chosen], rows)
        yield Measure(f"{name}_probability", dataset, "", float(asked.mean()), n=len(rows))
        yield from changes(name, dataset, sets, judges, rows, made)
        sharp = sharpness_at(made.images, rows.index.to_numpy())
        yield Measure(f"{name}_sharpness", dataset, "", float(sharp.mean()), n=len(rows))
        if name == "cross":
            yield from of_inputs(dataset, sets, judges[dataset], rows)


def probability_of_target(kind: LabelKind, probabilities: np.ndarray, rows: pd.DataFrame) -> np.ndarray:
    """Return the (N,) probabilities of the classes that N rows ask for; probabilities: (N, width)."""
    wanted = goals(kind, np.zeros(probabilities.shape), rows["target"].to_numpy(dtype=str))
    return np.asarray(probabilities[wanted == 1])


def changes(
    name: str,
    dataset: str,
    sets: Mapping[str, Prepared],
    judges: Mapping[str, Judge],
    rows: pd.DataFrame,
    made: Translations,
) -> Iterator[Measure]:
    """Yield `<name>_probability_change` with an attribute as target: the mean P in translations minus that in inputs.

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
    for attribute, parts in found.items():
        change = np.concatenate(parts)
        yield Measure(f"{name}_probability_change", dataset, attribute, float(change.mean()), n=len(change))


def of_inputs(dataset: str, sets: Mapping[str, Prepared], judge: Judge, rows: pd.DataFrame) -> Iterator[Measure]:
    """Yield `cross_input_probability` and `cross_input_sharpness`: the untouched inputs in the rows' place."""
    asked, sharp = [], []
    for faces, mine in by_faces(rows):
        seen = probabilities_of_inputs(sets[faces], judge, mine)
        asked.append(probability_of_target(judge.kind, seen, mine))
        positions, places = np.unique(mine["image"].to_numpy(), return_inverse=True)
        sharp.append(sharpness_at(sets[faces].images, positions)[places])
    for name, parts in (("cross_input_probability", asked), ("cross_input_sharpness", sharp)):
        yield Measure(name, dataset, "", float(np.concatenate(parts).mean()), n=len(rows))


def probabilities_of_inputs(prepared: Prepared, judge: Judge, rows: pd.DataFrame) -> np.ndarray:
    """Return the (N, width) probabilities that the judge sees in the untouched face of each row."""
    positions, places = np.unique(rows["image"].to_numpy(), return_inverse=True)  # each face is looked at once
    return np.asarray(judge.probabilities(judge.see(prepared.images, positions))[places])


def by_faces(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each dataset whose faces are in the rows, and its rows."""
    for faces in dict.fromkeys(rows["faces"]):
        yield str(faces), rows[rows["faces"] == faces]
