"""Every number of the paper's Tables 1 to 3, ours beside it, and the verdict."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stargan.comparison.conditions import (
    data_differences,
    run_differences,
    size_differences,
    target_differences,
    training_differences,
    width_differences,
)
from stargan.comparison.judged import Judged
from stargan.comparison.paper import ATTRIBUTES, COLUMNS, ERRORS, EXPRESSIONS, MILLIONS, MODELS, RATERS, REAL_ERROR, VOTES
from stargan.comparison.scores import Scores
from stargan.comparison.verdict import same_ranking, verdict
from stargan.judge.intervals import Interval, wilson
from stargan.results.naming import TITLES, group_key

ERROR, REAL, PARAMETERS, HOW_MANY = "classification error (%)", "real images", "parameters (M)", "models"


@dataclass(frozen=True)
class Number:
    """One of the paper's numbers; ours, its 95 % interval and its n are None where there are none."""

    table: int
    row: str
    column: str
    paper: float
    ours: float | None
    ends: Interval | None
    n: int | None
    verdict: str


def uncompared(methods: Collection[str]) -> list[str]:
    """Return which of the paper's methods are not among `methods`, in words."""
    return [f"{title} is not compared" for method, title in TITLES.items() if method not in methods]


def error_numbers(judged: Sequence[Judged], dataset: str, scores: Scores, targets: int) -> Iterator[Number]:
    """Yield Table 3's errors of the methods. Our interval is Wilson's."""
    common = [*target_differences(judged[0], targets, EXPRESSIONS), *uncompared(scores)]
    differences = {one.method: [*run_differences(one, dataset, EXPRESSIONS), *common] for one in judged}
    same_order = not any(differences.values()) and same_ranking(ERRORS, {key: one.error for key, one in scores.items()})
    for method, value in ERRORS.items():
        score = scores.get(method)
        why = differences.get(method, uncompared(set(TITLES) - {method}))
        ours, ends, n = (score.error, score.wilson, score.n) if score else (None, None, None)
        yield Number(3, TITLES[method], ERROR, value, ours, ends, n, verdict(value, ends, why, same_order=same_order))


def real_number(judged: Judged, dataset: str) -> Number:
    """Return Table 3's error of real images: the judge's own, on the whole test split."""
    about = judged.datasets[dataset]
    ends = wilson(int(about["real_wrong"]), int(about["real_n"]))
    said = verdict(REAL_ERROR, ends, list(data_differences(judged, dataset, EXPRESSIONS)), same_order=False)
    return Number(3, REAL, ERROR, REAL_ERROR, about["real_error_percent"], ends, about["real_n"], said)


def size_numbers(judged: Sequence[Judged], targets: int) -> Iterator[Number]:
    """Yield Table 3's parameters of a model, to its three digits, and numbers of models: reproduced when equal."""
    by_method = {one.method: one for one in judged}
    for method in TITLES:
        one, absent = by_method.get(method), uncompared(set(TITLES) - {method})
        millions = round(one.sizes["parameters"] / 1e6, 1) if one else None
        why = list(width_differences(one, EXPRESSIONS)) if one else absent
        yield _exact(method, PARAMETERS, MILLIONS[method], millions, why)
        why = list(target_differences(one, targets, EXPRESSIONS)) if one else absent
        yield _exact(method, HOW_MANY, MODELS[method], one.sizes["models"] if one else None, why)


def _exact(method: str, column: str, paper: float, ours: float | None, why: Sequence[str]) -> Number:
    """Return a number of Table 3 that has no error."""
    ends = None if ours is None else Interval(ours, ours)
    return Number(3, TITLES[method], column, paper, ours, None, None, verdict(paper, ends, why, same_order=False))


def vote_numbers(judged: Sequence[Judged], dataset: str, votes: Mapping[str, float]) -> Iterator[Number]:
    """Yield Tables 1 and 2. A share of votes depends on all methods, so each one's differences count for all."""
    common = list(data_differences(judged[0], dataset, ATTRIBUTES))
    for one in judged:
        own = [*size_differences(one, ATTRIBUTES), *training_differences(one, dataset, ATTRIBUTES)]
        common += [f"{TITLES[one.method]}: {text}" for text in own]
    common += uncompared([one.method for one in judged])
    for group, column in COLUMNS.items():
        table = 2 if "+" in group else 1
        few = [f"{votes['raters']} raters, fewer than {RATERS[table]}"] if votes["raters"] < RATERS[table] else []
        yield from _votes_of(group, column, table, votes, [*common, *few])


def _votes_of(group: str, column: str, table: int, votes: Mapping[str, float], common: Sequence[str]) -> Iterator[Number]:
    """Yield the numbers of one column of Table 1 or 2."""
    begin = f"votes_{group_key(group)}"
    n = int(votes.get(f"{begin}_n", 0))
    shares = {method: votes[f"{begin}_{method}_percent"] for method in TITLES if f"{begin}_{method}_percent" in votes}
    why = [*common, *(f"{title} was not voted on" for method, title in TITLES.items() if method not in shares)]
    same_order = same_ranking(VOTES[group], shares)
    for method, value in VOTES[group].items():
        key = f"{begin}_{method}_percent"
        ends = Interval(votes[f"{key}_low"], votes[f"{key}_high"]) if method in shares and n else None
        ours = shares[method] if ends else None
        said = verdict(value, ends, why, same_order=same_order, votes=n)
        yield Number(table, TITLES[method], column, value, ours, ends, n, said)
