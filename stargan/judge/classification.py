"""Error rates by the judge: how often a picture is not seen as what it was meant to be.

Everything here works on labels, {0, 1} arrays of (N, width), whoever made the pictures and whoever judged them.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import torch

from stargan.core.target import steps_of
from stargan.data.domains import Attributes, LabelKind
from stargan.judge.intervals import over_people, wilson

Metrics = dict[str, float]


def rate(key: str, wrong: np.ndarray) -> Metrics:
    """Return `key`, the share of true values in percent, with `_n` and the Wilson ends `_low` and `_high`.

    A rate of no judgements has only its `_n`, 0.
    """
    n = int(wrong.size)
    if n == 0:
        return {f"{key}_n": 0}
    ends = wilson(int(wrong.sum()), n)
    return {key: 100 * float(wrong.mean()), f"{key}_n": n, f"{key}_low": ends.low, f"{key}_high": ends.high}


def safe(target: str) -> str:
    """Return a target as a part of a metric's key: '~Male' flips, '-Male' is no Male, '+' joins."""
    return "_and_".join(step.key for step in steps_of(target))


def asked(kind: LabelKind, labels: np.ndarray, target: str) -> np.ndarray:
    """Return the uint8 (N, width) labels that `target` asks for where the image has `labels`."""
    return kind.target(torch.from_numpy(np.array(labels)), target).numpy()


def goals(kind: LabelKind, labels: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the uint8 (N, width) labels that each of N targets asks for where its image has `labels`."""
    found = np.array(labels, dtype=np.uint8)
    for target in np.unique(targets):
        rows = targets == target
        found[rows] = asked(kind, found[rows], str(target))
    return found


def verdicts(kind: LabelKind, source: np.ndarray, seen: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which of N translations count, and which are wrong, both bool (N,).

    source, seen: (N, width) labels of the faces and of what was seen in their translations to the N `targets`. One
    counts where its target asks for another label than the face has; it is wrong where any column that the target
    decides is seen otherwise than asked.
    """
    wanted = goals(kind, source, targets)
    decided = {target: np.isin(np.arange(kind.width), kind.touched(target)) for target in dict.fromkeys(targets.tolist())}
    touched = np.array([decided[target] for target in targets.tolist()], dtype=bool).reshape(wanted.shape)
    return (wanted != source).any(axis=1), ((seen != wanted) & touched).any(axis=1)


def single_targets(kind: LabelKind, targets: Iterable[str]) -> list[str]:
    """Return those of `targets` that ask for one thing, each once: metrics are averaged over these."""
    return [target for target in dict.fromkeys(targets) if len(kind.steps(target)) == 1]


def real_misses(kind: LabelKind, seen: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return where the judge sees another label than the real one: bits (N, width) of attributes, else images (N,)."""
    wrong = seen != labels
    return wrong if isinstance(kind, Attributes) else np.asarray(wrong.any(axis=1))


def real_errors(key: str, kind: LabelKind, seen: np.ndarray, labels: np.ndarray) -> Metrics:
    """Return the judge's own error on real images: `key` and `key_<name>` for each attribute or class.

    Attributes: `key` counts every attribute of every image. Classes: every image, and `key_<name>` those
    of the class.
    """
    wrong = real_misses(kind, seen, labels)
    if isinstance(kind, Attributes):
        parts = {name: wrong[:, column] for column, name in enumerate(kind.names)}
    else:
        parts = {name: wrong[labels[:, column] == 1] for column, name in enumerate(kind.names)}
    metrics = rate(key, wrong)
    for name, part in parts.items():
        metrics |= rate(f"{key}_{name}", part)
    return metrics


def class_errors(
    key: str, wrong: np.ndarray, targets: np.ndarray, people: np.ndarray,
    resamples: int, random: np.random.Generator,
) -> Metrics:  # fmt: skip
    """Return the error of translations to classes: `key`, its bootstrap over people, and `key_<target>`.

    wrong, targets, people: one entry a translation: whether it was seen as another class than its target, its
    target, and who is shown. {} of no translation.
    """
    if not wrong.size:
        return {}
    ends = over_people(wrong, people, resamples, random)
    metrics = rate(key, wrong) | {f"{key}_person_low": ends.low, f"{key}_person_high": ends.high}
    for target in np.unique(targets):
        metrics |= rate(f"{key}_{safe(str(target))}", wrong[targets == target])
    return metrics


def attribute_errors(kind: Attributes, translated: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Metrics:
    """Return `attribute_error_percent` and `preserved_attribute_error_percent`, each also per target.

    translated: for each target, the source images' (N, width) labels and those seen in their translations, in
    the same order. An image counts only where the target asks for another label than it has: what is blond
    already says nothing about making hair blond. A translation is wrong where any column that the target decides
    is seen otherwise than asked. Preserved: the share of the other columns seen otherwise than the source's
    label says. The plain keys are means over the targets of one step, the paper's single attributes.
    """
    title, metrics = kind.title, Metrics()
    for target, (source, seen) in translated.items():
        wanted = asked(kind, source, target)
        counts = (wanted != source).any(axis=1)
        touched = np.isin(np.arange(kind.width), kind.touched(target))
        wrong = (seen != wanted)[counts]
        changed = f"{title}_error_percent_{safe(target)}"
        preserved = f"preserved_{changed}"
        metrics |= rate(changed, wrong[:, touched].any(axis=1)) | rate(preserved, wrong[:, ~touched])
    singles = [safe(target) for target in single_targets(kind, translated)]
    for key in (f"{title}_error_percent", f"preserved_{title}_error_percent"):
        values = [metrics[f"{key}_{name}"] for name in singles if f"{key}_{name}" in metrics]
        metrics |= {key: float(np.mean(values))} if values else {}
    return metrics
