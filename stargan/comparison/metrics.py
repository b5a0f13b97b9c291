"""The comparison as measures: the scores of each method, and what its models and their training took."""

from collections.abc import Iterator
from statistics import fmean

from stargan.comparison.comparison import Comparison, Side
from stargan.comparison.scores import Score
from stargan.comparison.verdict import VERDICTS, kind_of
from stargan.core.measures import Measure, united

SIZES = ("parameters", "models", "train_images", "train_flops")


def measures_of(found: Comparison) -> Iterator[Measure]:
    """Yield the scores of each column of Tables 1 and 2 and of Table 3, whose target is "", and the sizes.

    `error_<method>` has Wilson's interval; `error_by_person_<method>` the bootstrap's over people, as has
    `difference_<method>`, the error minus the first method's.
    """
    for column, scores in found.by_column.items():
        for method, score in scores.items():
            yield from measures_of_score(method, found.attributes.dataset, column, score)
    for method, score in found.by_method.items():
        yield from measures_of_score(method, found.expressions.dataset, "", score)
    for side in (found.attributes, found.expressions):
        yield from sizes_of(side)


def measures_of_score(method: str, dataset: str, column: str, score: Score) -> Iterator[Measure]:
    """Yield one method's score on a column."""
    yield Measure(f"error_{method}", dataset, column, score.error, score.wilson.low, score.wilson.high, score.n)
    by_person = {f"error_by_person_{method}": (score.error, score.people)}
    if score.difference is not None:
        by_person[f"difference_{method}"] = (score.difference, score.difference_people)
    for name, (value, ends) in by_person.items():
        low, high = (ends.low, ends.high) if ends else (None, None)
        yield Measure(name, dataset, column, value, low, high, score.n)


def sizes_of(side: Side) -> Iterator[Measure]:
    """Yield the parameters of a model, the models, and what training them took, of each run."""
    for one in side.judged:
        for key in SIZES:
            yield Measure(f"{key}_{one.method}", side.dataset, "", one.sizes[key])


def headline(found: Comparison) -> dict[str, float]:
    """Return at most twelve rounded numbers: each method's error on either side, seeds, numbers of the paper reproduced."""
    classes = {f"{found.expressions.title}_error_{method}": one.error for method, one in found.by_method.items()}
    attributes = {
        f"{found.attributes.title}_error_{method}": fmean(one[method].error for one in found.by_column.values())
        for method in dict.fromkeys(method for scores in found.by_column.values() for method in scores)
    }
    kinds = [kind_of(number.verdict) for number in found.numbers]
    verdicts = {verdict.replace(" ", "_"): kinds.count(verdict) for verdict in VERDICTS[:2]}
    errors = {key: round(value, 2) for key, value in united(classes, attributes).items()}
    return united(errors, verdicts, {"seeds": len(found.seeds)})
