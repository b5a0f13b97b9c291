"""The comparison as flat metrics."""

from stargan.comparison.comparison import Comparison, Side
from stargan.comparison.scores import Score, Scores
from stargan.comparison.verdict import VERDICTS, kind_of
from stargan.core.metrics import rounded

SIZES = ("parameters", "models", "train_images", "train_flops")


def flat(found: Comparison) -> dict[str, float]:
    """Return the scores, the sizes, the number of seeds and of each verdict; rounded."""
    metrics: dict[str, float] = {"seeds": len(found.seeds)}
    for group, scores in found.by_column.items():
        metrics |= score_metrics(found.attributes.title, f"{group.replace('+', '_and_')}_", scores)
    metrics |= score_metrics(found.expressions.title, "", found.by_method)
    for side in (found.attributes, found.expressions):
        metrics |= size_metrics(side)
    for name in VERDICTS:
        count = sum(kind_of(number.verdict) == name for number in found.numbers)
        metrics[f"verdicts_{name.replace(' ', '_')}"] = count
    return rounded(metrics)


def score_metrics(title: str, group: str, scores: Scores) -> dict[str, float]:
    """Return the keys of one column: `<title>_error_percent_<group><method>` and `<title>_error_difference_...`."""
    metrics: dict[str, float] = {}
    for method, score in scores.items():
        error, difference = (f"{title}_error_{what}_{group}{method}" for what in ("percent", "difference"))
        metrics |= {
            error: score.error, f"{error}_n": score.n, f"{error}_low": score.wilson.low, f"{error}_high": score.wilson.high,
            f"{error}_person_low": score.people.low, f"{error}_person_high": score.people.high,
        }  # fmt: skip
        metrics |= difference_metrics(difference, score)
    return metrics


def difference_metrics(key: str, score: Score) -> dict[str, float]:
    """Return a score's difference to the first method and its ends; nothing for the first."""
    if score.difference is None or score.difference_people is None:
        return {}
    ends = score.difference_people
    return {key: score.difference, f"{key}_person_low": ends.low, f"{key}_person_high": ends.high}


def size_metrics(side: Side) -> dict[str, float]:
    """Return `<title>_<size>_<method>`: parameters of a model, models, and what training them took."""
    return {f"{side.title}_{key}_{one.method}": one.sizes[key] for one in side.judged for key in SIZES}
