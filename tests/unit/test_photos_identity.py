"""Identity: the same face is near, another is far, and a translation that leaves no face counts."""

from math import isnan

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from stargan.evaluation.faces import identity as module
from stargan.evaluation.faces.aligning import CELEBA, aligned, alignment
from stargan.evaluation.faces.extra import dlib, predictor, recogniser
from stargan.evaluation.faces.finding import Face, faces_in
from stargan.evaluation.faces.identity import SAME, description, identity
from stargan.synthetic.people import celeba_face
from stargan.synthetic.render import render_form
from support.photographs import ASTRONAUT_EYES, astronaut, needs_faces

pytestmark = needs_faces


def her(size: int = 128) -> np.ndarray:
    return np.asarray(aligned(astronaut(), alignment(ASTRONAUT_EYES, CELEBA, size), size))


def drawn(number: int) -> np.ndarray:
    picture = render_form(celeba_face(0, f"{number:06d}.jpg"), "celeba", 0)
    return np.asarray(picture.crop((0, 20, 178, 198)).resize((128, 128), Image.Resampling.LANCZOS))


def blank() -> np.ndarray:
    return np.full((128, 128, 3), 150, dtype=np.uint8)


def test_a_face_that_does_not_change_has_no_distance_to_itself() -> None:
    faces = np.stack([her(), drawn(1)])
    found = identity(faces, faces, ["her", "1"], seed=0)
    assert (found.faces, found.distance, found.same) == (2, 0, 1)


def test_a_tint_leaves_the_person_and_another_face_does_not() -> None:
    tinted = np.asarray(ImageEnhance.Brightness(Image.fromarray(her())).enhance(0.8))
    mirrored = np.asarray(ImageOps.mirror(Image.fromarray(her())))
    kept = identity(np.stack([her(), her()]), np.stack([tinted, mirrored]), ["her", "her"], seed=0)
    assert kept.faces == 2
    assert 0 < kept.distance < SAME
    assert kept.same == 1
    swapped = identity(her()[None], drawn(1)[None], ["her"], seed=0)
    assert swapped.distance > SAME
    assert swapped.same == 0


def test_strangers_are_other_persons_and_each_original_has_one() -> None:
    faces = np.stack([her(), drawn(1), her(), blank()])
    found = identity(faces, faces, ["her", "1", "her", "2"], seed=0)
    apart = np.linalg.norm(described(her()) - described(drawn(1)))
    assert found.faces == 3  # the blank one shows no face
    assert found.strangers == pytest.approx(apart)
    assert found.strangers > SAME
    assert isnan(identity(faces, faces, ["her"] * 4, seed=0).strangers)


def test_the_seed_draws_the_strangers() -> None:
    faces = np.stack([her(), drawn(1), drawn(3)])
    first, again, other = (identity(faces, faces, ["her", "1", "3"], seed=seed).strangers for seed in (0, 0, 1))
    assert first == again != other


def described(square: np.ndarray) -> np.ndarray:
    (face,) = faces_in(Image.fromarray(square))
    return description(square, face.eyes)


def test_a_translation_that_leaves_no_face_counts() -> None:
    found = identity(her()[None], blank()[None], ["her"], seed=0)
    assert found.faces == 1
    assert found.distance > SAME
    assert found.same == 0


def test_no_face_at_all_gives_no_number() -> None:
    found = identity(np.stack([blank()]), np.stack([her()]), [""], seed=0)
    assert found.faces == 0
    assert isnan(found.distance)
    assert isnan(found.same)
    assert isnan(found.strangers)


def test_an_original_that_comes_again_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def noted(picture: Image.Image) -> list[Face]:
        looked.append(picture)
        return faces_in(picture)

    monkeypatch.setattr(module, "faces_in", noted)
    once = identity(her()[None], drawn(1)[None], ["her"], seed=0)
    assert len(looked) == 1
    twice = identity(np.stack([her()] * 3), np.stack([drawn(1)] * 3), ["her"] * 3, seed=0)
    assert len(looked) == 2
    assert twice.distance == pytest.approx(once.distance)
    assert twice.faces == 3


def test_a_face_is_cut_nearly_as_dlib_cuts_it() -> None:
    """dlib aligns five points where two eyes are aligned here: of the 0.6 that tell people apart it is a quarter."""
    photo = np.asarray(astronaut().resize((512, 512), Image.Resampling.BICUBIC))
    (face,) = faces_in(Image.fromarray(photo))
    points = predictor()(photo, dlib().rectangle(*(round(side) for side in face.box)))
    theirs = np.array(recogniser().compute_face_descriptor(photo, points))
    assert np.linalg.norm(description(photo, face.eyes) - theirs) < 0.2


def test_a_smaller_square_shows_the_same_person() -> None:
    assert np.linalg.norm(described(her(128)) - described(her(64))) < SAME
