"""Any face can be drawn, whatever its labels say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stargan.synthetic import ATTRIBUTES, EXPRESSIONS, Face, edited, render_form

FACES = st.builds(
    Face,
    person=st.integers(0, 10**6),
    attributes=st.fixed_dictionaries({name: st.booleans() for name in ATTRIBUTES}),
    expression=st.sampled_from(EXPRESSIONS),
    gaze=st.sampled_from(["left", "frontal", "right"]),
    angle=st.sampled_from([0, 45, 90, 135, 180]),
    scene=st.sampled_from(["studio", "natural"]),
)


@settings(max_examples=60, deadline=None)
@given(face=FACES, seed=st.integers(0, 2**32), height=st.sampled_from([16, 64, 256]))
def test_contradictory_labels_are_drawn_too(face: Face, seed: int, height: int) -> None:
    picture = render_form(face, "rafd", seed, height)
    assert picture.mode == "RGB"
    assert picture.size == (round(height * 681 / 1024), height)
    assert picture.tobytes() == render_form(face, "rafd", seed, height).tobytes()


@settings(max_examples=60, deadline=None)
@given(face=FACES, there=st.sampled_from(EXPRESSIONS))
def test_an_expression_edit_can_be_undone(face: Face, there: str) -> None:
    start = edited(face, face.expression)
    assert edited(edited(start, there), face.expression) == start
