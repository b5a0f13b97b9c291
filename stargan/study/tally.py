"""From the raters' files to the numbers of Tables 1 and 2: votes in percent for each group and method."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stargan.core.measures import united
from stargan.errors import Fault
from stargan.judge.intervals import wilson
from stargan.results.naming import TITLES, group_key
from stargan.study.key import Key
from stargan.study.questions import REAL

COLUMNS = ["page", "rater", "question", "choice"]


@dataclass(frozen=True)
class Vote:
    """What a rater took for the best of a question; `method` is found by the key."""

    rater: str
    question: str
    group: str
    method: str


def of_this_page(paths: Sequence[Path], key: Key) -> tuple[list[Path], list[Path]]:
    """Return (the files with votes for the key's page, those that hold votes for another page alone)."""
    others = [path for path in paths if (pages := {row[0] for _, row in rows_of(path) if row}) and key.page not in pages]
    return [path for path in paths if path not in others], others


def read_votes(paths: Sequence[Path], key: Key) -> list[Vote]:
    """Return the votes in the files that the page gives. Raises Fault with file and line where one can't be counted."""
    votes: list[Vote] = []
    seen: dict[tuple[str, str], str] = {}
    for path in paths:
        for line, row in rows_of(path):
            place = f"{path}: line {line}"
            vote = vote_of(row, key, place)
            first = seen.setdefault((vote.rater, vote.question), place)
            if first != place:
                raise Fault(
                    f"{place}: rater {vote.rater} answers {vote.question} again, after {first}; "
                    "keep one of them, or give one rater another name"
                )
            votes.append(vote)
    return votes


def rows_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, fields) of a CSV file's rows after its header. Raises Fault on a file of another form."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            if next(reader, None) != COLUMNS:
                raise Fault(f"{path}: line 1: the columns are not {','.join(COLUMNS)}; give a file that the page downloaded")
            for row in reader:
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Fault(f"{path}: cannot be read as CSV ({error}); give a file that the page downloaded") from error


def vote_of(row: Sequence[str], key: Key, place: str) -> Vote:
    """Return the vote in a row's fields. Raises Fault that begins with `place`."""
    if len(row) != len(COLUMNS):
        raise Fault(f"{place}: {len(row)} fields are not {','.join(COLUMNS)}; mend or remove the line")
    page, rater, question, choice = row
    if page != key.page:
        raise Fault(f"{place}: page {page!r} is not the key's {key.page}; give the key of that page, or take the file out")
    if not rater:
        raise Fault(f"{place}: no rater; give one")
    if question not in key.answers:
        raise Fault(f"{place}: question {question!r} is not on the page; mend or remove the line")
    answer = key.answers[question]
    if choice not in [str(position) for position in range(1, len(answer.options) + 1)]:
        raise Fault(f"{place}: choice {choice!r} is not 1 to {len(answer.options)}; mend or remove the line")
    return Vote(rater, question, answer.group, answer.options[int(choice) - 1])


def attentive(votes: Sequence[Vote], key: Key) -> set[str]:
    """Return the raters who found the real image in every validation question; one left out is one missed."""
    checks = {name for name, answer in key.answers.items() if not answer.group}
    passed: dict[str, set[str]] = {vote.rater: set() for vote in votes}
    for vote in votes:
        if vote.method == REAL:
            passed[vote.rater].add(vote.question)
    return {rater for rater, right in passed.items() if right == checks}


def tally(votes: Sequence[Vote], key: Key) -> dict[str, float]:
    """Return how many raters count and how many are discarded, and for each group that has votes what `shares` gives."""
    raters = attentive(votes, key)
    metrics: dict[str, float] = {"raters": len(raters), "raters_discarded": len({vote.rater for vote in votes} - raters)}
    for group in key.groups:
        chosen = [vote.method for vote in votes if vote.group == group and vote.rater in raters]
        if chosen:
            metrics = united(metrics, shares(f"votes_{group_key(group)}", np.array(chosen), methods_of(key, group)))
    return metrics


def methods_of(key: Key, group: str) -> list[str]:
    """Return the methods that a group's questions show, in the key's order."""
    shown = {method for answer in key.answers.values() if answer.group == group for method in answer.options}
    return [method for method in key.methods if method in shown]


def shares(prefix: str, chosen: np.ndarray, methods: Sequence[str]) -> dict[str, float]:
    """Return for n >= 1 votes each method's share, `<prefix>_<method>_percent` with its 95 % Wilson ends `_low`, `_high`.

    `<prefix>_n` counts the votes; `<prefix>_chi_square` and `<prefix>_p` test them against equal shares.
    """
    from scipy.stats import chisquare  # a second to import

    metrics: dict[str, float] = {}
    counts = [int((chosen == method).sum()) for method in methods]
    for method, count in zip(methods, counts, strict=True):
        key, ends = f"{prefix}_{method}_percent", wilson(count, len(chosen))
        metrics |= {key: 100 * count / len(chosen), f"{key}_low": ends.low, f"{key}_high": ends.high}
    test = chisquare(counts)
    return metrics | {
        f"{prefix}_n": len(chosen),
        f"{prefix}_chi_square": float(test.statistic),
        f"{prefix}_p": float(test.pvalue),
    }


def markdown(metrics: Mapping[str, float], key: Key) -> str:
    """Return what `tally` found as Tables 1 and 2: rows methods, columns groups, percent of votes and its interval."""
    groups = [group for group in key.groups if f"votes_{group_key(group)}_n" in metrics]
    told = f"Raters: {metrics['raters']}; discarded by the validation questions: {metrics['raters_discarded']}.\n"
    if not groups:
        return told
    lines = [["", *(group.replace("|", "&#124;") for group in groups)], ["---"] * (1 + len(groups))]
    for method in key.methods:
        lines.append(
            [TITLES.get(method, method), *(share(metrics, f"votes_{group_key(group)}_{method}_percent") for group in groups)]
        )
    counts = [metrics[f"votes_{group_key(group)}_n"] for group in groups]
    tests = [(metrics[f"votes_{group_key(group)}_chi_square"], metrics[f"votes_{group_key(group)}_p"]) for group in groups]
    lines.append(["votes", *(f"{count}" for count in counts)])
    lines.append(["chi-square (p)", *(f"{statistic:.2f} ({p:.2g})" for statistic, p in tests)])
    return told + "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def share(metrics: Mapping[str, float], key: str) -> str:
    """Return a share and its interval as a cell: '66.2 (58.1 to 73.4)'; '-' where the method was not asked about."""
    if key not in metrics:
        return "-"
    return f"{metrics[key]:.1f} ({metrics[f'{key}_low']:.1f} to {metrics[f'{key}_high']:.1f})"
