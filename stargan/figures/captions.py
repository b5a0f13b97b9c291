"""The numbers under a figure, from metrics/evaluate/<run>.json. A number that is not there is left out."""

from collections.abc import Mapping, Sequence

Metrics = Mapping[str, float]

NAMED = ("Young",)
"""Attributes whose change the paper's caption of Figure 7 names: the wrong mask ages."""
OTHERS = 3
"""Attributes shown beside these: those that change most."""


def phrase(metrics: Metrics, key: str, text: str) -> list[str]:
    """Return `text` with the number of `key` put in its braces; [] where there is none."""
    return [text.format(metrics[key])] if key in metrics else []


def alone_notes(title: str, runs: Mapping[str, Metrics]) -> list[str]:
    """Return Figure 6's notes: a line a run, its classification error and sharpness, and one of the input's sharpness."""
    notes = []
    for name, metrics in runs.items():
        parts = phrase(metrics, f"cross_{title}_error_percent", "classification error {:.1f} %")
        parts += phrase(metrics, "cross_sharpness", "sharpness {:.4f}")
        notes += [f"{name}: {', '.join(parts)}"] if parts else []
    inputs = [phrase(metrics, "cross_input_sharpness", "input: sharpness {:.4f}") for metrics in runs.values()]
    return notes + max(inputs, default=[], key=len)  # they are the same faces


def mask_notes(title: str, metrics: Metrics, masks: Sequence[str]) -> list[str]:
    """Return Figure 7's notes, a line a mask: P of the asked class, and how P of the attributes changes.

    `masks` are the sets that the run has: "cross" and, with a mask vector, "wrong_mask".
    """
    names = changing(metrics, masks[-1])
    notes = phrase(metrics, f"cross_input_{title}_probability", f"input: P({title} asked) {{:.3f}}")
    for mask, name in zip(masks, ("proper mask", "wrong mask"), strict=False):
        parts = phrase(metrics, f"{mask}_{title}_probability", f"P({title} asked) {{:.3f}}")
        changes: list[str] = []
        for attribute in names:
            key = f"{mask}_probability_change_{attribute}"
            changes += phrase(metrics, key, f"{attribute.replace('_', ' ')} {{:+.3f}}")
        parts += [f"change of P: {', '.join(changes)}"] if changes else []
        notes += [f"{name}: {'; '.join(parts)}"] if parts else []
    return notes + ([] if len(masks) > 1 else ["trained without a mask vector: there is no wrong mask"])


def changing(metrics: Metrics, mask: str) -> list[str]:
    """Return the attributes of which a figure tells: those in `NAMED`, then those whose P changes most."""
    prefix = f"{mask}_probability_change_"
    changes = {key.removeprefix(prefix): abs(value) for key, value in metrics.items() if key.startswith(prefix)}
    others = sorted((name for name in changes if name not in NAMED), key=lambda name: (-changes[name], name))
    return [*(name for name in NAMED if name in changes), *others[:OTHERS]]
