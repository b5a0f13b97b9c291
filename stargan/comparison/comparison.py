"""The comparison as a whole: two lists of runs, their scores, and the paper's numbers with verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stargan.comparison.judged import Judged, check_together
from stargan.comparison.numbers import Number, error_numbers, real_number, size_numbers, vote_numbers
from stargan.comparison.paper import COLUMNS
from stargan.comparison.scores import Random, Scores, attribute_scores, expression_scores
from stargan.data.domains import Attributes, Classes


@dataclass(frozen=True)
class Side:
    """The compared runs of one kind of labels: the dataset that they share, and what its labels are called."""

    judged: Sequence[Judged]
    dataset: str
    title: str


@dataclass(frozen=True)
class Comparison:
    """What was found. by_column: the scores for each column of Tables 1 and 2 that the runs can fill; by_method: Table 3's.

    targets: how many classes Table 3's faces were made.
    """

    attributes: Side
    expressions: Side
    by_column: Mapping[str, Scores]
    by_method: Scores
    targets: int
    numbers: Sequence[Number]

    @property
    def seeds(self) -> list[int]:
        """The seeds that the compared runs were trained with, each once."""
        runs = (*self.attributes.judged, *self.expressions.judged)
        return sorted({int(one.settings["seed"]) for one in runs})


def compared(
    attributes: Sequence[Judged], expressions: Sequence[Judged], votes: Mapping[str, float], resamples: int, random: Random
) -> Comparison:
    """Return the comparison of runs, at least one of each kind; the first is the one that the others are measured by.

    votes: as tallied. resamples, random: of the bootstrap over people. Raises Fault where runs cannot be compared.
    """
    faces, classes = side(attributes, Attributes), side(expressions, Classes)
    by_column = attribute_scores(attributes, list(COLUMNS), resamples, random)
    by_method, targets = expression_scores(expressions, resamples, random)
    numbers = [
        *vote_numbers(attributes, faces.dataset, votes),
        *error_numbers(expressions, classes.dataset, by_method, targets),
        real_number(expressions[0], classes.dataset),
        *size_numbers(expressions, targets),
    ]
    return Comparison(faces, classes, by_column, by_method, targets, numbers)


def side(judged: Sequence[Judged], kind: type[Attributes] | type[Classes]) -> Side:
    """Return runs as one side of the comparison. Raises Fault where they cannot stand in one table."""
    check_together(judged, kind)
    dataset = judged[0].dataset_of(kind)
    return Side(judged, dataset, judged[0].kind(dataset).title)
