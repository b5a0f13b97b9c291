"""Finding: a photographed face, turned, smaller, larger and beside another; and none where there is none."""

import numpy as np
import pytest
from PIL import Image

from stargan.evaluation.faces.aligning import CELEBA, Eyes, aligned, alignment
from stargan.evaluation.faces.finding import Face, faces_in
from stargan.evaluation.faces.places import eye_places
from support.photographs import ASTRONAUT_EYES, astronaut, distances, needs_faces

pytestmark = needs_faces


def only(picture: Image.Image) -> Face:
    faces = faces_in(picture)
    assert len(faces) == 1
    return faces[0]


def test_the_eyes_are_where_a_person_sees_them() -> None:
    face = only(astronaut())
    assert max(distances(face.eyes, ASTRONAUT_EYES)) < 1.5
    left, top, right, bottom = face.box
    assert (left, top) < face.eyes[:2] < face.eyes[2:] < (right, bottom)
    assert face.area == pytest.approx((right - left) * (bottom - top))
    assert face == only(astronaut())


@pytest.mark.parametrize("degrees", [20, -20])
def test_a_turned_face_has_its_eyes_turned(degrees: int) -> None:
    turn = np.exp(-1j * np.radians(degrees))  # y goes down, so a turn to the left is a negative angle
    points = [
        complex(128, 128) + turn * (complex(*eye) - complex(128, 128)) for eye in (ASTRONAUT_EYES[:2], ASTRONAUT_EYES[2:])
    ]
    turned = Eyes(points[0].real, points[0].imag, points[1].real, points[1].imag)
    assert max(distances(only(astronaut().rotate(degrees, Image.Resampling.BICUBIC)).eyes, turned)) < 1.5


@pytest.mark.parametrize("scale", [0.5, 2, 5])
def test_a_smaller_or_larger_face_has_its_eyes_at_the_same_share(scale: float) -> None:
    side = round(256 * scale)
    face = only(astronaut().resize((side, side), Image.Resampling.LANCZOS))
    assert max(distances(face.eyes.scaled(1 / scale, 1 / scale), ASTRONAUT_EYES)) < 1.5


def variants() -> dict[str, Image.Image]:
    photo = astronaut()
    wide = Image.new("RGB", (1200, 700), "gray")
    wide.paste(photo.resize((400, 400), Image.Resampling.LANCZOS), (50, 150))
    return {
        "turned left": photo.rotate(20, Image.Resampling.BICUBIC),
        "turned right": photo.rotate(-20, Image.Resampling.BICUBIC),
        "half": photo.resize((128, 128), Image.Resampling.LANCZOS),
        "double": photo.resize((512, 512), Image.Resampling.BICUBIC),
        "in a wide picture": wide,
    }


@pytest.mark.parametrize("name", variants())
def test_all_are_aligned_the_same(name: str) -> None:
    """Found again in their squares, the eyes lie within two of 178 pixels of CelebA's places."""
    picture = variants()[name]
    square = aligned(picture, alignment(only(picture).eyes, CELEBA, 178), 178)
    assert max(distances(only(square).eyes, CELEBA.scaled(178, 178))) < 2
    photo = astronaut()
    upright = aligned(photo, alignment(only(photo).eyes, CELEBA, 178), 178)
    middle = np.s_[50:150, 45:130]  # turning left black corners in the picture, not in its face
    difference = np.asarray(square, dtype=float)[middle] - np.asarray(upright, dtype=float)[middle]
    assert np.abs(difference).mean() < 8


def test_the_larger_of_two_comes_first() -> None:
    both = Image.new("RGB", (256 + 360, 360), "gray")
    both.paste(astronaut(), (0, 60))
    both.paste(astronaut().resize((360, 360), Image.Resampling.BICUBIC), (256, 0))
    large, small = faces_in(both)
    assert large.area > small.area
    scaled = ASTRONAUT_EYES.scaled(360 / 256, 360 / 256)
    x1, y1, x2, y2 = ASTRONAUT_EYES
    assert max(distances(large.eyes, Eyes(scaled[0] + 256, scaled[1], scaled[2] + 256, scaled[3]))) < 2
    assert max(distances(small.eyes, Eyes(x1, y1 + 60, x2, y2 + 60))) < 2


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 2), (64, 64), (300, 200)])
def test_none_where_there_is_none(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    assert faces_in(Image.new("RGB", size, "tan")) == []
    assert faces_in(Image.fromarray(noise)) == []


def test_places_are_the_median_of_the_faces_found() -> None:
    photo, blank = astronaut(), Image.new("RGB", (100, 100), "tan")
    shifted = Image.new("RGB", (512, 256), "gray")
    shifted.paste(photo, (256, 0))
    places = eye_places([photo, blank, shifted, photo])
    assert places is not None
    assert max(distances(places.scaled(256, 256), ASTRONAUT_EYES)) < 1.5
    wide = eye_places([shifted])
    assert wide is not None
    x1, y1, x2, y2 = ASTRONAUT_EYES
    assert max(distances(wide.scaled(512, 256), Eyes(x1 + 256, y1, x2 + 256, y2))) < 1.5
    assert eye_places([photo, blank, blank]) is not None
    assert eye_places([photo, blank, blank, blank]) is None
    assert eye_places([]) is None
