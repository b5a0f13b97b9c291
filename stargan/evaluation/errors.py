"""Classification errors: rates of the judged translations, each over a group of their table's rows."""

from collections.abc import Iterator

import pandas as pd

from stargan.core.measures import Measure
from stargan.data.domains import Classes, LabelKind
from stargan.evaluation.checks import tell_missing
from stargan.evaluation.protocol import Protocol
from stargan.judge.intervals import over_people, rate
from stargan.results.judged import counted, of_one_step


def errors(table: pd.DataFrame, kind: LabelKind, dataset: str, protocol: Protocol) -> Iterator[Measure]:
    """Yield the error rates, in percent, of translations to one dataset's labels, of which `table` holds the judgements.

    `error`: the faces' own dataset; of classes from neutral faces alone (Table 3), and `error_from_any` from all.
    `preserved_error`: labels that were not asked for. `cross_error`: faces of another dataset; `wrong_mask_error`: the
    same under the mask vector of their own (Figure 7).
    """
    own, neutral = counted(table, kind, dataset), protocol.neutral.get(dataset, "")
    start = counted(table, kind, dataset, neutral)
    tell_missing(dataset, neutral, bool(len(own)) and not len(start))
    if isinstance(kind, Classes) and neutral:
        yield from rates("error_from_any", own, kind, dataset, protocol)
    yield from rates("error", start, kind, dataset, protocol)
    yield from preserved(own, kind, dataset)
    for name in ("cross", "wrong_mask"):
        yield from rates(f"{name}_error", table[table["set"] == name], kind, dataset, protocol)


def rates(measure: str, rows: pd.DataFrame, kind: LabelKind, dataset: str, protocol: Protocol) -> Iterator[Measure]:
    """Yield the share of wrong rows: over all targets of one step, the same with people as units, and for each target."""
    single = of_one_step(kind, rows)
    if len(single):
        wrong = single["wrong"].to_numpy()
        people = (single["faces"] + " " + single["person"]).to_numpy(dtype=str)  # equal names in two datasets are two people
        ends = over_people(wrong, people, protocol.bootstrap, protocol.random())
        yield rate(measure, dataset, "", int(wrong.sum()), len(wrong))
        low, high = (ends.low, ends.high) if ends else (None, None)
        yield Measure(f"{measure}_by_person", dataset, "", 100 * float(wrong.mean()), low, high, len(wrong))
    for target, group in rows.groupby("target", sort=False)["wrong"]:
        yield rate(measure, dataset, str(target), int(group.sum()), len(group))


def preserved(rows: pd.DataFrame, kind: LabelKind, dataset: str) -> Iterator[Measure]:
    """Yield the share of the labels that a target does not decide which are seen otherwise than the face has them."""
    for target, group in [("", of_one_step(kind, rows)), *rows.groupby("target", sort=False)]:
        labels = int(group["others"].sum())
        if labels:
            yield rate("preserved_error", dataset, str(target), int(group["others_wrong"].sum()), labels)
