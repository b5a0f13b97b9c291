"""The comparison as docs/results.md shows it, in Markdown."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from stargan.comparison.comparison import Comparison
from stargan.comparison.judged import Judged
from stargan.comparison.numbers import ERROR, HOW_MANY, PARAMETERS, REAL, Number
from stargan.comparison.paper import COLUMNS
from stargan.comparison.scores import Score, Scores
from stargan.comparison.verdict import NO_VOTES
from stargan.judge.intervals import Interval
from stargan.results.naming import TITLES


def page(found: Comparison) -> str:
    """Return the whole comparison: Table 3, Tables 1 and 2 by votes and by the classifier, the verdicts, the seeds."""
    faces, classes = found.attributes, found.expressions
    start = f"{classes.judged[0].start(classes.dataset) or 'all'} {classes.dataset} faces"
    parts = [
        f"**Table 3**: {start} made each of {found.targets} other classes, the same for all methods.",
        error_table(classes.judged, found.by_method, found.numbers),
        "**Tables 1 and 2**: percent of the votes, the paper's / ours.",
        vote_table(faces.judged, found.numbers),
    ]
    if len(faces.judged) > 1 and found.by_column:
        parts += [
            f"**The same columns by the classifier**: error % [95 %] of {faces.dataset} faces, the same for all methods.",
            attribute_table(found.by_column),
        ]
    seeds = ", ".join(map(str, found.seeds))
    parts += [
        f"Verdicts on the {len(found.numbers)} numbers of Tables 1 to 3:",
        verdict_lines(found.numbers),
        f"Number of seeds: {len(found.seeds)} (seed {seeds}).",
    ]
    return "\n\n".join(parts) + "\n"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the first column has the rows' names."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def text(interval: Interval) -> str:
    """Return an interval as text: '[1.2, 3.4]'."""
    return f"[{interval.low:.1f}, {interval.high:.1f}]"


def found(numbers: Iterable[Number]) -> dict[tuple[str, str], Number]:
    """Return the numbers by row and column."""
    return {(number.row, number.column): number for number in numbers}


def error_table(judged: Sequence[Judged], scores: Scores, numbers: Sequence[Number]) -> str:
    """Return Table 3: a row for each compared method, and one for real images."""
    of, first = found(numbers), TITLES[judged[0].method]
    head = [
        "",
        "error % [95 %]",
        "n",
        f"minus {first} [95 %, over people]",
        "parameters",
        "training images",
        "TFLOPs",
        "the paper",
        "verdict on the error",
        "on the parameters",
    ]
    rows = []
    for one in judged:
        title, score = TITLES[one.method], scores[one.method]
        error, size, models = of[title, ERROR], of[title, PARAMETERS], of[title, HOW_MANY]
        rows.append(
            [
                title,
                f"{score.error:.2f} {text(score.wilson)}",
                f"{score.n:,}",
                minus(score),
                f"{one.sizes['parameters'] / 1e6:.1f}M x {one.sizes['models']}",
                f"{one.sizes['train_images']:,}",
                f"{one.sizes['train_flops'] / 1e12:,.0f}",
                f"{error.paper:.2f}, {size.paper}M x {models.paper:.0f}",
                error.verdict,
                size.verdict,
            ]
        )
    real = of[REAL, ERROR]
    assert real.ends is not None
    cell = f"{real.ours:.2f} {text(real.ends)}"
    rows.append([REAL, cell, f"{real.n:,}", "", "", "", "", f"{real.paper:.2f}", real.verdict, ""])
    return markdown(head, rows)


def minus(score: Score) -> str:
    """Return the difference to the first method with its interval, if it has one; '' for the first."""
    if score.difference is None:
        return ""
    ends = score.difference_people
    return f"{score.difference:+.2f}" + (f" [{ends.low:+.1f}, {ends.high:+.1f}]" if ends else "")


def vote_table(judged: Sequence[Judged], numbers: Sequence[Number]) -> str:
    """Return Tables 1 and 2 in one: the paper's share / ours, a row for each compared method."""
    of = found(numbers)
    titles = [TITLES[one.method] for one in judged]
    rows = [[title, *(vote(of[title, column]) for column in COLUMNS.values())] for title in titles]
    return markdown(["", *COLUMNS.values()], rows)


def vote(number: Number) -> str:
    """Return a cell: '66.2 / 50.1 [40.0, 60.2]', or '66.2 / no votes'."""
    if number.ends is None:
        return f"{number.paper} / {NO_VOTES}"
    return f"{number.paper} / {number.ours:.1f} {text(number.ends)}"


def attribute_table(scores: Mapping[str, Scores]) -> str:
    """Return the classification errors for the columns of Tables 1 and 2, a row a method, n in the last."""
    methods = list(dict.fromkeys(method for column in scores.values() for method in column))
    rows = [
        [TITLES[method], *(f"{column[method].error:.1f} {text(column[method].wilson)}" for column in scores.values())]
        for method in methods
    ]
    counts = ["n", *(f"{next(iter(column.values())).n:,}" for column in scores.values())]
    return markdown(["", *(COLUMNS[group] for group in scores)], [*rows, counts])


def verdict_lines(numbers: Sequence[Number]) -> str:
    """Return a list of the verdicts with how many of the paper's numbers have each."""
    counts = Counter(number.verdict for number in numbers)
    return "\n".join(f"- {count} x {said}" for said, count in counts.most_common())
