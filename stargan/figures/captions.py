"""The numbers under a figure, from metrics/evaluate/<run>.csv. A number that is not there is left out."""

from collections.abc import Mapping, Sequence

from stargan.core.measures import Measure

Measures = Mapping[str, Measure]
"""A run's measures by their keys."""

NAMED = ("Young",)
"""Attributes whose change the paper's caption of Figure 7 names: the wrong mask ages."""
OTHERS = 3
"""Attributes shown beside these: those that change most."""


def phrase(measures: Measures, key: str, text: str) -> list[str]:
    """Return `text` with the value of `key` put in its braces; [] where there is none."""
    return [text.format(measures[key].value)] if key in measures else []


def alone_notes(labels: str, runs: Mapping[str, Measures]) -> list[str]:
    """Return Figure 6's notes: a line a run, its classification error and sharpness, and one of the input's sharpness.

    labels: the dataset whose classes are shown.
    """
    notes = []
    for name, measures in runs.items():
        parts = phrase(measures, f"cross_error/{labels}", "classification error {:.1f} %")
        parts += phrase(measures, f"cross_sharpness/{labels}", "sharpness {:.4f}")
        notes += [f"{name}: {', '.join(parts)}"] if parts else []
    inputs = [phrase(one, f"cross_input_sharpness/{labels}", "input: sharpness {:.4f}") for one in runs.values()]
    return notes + max(inputs, default=[], key=len)  # they are the same faces


def mask_notes(labels: str, title: str, measures: Measures, masks: Sequence[str]) -> list[str]:
    """Return Figure 7's notes, a line a mask: P of the asked class, and how P of the attributes changes.

    labels, title: the dataset whose classes are shown, and what they are called. `masks` are the sets that the run has:
    "cross" and, with a mask vector, "wrong_mask".
    """
    names = changing(labels, measures, masks[-1])
    notes = phrase(measures, f"cross_input_probability/{labels}", f"input: P({title} asked) {{:.3f}}")
    for mask, name in zip(masks, ("proper mask", "wrong mask"), strict=False):
        parts = phrase(measures, f"{mask}_probability/{labels}", f"P({title} asked) {{:.3f}}")
        changes: list[str] = []
        for attribute in names:
            key = f"{mask}_probability_change/{labels}/{attribute}"
            changes += phrase(measures, key, f"{attribute.replace('_', ' ')} {{:+.3f}}")
        parts += [f"change of P: {', '.join(changes)}"] if changes else []
        notes += [f"{name}: {'; '.join(parts)}"] if parts else []
    return notes + ([] if len(masks) > 1 else ["trained without a mask vector: there is no wrong mask"])


def changing(labels: str, measures: Measures, mask: str) -> list[str]:
    """Return the attributes of which a figure tells: those in `NAMED`, then those whose P changes most."""
    kind = (f"{mask}_probability_change", labels)
    changes = {one.target: abs(one.value) for one in measures.values() if (one.measure, one.dataset) == kind}
    others = sorted((name for name in changes if name not in NAMED), key=lambda name: (-changes[name], name))
    return [*(name for name in NAMED if name in changes), *others[:OTHERS]]
