"""Which questions the study asks, their key and the page."""

import base64
import html
import json
import re
import struct
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stargan.data.domains import Classes
from stargan.errors import Fault
from stargan.study.key import key_of, read_key, write_key
from stargan.study.page import page
from stargan.study.questions import Question, candidates, changes, sampled_questions, spread, words
from support.sets import FACES, MOODS, change_record
from support.study import METHODS, face_panel, mood_panel, plain, questions, random, the_key


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("Blond_Hair", "blond hair"),
        ("~Male", "female"),
        ("~Young", "young"),
        ("-Male", "female"),
        ("Male", "male"),
        ("Brown_Hair+~Male+~Young", "brown hair, female, young"),
        ("-Black_Hair", "no black hair"),
    ],
)
def test_words_say_what_the_face_shall_become(target: str, said: str) -> None:
    old_man = np.array([1, 0, 0, 1, 0], dtype=np.uint8)
    assert words(FACES, old_man, target) == said


def test_words_for_a_young_woman_and_for_a_class() -> None:
    assert words(FACES, np.array([0, 0, 0, 0, 1], dtype=np.uint8), "~Male+~Young") == "male, old"
    assert words(Classes(("very_sad",)), np.array([1], dtype=np.uint8), "very_sad") == "very sad"


def test_each_step_must_ask_for_a_change() -> None:
    labels = np.array([[0, 1, 0, 1, 1], [1, 0, 0, 1, 1], [0, 0, 0, 0, 0]], dtype=np.uint8)
    assert changes(FACES, labels, "Blond_Hair").tolist() == [False, True, True]
    assert changes(FACES, labels, "Blond_Hair+~Male").tolist() == [False, True, True]
    assert changes(FACES, labels, "-Male+~Young").tolist() == [True, True, False]
    assert changes(MOODS, np.eye(3, dtype=np.uint8), "happy").tolist() == [True, False, True]


def test_candidates_are_what_all_methods_translated_and_what_changes() -> None:
    found = candidates(mood_panel())
    # The test faces (even) that are neutral (i % 3 == 2): 2, 8, 14, 20, 26, 32, 38.
    assert [candidate.image for candidate in found] == [2, 8, 14, 20, 26, 32, 38]
    assert {candidate.target for candidate in found} == {"happy"}
    assert [candidate.person for candidate in found[:3]] == ["moods 0", "moods 1", "moods 1"]
    first = found[0]  # happy is the second of three blocks of 20 for star, image 2 its second; reversed for icgan
    assert first.rows == {"stargan": 21, "diat": 0, "cyclegan": 6, "icgan": 59 - 21}


def test_candidates_of_attributes() -> None:
    found = Counter(candidate.group for candidate in candidates(face_panel()))
    # Of 20 test faces 5 are black, 5 blond already: 15 and 15 to change; gender and age always; both: 15.
    assert found == {"Hair": 30, "Male": 20, "Young": 20, "Hair+Male": 15}
    assert {candidate.person for candidate in candidates(face_panel())} == {f"faces image {i}" for i in range(0, 40, 2)}


def test_groups_people_and_targets_are_spread_evenly() -> None:
    found = [plain(group, f"p{i % 6}", f"{group}{i % 2}", i) for group in "abc" for i in range(36)]
    chosen = spread(found, 12, random())
    assert Counter(one.group for one in chosen) == {"a": 4, "b": 4, "c": 4}
    assert set(Counter(one.person for one in chosen).values()) == {2}
    assert len({(one.group, one.image) for one in chosen}) == 12


def test_targets_of_a_group_are_spread_where_people_do_not_decide() -> None:
    found = [plain("hair", f"p{i}", "rare" if i < 5 else "common") for i in range(100)]
    assert Counter(one.target for one in spread(found, 8, random())) == {"rare": 4, "common": 4}


def test_a_small_group_gives_what_it_has_and_others_the_rest() -> None:
    found = [plain("a", "p", "a")] + [plain("b", f"p{i}", "b") for i in range(9)]
    assert Counter(one.group for one in spread(found, 6, random())) == {"a": 1, "b": 5}
    assert len(spread(found, 60, random())) == 10


def value(picture: np.ndarray) -> int:
    assert np.ptp(picture) == 0
    return int(picture[0, 0, 0])


def test_questions_show_each_methods_own_picture() -> None:
    panel = mood_panel()
    rows = {candidate.image: candidate.rows for candidate in candidates(panel)}
    asked = sampled_questions([candidates(panel)], 7, 0, random())
    assert len(asked) == 7
    for one in asked:
        assert (value(one.pictures[0]), one.words, one.group) == (one.image, "happy", "happy")
        assert sorted(one.options) == sorted(METHODS)
        for method, picture in zip(one.options, one.pictures[1:], strict=True):
            assert value(picture) == 50 * (1 + METHODS.index(method)) + rows[one.image][method] % 50
    assert len({one.options for one in asked}) > 2  # shuffled for each question anew


def test_every_method_stands_everywhere() -> None:
    asked = [one for seed in range(40) for one in sampled_questions([candidates(mood_panel())], 7, 0, random(seed))]
    first = Counter(one.options[0] for one in asked)
    assert len(asked) == 280
    assert all(45 < first[method] < 95 for method in METHODS)  # 70 expected


def test_validation_questions_have_one_real_face_and_are_mixed_in() -> None:
    panel = face_panel()
    asked = sampled_questions([candidates(panel)], 20, 10, random())
    checks = [one for one in asked if not one.group]
    assert len(asked) == 30
    assert len(checks) == 10
    assert [bool(one.group) for one in asked] != sorted((bool(one.group) for one in asked), reverse=True)
    for one in checks:
        assert sorted(one.options) == ["noise", "noise", "real"]
        assert one.image in panel.sets["faces"].split("test")
        real = one.pictures[1 + one.options.index("real")]
        assert (real == one.pictures[0]).all()
        assert value(real) == one.image
        noises = [picture for option, picture in zip(one.options, one.pictures[1:], strict=True) if option == "noise"]
        assert all(np.unique(picture).size > 50 for picture in noises)
        assert (noises[0] != noises[1]).any()
        kind, labels = panel.sets["faces"].kind, panel.sets["faces"].labels[[one.image]]
        assert not changes(kind, labels, one.target).any()  # what is wanted is there, so the face itself is right
    assert len({one.options for one in checks}) > 1


def test_equal_seeds_draw_equal_questions_and_another_seed_others() -> None:
    def picture(seed: int) -> bytes:
        return b"".join(one.pictures.tobytes() for one in sampled_questions([candidates(face_panel())], 9, 3, random(seed)))

    assert picture(1) == picture(1)
    assert picture(1) != picture(2)


def test_nothing_to_ask_gives_no_validation_either() -> None:
    assert sampled_questions([[], []], 9, 3, random()) == []


def test_a_class_with_an_attributes_name_is_refused() -> None:
    other = [replace(candidate, group="Male") for candidate in candidates(mood_panel())]
    with pytest.raises(Fault, match="both ask about Male"):
        sampled_questions([candidates(face_panel()), other], 9, 3, random())


def test_the_key_says_what_stands_where_and_comes_back_from_disk(tmp_path: Path) -> None:
    key = the_key()
    assert key.groups == ("Hair", "Male", "Young", "Hair+Male", "happy")
    assert key.methods == METHODS
    assert list(key.answers) == [f"q{i:02d}" for i in range(1, 15)]
    for one, answer in zip(questions(), key.answers.values(), strict=True):
        assert (answer.options, answer.group, answer.image, answer.target) == (one.options, one.group, one.image, one.target)
    write_key(tmp_path / "key.json", key, {})
    assert read_key(tmp_path / "key.json") == key


def test_the_pages_id_changes_with_a_single_pixel() -> None:
    asked = questions()
    before = key_of(asked, [], []).page
    pictures = asked[4].pictures.copy()
    pictures[2, 0, 0, 0] ^= 1
    asked[4] = replace(asked[4], pictures=pictures)
    assert key_of(asked, [], []).page != before


def test_a_key_that_was_changed_is_refused(tmp_path: Path) -> None:
    def changed(values: dict[str, Any]) -> None:
        values["answers"]["q03"]["options"] = values["answers"]["q03"]["options"][::-1]

    path = tmp_path / "key.json"
    write_key(path, the_key(), {})
    written = json.loads(path.read_text())
    changed(written)
    path.write_text(json.dumps(written))
    with pytest.raises(Fault, match="key.json has changed since it was written.*study stage"):
        read_key(path)
    write_key(path, the_key(), {})
    change_record(path, changed)
    with pytest.raises(Fault, match="page id is not its hash.*study stage"):
        read_key(path)
    with pytest.raises(Fault, match="nothing.json"):
        read_key(tmp_path / "nothing.json")


def numbered() -> dict[str, Question]:
    return dict(zip(the_key().answers, questions(), strict=True))


def page_data(text: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="study">(.*?)</script>', text, re.DOTALL)
    assert found
    values: dict[str, object] = json.loads(found[1])
    return values


def test_the_page_holds_the_pictures_as_shown_and_nothing_of_their_makers() -> None:
    text = page("some-id", numbered(), [])
    shown = page_data(text)["questions"]
    assert isinstance(shown, list)
    for entry, (name, one) in zip(shown, numbered().items(), strict=True):
        assert (entry["id"], entry["words"]) == (name, one.words)
        assert entry.keys() == {"id", "words", "pictures"}
        for url, picture in zip(entry["pictures"], one.pictures, strict=True):
            head, data = url.split(",")
            assert head == "data:image/png;base64"
            png = base64.b64decode(data)
            assert chunks(png) <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
            assert (np.asarray(Image.open(BytesIO(png)).convert("RGB")) == picture).all()
    rest = re.sub(r"data:image/png;base64,[^\"]*", "", text)
    for name in [*METHODS, "star-run", "noise", "StarGAN", "DIAT", "CycleGAN", "IcGAN", "moods", "faces"]:
        assert not re.search(rf"\b{name}\b", rest), name
    assert "real" not in re.sub(r"data:image/png;base64,[^\"]*", "", json.dumps(shown))


def chunks(png: bytes) -> set[bytes]:
    """Return the names of a PNG's chunks."""
    found, place = set(), 8
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        found.add(name)
        place += 12 + length
    return found


def test_the_page_asks_for_nothing_from_elsewhere_and_escapes_words() -> None:
    hostile = {"q01": replace(questions()[0], words="</script><b>&")}
    text = page("some-id", hostile, [])
    assert "</script><b>" not in text
    shown = page_data(text)["questions"]
    assert isinstance(shown, list)
    assert shown[0]["words"] == "</script><b>&"
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"data:image/png;base64,[^\"]*", "", text))


def test_a_page_without_questions_says_why() -> None:
    text = html.unescape(page("some-id", {}, ["compare.x lists a & b alone."]))
    assert "<li>compare.x lists a & b alone.</li>" in text
    assert "<script" not in text


@pytest.mark.parametrize(("size", "side"), [(8, 192), (32, 192), (64, 192), (128, 256), (256, 256)])
def test_pictures_are_enlarged_by_a_whole_factor(size: int, side: int) -> None:
    one = replace(questions()[0], pictures=np.zeros((4, size, size, 3), np.uint8))
    assert f"--side: {side}px" in page("some-id", {"q01": one}, [])
