"""What is wrong: a picture that the judge does not see as what it was meant to be.

Everything here works on labels, {0, 1} arrays of (N, width), whoever made the pictures and whoever judged them.
"""

from dataclasses import dataclass

import numpy as np
import torch

from stargan.data.domains import LabelKind


@dataclass(frozen=True)
class Verdicts:
    """The verdicts on N translations, each (N,).

    counts: whether the target asks for another label than the face has. wrong: whether any label that the target decides
    is seen otherwise than asked. others: how many labels it does not decide; others_wrong: how many of these are seen
    otherwise than the face has them.
    """

    counts: np.ndarray
    wrong: np.ndarray
    others: np.ndarray
    others_wrong: np.ndarray


def verdicts(kind: LabelKind, source: np.ndarray, seen: np.ndarray, targets: np.ndarray) -> Verdicts:
    """Return the verdicts on translations of faces with labels `source` to the N `targets`, in which `seen` was seen."""
    wanted = goals(kind, source, targets)
    columns = {target: np.isin(np.arange(kind.width), kind.touched(target)) for target in dict.fromkeys(targets.tolist())}
    decided = np.array([columns[target] for target in targets.tolist()], dtype=bool).reshape(wanted.shape)
    missed = seen != wanted
    return Verdicts(
        counts=(wanted != source).any(axis=1),
        wrong=(missed & decided).any(axis=1),
        others=(~decided).sum(axis=1),
        others_wrong=(missed & ~decided).sum(axis=1),
    )


def goals(kind: LabelKind, labels: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the uint8 (N, width) labels that each of N targets asks for where its image has `labels`."""
    wanted = np.array(labels, dtype=np.uint8)
    for target in np.unique(targets):
        rows = targets == target
        wanted[rows] = target_labels(kind, wanted[rows], str(target))
    return wanted


def target_labels(kind: LabelKind, labels: np.ndarray, target: str) -> np.ndarray:
    """Return the uint8 (N, width) labels that one target asks for where the image has `labels`."""
    return kind.target(torch.from_numpy(np.array(labels)), target).numpy()
