"""Whether translations of photographs still show the same person."""

import sys
from collections.abc import Iterator
from math import isnan

import numpy as np
import pandas as pd

from stargan.core.measures import Measure
from stargan.data.prepared import Prepared
from stargan.evaluation.faces.identity import identity
from stargan.evaluation.protocol import Protocol
from stargan.evaluation.truth import of_some_faces


def same_person(prepared: Prepared, own: pd.DataFrame, images: np.ndarray, protocol: Protocol) -> Iterator[Measure]:
    """Yield how like a dataset's own translations are to their originals, by dlib's descriptions of faces.

    own: their rows of the judged table, with their positions in `images` as index. Only those that ask for another label
    count, of at most `protocol.truths` test faces, sampled at random. `identity_distance`, `identity_same`, the share below
    0.6 in percent, and `strangers_distance`. Nothing unless the protocol asks, and of drawn faces, which dlib hardly tells
    apart.
    """
    rows = own[own["counts"] == 1]
    if not protocol.identity or rows.empty:
        return
    if prepared.synthetic:
        print(f"{prepared.dataset}: faces are drawn, so evaluate.identity measures nothing of them", file=sys.stderr)
        return
    rows = of_some_faces(rows, protocol)
    people, originals = rows["person"].tolist(), prepared.images[rows["image"].to_numpy()]
    found = identity(originals, images[rows.index.to_numpy()], people, protocol.seed)
    measured = {"distance": found.distance, "same": 100 * found.same}
    if not found.faces:
        print(f"{prepared.dataset}: dlib finds no face in its test pictures, so there is no identity", file=sys.stderr)
        return
    for name, value in measured.items():
        yield Measure(f"identity_{name}", prepared.dataset, "", value, n=found.faces)
    if not isnan(found.strangers):
        yield Measure("strangers_distance", prepared.dataset, "", found.strangers)
