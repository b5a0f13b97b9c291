"""Which test faces a figure shows: those of whom its columns ask for most, spread over people, never by chance."""

from collections.abc import Sequence

import numpy as np
import torch

from stargan.data.domains import LabelKind


def asking(kind: LabelKind, labels: np.ndarray, target: str) -> np.ndarray:
    """Return of which (N,) faces with (N, width) labels `target` asks for a change of what they show.

    A face of none of a group, such as one whose hair colour is unknown, is not asked: its change could not be seen.
    """
    before = torch.from_numpy(np.array(labels))
    changed = (kind.target(before, target) != before).any(dim=1)
    group = kind.touched(target)
    known = before[:, group].any(dim=1) if len(group) > 1 else torch.ones_like(changed)
    return (changed & known).numpy()


def picked(positions: np.ndarray, scores: np.ndarray, people: Sequence[str], count: int) -> np.ndarray:
    """Return up to `count` of the (N,) positions, ascending: the best scores, one of each person.

    `people` names who is shown at each position; "" where that is unknown: a person of its own. Where more have the
    last score that is taken than are needed, they are spread evenly over these.
    """
    seen: set[str] = set()
    firsts = []
    for i in np.argsort(-scores, kind="stable"):
        if people[i] not in seen:
            firsts.append(i)
        seen |= {people[i]} - {""}
    if len(firsts) <= count:
        return np.sort(positions[firsts])
    last = scores[firsts[count - 1]]
    sure = [i for i in firsts if scores[i] > last]
    equal = np.array([i for i in firsts if scores[i] == last])
    spread = equal[np.linspace(0, len(equal) - 1, count - len(sure)).astype(int)]
    return np.sort(positions[[*sure, *spread]])
