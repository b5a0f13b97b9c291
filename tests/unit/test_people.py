"""Who is drawn: tables that are plausible, moods, and marks of an edit that a person sees."""

import numpy as np
import pytest
from PIL import Image

from stargan.synthetic import ATTRIBUTES, EXPRESSIONS, Face, attributes_of, celeba_face, edited, render_form

SEED = 11


def test_tables_are_plausible_and_consistent() -> None:
    people = [attributes_of(SEED, index) for index in range(3000)]
    share = {name: np.mean([person[name] for person in people]) for name in ATTRIBUTES}
    expected = {"Black_Hair": 0.3, "Blond_Hair": 0.25, "Brown_Hair": 0.25, "Gray_Hair": 0.08, "Male": 0.45, "Young": 0.6}
    for name, probability in expected.items():
        assert share[name] == pytest.approx(probability, abs=0.03), name
    assert share["Wearing_Hat"] < 0.03
    assert all(0 < value < 1 for value in share.values())
    for person in people:
        colours = sum(person[name] for name in ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair"))
        assert colours + person["Bald"] <= 1
        assert person["Male"] or person["No_Beard"]
        assert not (person["No_Beard"] and (person["Mustache"] or person["Goatee"]))
        assert not (person["Straight_Hair"] and person["Wavy_Hair"])


def test_who_smiles_is_happy_and_a_third_of_the_others_show_another_mood() -> None:
    faces = [celeba_face(SEED, f"{index:06d}.jpg") for index in range(1, 2001)]
    assert all((face.expression == "happy") == face.attributes["Smiling"] for face in faces)
    calm = [face.expression for face in faces if face.expression != "happy"]
    shares = {mood: calm.count(mood) / len(calm) for mood in EXPRESSIONS if mood != "happy"}
    # Of about 1,040: three standard deviations are 0.045 of 0.65 and 0.022 of 0.35 / 6.
    assert shares.pop("neutral") == pytest.approx(0.65, abs=0.045)
    assert all(share == pytest.approx(0.35 / 6, abs=0.022) for share in shares.values())
    assert faces[6].attributes == attributes_of(SEED, 7)


def small(face: Face) -> np.ndarray:
    """Return a face as the default prepares it, 64 px, float (64, 64, 3) from 0 to 1."""
    centre = render_form(face, "celeba", SEED).crop((0, 20, 178, 198))
    return np.asarray(centre.resize((64, 64), Image.Resampling.BILINEAR)) / 255


@pytest.mark.parametrize(("name", "least"), [("Young", 0.06), ("Pale_Skin", 0.1)])
def test_an_edit_can_be_read_at_64_px(name: str, least: float) -> None:
    """Catches marks so faint that no edit is nearer to the truth than an edit with a little noise."""
    moved = []
    for index in range(1, 61):
        face = celeba_face(SEED, f"{index:06d}.jpg")
        before, after = small(face), small(edited(face, {name: not face.attributes[name]}))
        moved.append(np.abs(after - before)[(after != before).any(axis=2)].mean())
    assert np.mean(moved) > least
