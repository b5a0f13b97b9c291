"""What a training says of itself on its way: translators of known worth, judged on training faces alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from stargan.data.domains import DomainSpace
from stargan.data.pixels import from_uint8, to_uint8
from stargan.data.prepared import Prepared
from stargan.judge.judge import Judge
from stargan.synthetic.truth import drawn_face, truths
from stargan.training.health import FACES, Health
from stargan.training.loss_table import LossTable
from support.drawn import celeba_drawn, rafd_drawn
from support.striped import judges, painted, striped_sets

CPU = torch.device("cpu")


class Known:
    """A translator that paints what it is asked for, nothing, or always the first label; it notes what it was given."""

    direct = True

    def __init__(self, worth: str = "identity", skips: int = -1) -> None:
        self.worth, self.skips, self.given = worth, skips, list[np.ndarray]()

    def can_translate(self, path: Sequence[Tensor]) -> Tensor:
        return path[-1][:, self.skips] == 0 if self.skips >= 0 else torch.ones(len(path[-1]), dtype=torch.bool)

    def translate(self, x: Tensor, path: Sequence[Tensor]) -> Tensor:
        images, goal = to_uint8(x).numpy(), path[-1].numpy()
        self.given.append(images)
        if self.worth in ("identity", "negative"):
            return from_uint8(torch.from_numpy(images if self.worth == "identity" else 255 - images))
        moods = goal[:, -1:] == 1  # the mask's bit
        wanted = np.where(moods, goal[:, 3:6], goal[:, :3])
        first = np.tile([1, 0, 0], (len(x), 1))
        made = {
            "identity": images,
            "perfect": painted(images, wanted),
            "first": painted(images, first),
            "negative": 255 - images,
        }
        return from_uint8(torch.from_numpy(made[self.worth]))


@pytest.fixture
def striped(tmp_path: Path) -> Health:
    return health(striped_sets(tmp_path))


def health(sets: Mapping[str, Prepared]) -> Health:
    space = DomainSpace(tuple(sets), tuple(one.kind for one in sets.values()))
    return Health(space, sets, judges(sets), CPU)


def test_errors_by_hand(striped: Health) -> None:
    """Thirty training faces a set, labels in turn: of each mood ten, so twenty ask for another; across all thirty count."""
    assert {name: value for name, value in striped.measured(Known("perfect")).items() if "error" in name} == {
        "judged_error_faces": 0,
        "judged_error_faces.moods": 0,
        "judged_error_moods": 0,
    }
    always = striped.measured(Known("first"))
    assert always["judged_error_moods"] == pytest.approx(100 * 40 / 60)  # to angry it is right, to the two others wrong
    assert always["judged_error_faces.moods"] == pytest.approx(100 * 60 / 90)
    assert striped.measured(Known())["judged_error_moods"] == 100
    assert not any(("changed" in name or "kept" in name) for name in always)  # nobody drew these faces


def test_training_faces_alone_are_looked_at(striped: Health) -> None:
    """Catches a generator that is chosen by the faces that it is measured on."""
    translator = Known()
    striped.measured(translator)
    seen = {image.tobytes() for batch in translator.given for image in batch}
    for one in striped.sets.values():
        train, test = ({one.images[i].tobytes() for i in one.split(name)} for name in ("train", "test"))
        assert len(seen & train) == min(FACES, len(train)) == 30
        assert not seen & test


def test_kid_is_the_unbiased_mmd_of_a_cubic_kernel(striped: Health) -> None:
    """Against Binkowski et al. (2018), section 3, by loops: k(x, y) = (x.y / d + 1)^3."""
    prepared = striped.sets["moods"]
    translator = Known("negative")
    found = striped.measured(translator)["judged_kid_moods"]
    train = prepared.images[prepared.split("train")]
    features = [from_uint8(torch.from_numpy(images)).flatten(1)[:, :512].double().numpy() for images in (255 - train, train)]
    # Each of the thirty faces is translated to three moods, and so stands there thrice: as many as there are real ones
    # are taken, spread evenly.
    thrice = np.concatenate([features[0]] * 3)[np.linspace(0, 89, 30).astype(int)]
    kernel = [
        [[(x @ y / 512 + 1) ** 3 for y in right] for x in left]
        for left, right in ((thrice, thrice), (features[1], features[1]), (thrice, features[1]))
    ]
    n, off = 30, ~np.eye(30, dtype=bool)
    fakes, reals, mixed = (np.array(one) for one in kernel)
    assert found == pytest.approx((fakes[off].sum() + reals[off].sum()) / (n * (n - 1)) - 2 * mixed.mean(), rel=1e-6)


def test_one_training_face_has_no_kid(striped: Health) -> None:
    """KID divides by n - 1."""
    sets = {name: alone(one) for name, one in striped.sets.items()}
    found = replace(striped, sets=sets).measured(Known("perfect"))
    assert found["judged_error_moods"] == 0
    assert not any("kid" in name for name in found)


def alone(prepared: Prepared) -> Prepared:
    """Leave one training face."""
    rows = prepared.rows.assign(split="test")
    rows.loc[prepared.split("train")[0], "split"] = "train"
    return replace(prepared, rows=rows)


def test_what_a_method_cannot_translate_is_left_out(striped: Health) -> None:
    assert "judged_error_moods" not in striped.measured(Nobody())
    some = striped.measured(Known("perfect", skips=3))  # none to the first mood
    assert some["judged_error_moods"] == 0


class Nobody(Known):
    """A method that has no network for anything."""

    def can_translate(self, path: Sequence[Tensor]) -> Tensor:
        return torch.zeros(len(path[-1]), dtype=torch.bool)


class Blind(nn.Module):
    """A judge's network that sees no label anywhere."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight, self.width = nn.Parameter(torch.zeros(1)), width

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return images.flatten(1)[:, :512], torch.zeros(len(images), self.width)


@pytest.fixture(scope="module")
def drawn() -> Health:
    sets = {"celeba": celeba_drawn(), "rafd": rafd_drawn()}
    space = DomainSpace(tuple(sets), tuple(one.kind for one in sets.values()))
    seers = {name: Judge(Blind(one.kind.width), one.kind, 32, "") for name, one in sets.items()}  # type: ignore[arg-type]
    return Health(space, sets, seers, CPU)


def test_no_edit_changes_nothing_and_keeps_all(drawn: Health) -> None:
    found = drawn.measured(Known())
    for owner in ("celeba", "rafd", "celeba.rafd"):
        assert (found[f"judged_changed_{owner}"], found[f"judged_kept_{owner}"]) == (1, 0)


@pytest.mark.parametrize("faces", ["celeba", "rafd"])
def test_changed_and_kept_of_expressions_are_those_of_the_drawings(drawn: Health, faces: str) -> None:
    """A negative against each truth, pixel by pixel; who shows the expression already does not count."""
    moods, prepared = drawn.sets["rafd"].kind, drawn.sets[faces]
    changed, no_edit, kept = list[float](), list[float](), list[float]()
    for position in range(len(prepared.images)):
        for mood in moods.names:
            if drawn_face(prepared, position).expression == mood:
                continue
            truth = truths(prepared, position, moods, [mood])[0]
            image, where = prepared.images[position].astype(int), truth.changed
            changed.append(np.abs(255 - image - truth.image)[where].mean() / 255)
            no_edit.append(np.abs(image - truth.image)[where].mean() / 255)
            kept.append(np.abs(255 - image - truth.image)[~where].mean() / 255)
    owner = "rafd" if faces == "rafd" else "celeba.rafd"
    for _ in "ab":  # the second time by the truths that were kept
        found = drawn.measured(Known("negative"))
        assert found[f"judged_changed_{owner}"] == pytest.approx(np.mean(changed) / np.mean(no_edit))
        assert found[f"judged_kept_{owner}"] == pytest.approx(np.mean(kept))


def test_real_faces_have_no_truth(drawn: Health) -> None:
    real = {name: replace(one, origin={"kind": "files"}) for name, one in drawn.sets.items()}
    found = replace(drawn, sets=real, drawn={}).measured(Known())
    assert {name.split("_")[1] for name in found} == {"error", "kid"}


def test_verdicts_stand_in_the_row_of_their_iteration() -> None:
    table = LossTable(every=2)
    table.note("g", {"g": torch.tensor(1.5)})
    table.close(2)
    before = table.terms
    table.add(2, {"error": 7.0})
    table.add(2, {"error": 7.0})  # what is done again after a stop
    assert before == ["g"]  # a state that was taken before is not touched
    table.add(3, {"error": 6.0, "kid": 0.5})
    table.close(4)
    nan = float("nan")
    wanted = [[2, 1.5, 7, nan], [3, nan, 6, 0.5], [4, 1.5, nan, nan]]
    assert table.terms == ["g", "error", "kid"]
    np.testing.assert_array_equal(table.table(), wanted)
