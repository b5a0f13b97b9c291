"""Is a training healthy? A few of the faces that it learns from, translated and judged on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch
from torch_fidelity.metric_kid import kernel_mmd

from stargan.data.domains import DomainSpace
from stargan.data.prepared import Prepared
from stargan.judge.judge import Judge
from stargan.judge.similarity import l1_where
from stargan.judge.verdicts import verdicts
from stargan.models.translation import Request, requests, served, shown_positions, translated
from stargan.models.translators import Translator
from stargan.synthetic.truth import Truth, drawable, truths

FACES = 32
"""Training faces of each dataset, spread evenly over it. Test faces take no part: by these a generator may be chosen."""
BATCH = 64


@dataclass(frozen=True)
class Health:
    """What is looked at: the datasets of a run and their judges. The truths of drawn faces are drawn once."""

    space: DomainSpace
    sets: Mapping[str, Prepared]
    judges: Mapping[str, Judge]
    device: torch.device
    drawn: dict[tuple[str, str], dict[tuple[int, str], Truth]] = field(default_factory=dict)

    def measured(self, translator: Translator) -> dict[str, float]:
        """Return what translations of the faces are worth: to labels of their own dataset, and to classes of another.

        `judged_error_<dataset>`: the share that the judge does not see as the target, %. `judged_kid_...`: KID of the
        translations against as many training faces, on the judge's features. Of drawn faces also `judged_changed_...`, L1 to
        the truth on the pixels that the edit changes over that of no edit, and `judged_kept_...`, L1 on the others. With
        labels of another dataset a name ends in <faces>.<labels>, as a loss's does. What can't be translated is left out.
        """
        found: dict[str, float] = {}
        for faces in self.sets:
            asked = [one for one in requests(self.space, [faces], {}) if one.set in ("own", "cross")]
            for labels in dict.fromkeys(one.labels for one in asked):
                rows, images = self.made(translator, [one for one in asked if one.labels == labels])
                values = self.seen(faces, labels, rows, images) if len(rows) else {}
                owner = ".".join(dict.fromkeys([faces, labels]))
                found |= {f"judged_{name}_{owner}": value for name, value in values.items()}
        return found

    def made(self, translator: Translator, asked: Sequence[Request]) -> tuple[pd.DataFrame, np.ndarray]:
        """Return the image and the target of each translation of one dataset's faces, and these, uint8 (N, s, s, 3)."""
        prepared = self.sets[asked[0].faces]
        positions = shown_positions(prepared.split("train"), FACES)
        tables, blocks = list[pd.DataFrame](), [prepared.images[:0]]
        for request in asked:
            mine = served(translator, self.space, request, prepared, positions)
            tables.append(pd.DataFrame({"image": mine, "target": request.target}))
            blocks += translated(translator, self.space, request, prepared, mine, BATCH, self.device)
        return pd.concat(tables, ignore_index=True), np.concatenate(blocks)

    def seen(self, faces: str, labels: str, rows: pd.DataFrame, images: np.ndarray) -> dict[str, float]:
        """Return error, kid, changed and kept of translations of faces of one dataset to labels of one."""
        kind, judge, everything = self.sets[labels].kind, self.judges[labels], np.arange(len(images))
        own = faces == labels  # a face of another dataset has no known label: every one counts
        source = self.sets[faces].labels[rows["image"]] if own else np.zeros((len(rows), kind.width), np.uint8)
        look = judge.see(images, everything)
        found = verdicts(kind, source, judge.labels(look), rows["target"].to_numpy(dtype=str))
        counts = found.counts if own else np.ones(len(rows), bool)
        features = look.features if own else self.judges[faces].features(images, everything)
        values = self.kid(faces, features)
        if not counts.any():
            return values
        return {"error": 100 * float(found.wrong[counts].mean())} | values | self.true(faces, labels, rows[counts], images)

    def kid(self, faces: str, features: torch.Tensor) -> dict[str, float]:
        """Return KID of translations, by their (N, d) features, against as many training faces; {} where that is one."""
        train = self.sets[faces].split("train")
        n = min(len(features), len(train))
        if n < 2:
            return {}
        real = self.judges[faces].features(self.sets[faces].images, shown_positions(train, n))
        chosen = features[shown_positions(np.arange(len(features)), n)]
        return {"kid": float(kernel_mmd(chosen.double().numpy(), real.double().numpy()))}

    def true(self, faces: str, labels: str, rows: pd.DataFrame, images: np.ndarray) -> dict[str, float]:
        """Return changed and kept; {} where no truth can be drawn."""
        prepared = self.sets[faces]
        if not prepared.synthetic:
            return {}
        if faces != labels:
            moved = [drawable(prepared, *row) for row in zip(rows["image"], rows["target"], strict=True)]
            rows = rows[np.array(moved, dtype=bool)]
        if rows.empty:
            return {}
        found = self.truths(faces, labels, rows)
        truth, changed = np.stack([one.image for one in found]), np.stack([one.changed for one in found])
        candidate, source = images[rows.index], prepared.images[rows["image"]]
        no_edit = np.nanmean(l1_where(source, truth, changed))
        return {
            "changed": float(np.nanmean(l1_where(candidate, truth, changed)) / no_edit),
            "kept": float(np.nanmean(l1_where(candidate, truth, ~changed))),
        }

    def truths(self, faces: str, labels: str, rows: pd.DataFrame) -> list[Truth]:
        """Return the truth of each row. The rows are the same each time, so they are drawn at the first."""
        if (faces, labels) not in self.drawn:
            kind, held = self.sets[labels].kind, dict[tuple[int, str], Truth]()
            for image, of_face in rows.groupby("image")["target"]:
                targets = of_face.tolist()
                made = truths(self.sets[faces], int(str(image)), kind, targets)
                held |= {(int(str(image)), target): truth for target, truth in zip(targets, made, strict=True)}
            self.drawn[faces, labels] = held
        return [self.drawn[faces, labels][pair] for pair in zip(rows["image"], rows["target"], strict=True)]
