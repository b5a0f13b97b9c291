"""Drawn faces, of which it is known where the eyes are: how many are found, and how far off their eyes are."""

from functools import cache

import numpy as np
import pytest
from PIL import Image

from stargan.evaluation.faces import places
from stargan.evaluation.faces.aligning import CELEBA, Eyes, aligned, alignment
from stargan.evaluation.faces.finding import Face as Found
from stargan.evaluation.faces.finding import faces_in
from stargan.synthetic.face import EXPRESSIONS, Face
from stargan.synthetic.people import celeba_face, rafd_face
from stargan.synthetic.render import Form
from support.photographs import distances, eyes_drawn, needs_faces

pytestmark = needs_faces

FORMS: dict[Form, list[Face]] = {
    "celeba": [celeba_face(0, f"{i:06d}.jpg") for i in range(1, 41)],
    "rafd": [rafd_face(0, f"Rafd090_{1 + i // 4:02d}_Kid_male_{EXPRESSIONS[3 * i % 8]}_frontal.jpg") for i in range(40)],
}


@cache
def seen_in(form: Form) -> list[tuple[Image.Image, Eyes, list[Found]]]:
    """Return each drawn face, where its eyes are, and what is found: looked for once, since that takes ten seconds."""
    drawn = [eyes_drawn(face, form, 0) for face in FORMS[form]]
    return [(picture, eyes, faces_in(picture)) for picture, eyes in drawn]


def offsets(side: int, pairs: list[tuple[Eyes, Eyes]]) -> np.ndarray:
    """Return by how many pixels drawn eyes miss CelebA's places in a square aligned by those found: faces, eyes, x and y."""
    ways = [(eyes, alignment(found, CELEBA, side)) for eyes, found in pairs]
    placed = np.array([(*way(*eyes[:2]), *way(*eyes[2:])) for eyes, way in ways])
    return (placed - CELEBA.scaled(side, side)).reshape(-1, 2, 2)


@pytest.mark.parametrize("form", FORMS)
def test_forty_drawn_faces(form: Form) -> None:
    """The predictor has learned from photographs. Of drawn eyes its mean error is 2 of 178 pixels."""
    seen = seen_in(form)
    assert all(len(faces) < 2 for _, _, faces in seen)
    found = [(picture, eyes, faces[0].eyes) for picture, eyes, faces in seen if faces]
    assert len(found) >= 36
    errors = np.array([distances(at, eyes) for picture, eyes, at in found]) * 178 / seen[0][0].width
    assert errors.mean() < 2.2
    assert (errors.max(axis=1) < 4.5).mean() > 0.9
    off = offsets(178, [(eyes, at) for _, eyes, at in found])
    assert np.linalg.norm(off, axis=2).mean() < 2.2
    assert np.abs(off.mean(axis=0)).max() < 1  # so it is no lean to one side


@pytest.mark.parametrize("form", FORMS)
def test_drawn_eyes_are_laid_where_a_model_of_the_defaults_size_has_them(form: Form) -> None:
    """Within two pixels, both eyes of every face that is found."""
    off = offsets(64, [(eyes, faces[0].eyes) for _, eyes, faces in seen_in(form) if faces])
    assert np.linalg.norm(off, axis=2).max() < 2


def test_a_square_that_is_aligned_is_found_as_it_was_wanted() -> None:
    pairs = [(picture, faces[0].eyes) for picture, _, faces in seen_in("celeba")[10:20]]
    squares = [aligned(picture, alignment(seen, CELEBA, 178), 178) for picture, seen in pairs]
    again = [faces_in(square)[0].eyes for square in squares]
    assert sum(max(distances(seen, CELEBA.scaled(178, 178))) < 2 for seen in again) >= 9


def test_the_places_of_a_drawn_set_are_where_its_eyes_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = seen_in("rafd")[:20]
    known = {id(picture): faces for picture, _, faces in seen}
    monkeypatch.setattr(places, "faces_in", lambda picture: known[id(picture)])
    found = places.eye_places([picture for picture, _, _ in seen])
    truth = np.median([eyes.scaled(1 / picture.width, 1 / picture.height) for picture, eyes, _ in seen], axis=0)
    assert found is not None
    assert np.abs(np.subtract(found, truth)).max() < 0.01
