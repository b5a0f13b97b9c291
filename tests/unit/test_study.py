"""The user study: which questions are asked, what page and key hold, and how votes are counted."""

import base64
import html
import json
import re
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from stargan.core.files import write_json
from stargan.data.domains import Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.results.translations import Translations
from stargan.study.key import Key, key_of, read_key
from stargan.study.page import page
from stargan.study.questions import Candidate, Panel, Question, candidates, changes, drawn, spread, words
from stargan.study.tally import Vote, markdown, of_this_page, read_votes, tally
from support.sets import FACES, MOODS

SIZE = 8
METHODS = ("star", "diat", "cyclegan", "icgan")


def random(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def prepared(dataset: str, kind: LabelKind, labels: np.ndarray, people: list[str]) -> Prepared:
    """Return a set whose image i is all i; every second image, from the first on, is for testing."""
    n = len(labels)
    images = np.broadcast_to(np.arange(n, dtype=np.uint8)[:, None, None, None], (n, SIZE, SIZE, 3))
    rows = pd.DataFrame({"source": [""] * n, "person": people, "split": ["test", "train"] * (n // 2)})
    return Prepared(dataset, SIZE, kind, images, labels.astype(np.uint8), rows, {"kind": "files"}, {}, "")


def moods() -> Prepared:
    """Forty images, a class in turn; test are the even ones, four of a person."""
    return prepared("moods", MOODS, np.eye(3)[np.arange(40) % 3], [str(i // 8) for i in range(40)])


def faces() -> Prepared:
    """Forty faces of unknown people with black, blond, brown and no hair in turn, half of them men, all young."""
    labels = np.zeros((40, 5))
    for i in range(40):
        labels[i, :4] = [(i // 2) % 4 == 0, (i // 2) % 4 == 1, (i // 2) % 4 == 2, i % 4 == 0]
    labels[:, 4] = 1
    return prepared("faces", FACES, labels, [""] * 40)


def made(method: str, number: int, rows: list[tuple[str, int, str]]) -> Translations:
    """Return own translations, (dataset, image, target) each, and some of other sets.

    All pixels of one are its position, modulo 50, + 50 x (1 + number).
    """
    index = pd.DataFrame(
        [
            *(("own", dataset, image, dataset, target, dataset) for dataset, image, target in rows),
            ("reconstruction", "moods", 6, "moods", "happy", "moods"),
            ("cross", "faces", 12, "moods", "happy", "moods"),
        ],
        columns=["set", "faces", "image", "labels", "target", "mask"],
    )
    shade = np.arange(len(index), dtype=np.uint8)[:, None, None, None] % 50 + np.uint8(50 * (1 + number))
    images = np.broadcast_to(shade, (len(index), SIZE, SIZE, 3))
    return Translations(
        run=f"{method}-run", method=method, model_md5="", step=1, image_size=SIZE, datasets=("moods",), sizes={},
        settings={}, images=images, index=index,
    )  # fmt: skip


def mood_panel() -> Panel:
    """Four methods on moods; DIAT has happy faces of neutral ones alone, and the rows stand elsewhere for each."""
    tests = range(0, 40, 2)
    every = [("moods", image, target) for target in MOODS.names for image in tests]
    few = [("moods", image, "happy") for image in tests if image % 3 == 2]
    rows = {"star": every, "diat": few, "cyclegan": few[::-1], "icgan": every[::-1]}
    return Panel({method: made(method, n, rows[method]) for n, method in enumerate(METHODS)}, {"moods": moods()})


def face_panel() -> Panel:
    targets = ["Black_Hair", "Blond_Hair", "~Male", "~Young", "Blond_Hair+~Male"]
    rows = [("faces", image, target) for target in targets for image in range(0, 40, 2)]
    return Panel({method: made(method, n, rows) for n, method in enumerate(METHODS[:3])}, {"faces": faces()})


@pytest.mark.parametrize(
    ("target", "said"),
    [("Blond_Hair", "blond hair"), ("~Male", "female"), ("~Young", "young"), ("-Male", "female"), ("Male", "male"),
     ("Brown_Hair+~Male+~Young", "brown hair, female, young"), ("-Black_Hair", "no black hair")],
)  # fmt: skip
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
    assert first.rows == {"star": 21, "diat": 0, "cyclegan": 6, "icgan": 59 - 21}


def test_candidates_of_attributes() -> None:
    found = Counter(candidate.group for candidate in candidates(face_panel()))
    # Of 20 test faces 5 are black, 5 blond already: 15 and 15 to change; gender and age always; both: 15.
    assert found == {"Hair": 30, "Male": 20, "Young": 20, "Hair+Male": 15}
    assert {candidate.person for candidate in candidates(face_panel())} == {f"faces image {i}" for i in range(0, 40, 2)}


def plain(group: str, person: str, target: str, image: int = 0) -> Candidate:
    return Candidate(Panel({}, {}), "x", image, person, target, group, {})


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
    asked = drawn([candidates(panel)], 7, 0, random())
    assert len(asked) == 7
    for one in asked:
        assert (value(one.pictures[0]), one.words, one.group) == (one.image, "happy", "happy")
        assert sorted(one.options) == sorted(METHODS)
        for method, picture in zip(one.options, one.pictures[1:], strict=True):
            assert value(picture) == 50 * (1 + METHODS.index(method)) + rows[one.image][method] % 50
    assert len({one.options for one in asked}) > 2  # shuffled for each question anew


def test_every_method_stands_everywhere() -> None:
    asked = [one for seed in range(40) for one in drawn([candidates(mood_panel())], 7, 0, random(seed))]
    first = Counter(one.options[0] for one in asked)
    assert len(asked) == 280
    assert all(45 < first[method] < 95 for method in METHODS)  # 70 expected


def test_validation_questions_have_one_real_face_and_are_mixed_in() -> None:
    panel = face_panel()
    asked = drawn([candidates(panel)], 20, 10, random())
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
        return b"".join(one.pictures.tobytes() for one in drawn([candidates(face_panel())], 9, 3, random(seed)))

    assert picture(1) == picture(1)
    assert picture(1) != picture(2)


def test_nothing_to_ask_gives_no_validation_either() -> None:
    assert drawn([[], []], 9, 3, random()) == []


def test_a_class_with_an_attributes_name_is_refused() -> None:
    other = [replace(candidate, group="Male") for candidate in candidates(mood_panel())]
    with pytest.raises(Fault, match="both ask about Male"):
        drawn([candidates(face_panel()), other], 9, 3, random())


def questions() -> list[Question]:
    """Return twelve questions of both panels and two of validation."""
    return drawn([candidates(face_panel()), candidates(mood_panel())], 12, 2, random(3))


def the_key() -> Key:
    return key_of(questions(), ["Hair", "Male", "Young", "Hair+Male", "happy", "unasked"], [*METHODS, "unknown"])


def test_the_key_says_what_stands_where_and_comes_back_from_disk(tmp_path: Path) -> None:
    key = the_key()
    assert key.groups == ("Hair", "Male", "Young", "Hair+Male", "happy")
    assert key.methods == METHODS
    assert list(key.answers) == [f"q{i:02d}" for i in range(1, 15)]
    for one, answer in zip(questions(), key.answers.values(), strict=True):
        assert (answer.options, answer.group, answer.image, answer.target) == (one.options, one.group, one.image, one.target)
    write_json(tmp_path / "key.json", key.as_dict())
    assert read_key(tmp_path / "key.json") == key


def test_the_pages_id_changes_with_a_single_pixel() -> None:
    asked = questions()
    before = key_of(asked, [], []).page
    pictures = asked[4].pictures.copy()
    pictures[2, 0, 0, 0] ^= 1
    asked[4] = replace(asked[4], pictures=pictures)
    assert key_of(asked, [], []).page != before


def test_a_key_that_was_changed_is_refused(tmp_path: Path) -> None:
    values = the_key().as_dict()
    values["answers"]["q03"]["options"] = values["answers"]["q03"]["options"][::-1]
    write_json(tmp_path / "key.json", values)
    with pytest.raises(Fault, match="page id is not its hash.*study stage"):
        read_key(tmp_path / "key.json")
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


def choice_of(key: Key, name: str, method: str) -> int:
    return key.answers[name].options.index(method) + 1


def ballot(key: Key, rater: str, method: str, **instead: int) -> str:
    """Return a rater's file: `method` everywhere and the real face where asked, or `instead` by question id."""
    choices: dict[str, int] = {}
    for name, answer in key.answers.items():
        wanted = method if method in answer.options else "star"
        choices[name] = choice_of(key, name, wanted if answer.group else "real")
    choices |= instead
    return "page,rater,question,choice\n" + "".join(
        f"{key.page},{rater},{name},{choice}\n" for name, choice in choices.items()
    )


def write(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return [folder / f"{name}.csv" for name in files]


def counted(folder: Path, key: Key, **files: str) -> Mapping[str, float]:
    return tally(read_votes(write(folder, **files), key), key)


def test_no_votes() -> None:
    assert tally([], the_key()) == {"raters": 0, "raters_discarded": 0}


def test_votes_by_hand(tmp_path: Path) -> None:
    key = the_key()
    n = sum(answer.group == "Hair" for answer in key.answers.values())
    metrics = counted(
        tmp_path, key, a=ballot(key, "ann", "star"), b=ballot(key, "bob", "star"), c=ballot(key, "cy", "diat")
    )  # fmt: skip
    assert (metrics["raters"], metrics["raters_discarded"]) == (3, 0)
    assert metrics["votes_Hair_n"] == 3 * n
    assert metrics["votes_Hair_star_percent"] == pytest.approx(200 / 3)
    assert metrics["votes_Hair_diat_percent"] == pytest.approx(100 / 3)
    assert metrics["votes_Hair_cyclegan_percent"] == 0
    assert "votes_Hair_icgan_percent" not in metrics  # was not asked about
    assert metrics["votes_happy_icgan_percent"] == 0
    # Equal shares would be n each of 2n, n, 0: (n^2 + 0 + n^2) / n = 2n, two degrees of freedom: p = exp(-n).
    assert metrics["votes_Hair_chi_square"] == pytest.approx(2 * n)
    assert metrics["votes_Hair_p"] == pytest.approx(np.exp(-n))
    assert "votes_Hair_and_Male_n" in metrics


def test_wilson_ends_of_a_share() -> None:
    key = the_key()
    chosen = ["star"] * 20 + ["diat"] * 30
    votes = [Vote(f"r{i}", "", "Male", method) for i, method in enumerate(chosen)]
    plain = Key(key.groups, key.methods, {name: one for name, one in key.answers.items() if one.group})
    metrics = tally([*votes], replace(plain, answers=plain.answers))
    # Wilson for 20 of 50, by the closed form: centre (0.4 + 0.03842) / 1.07683, half 0.13062.
    assert metrics["votes_Male_star_percent_low"] == pytest.approx(27.6, abs=0.05)
    assert metrics["votes_Male_star_percent_high"] == pytest.approx(53.8, abs=0.05)


def test_who_misses_a_validation_question_or_leaves_one_out_is_discarded(tmp_path: Path) -> None:
    key = the_key()
    check = next(name for name, answer in key.answers.items() if not answer.group)
    wrong = choice_of(key, check, "noise")
    left_out = "".join(line for line in ballot(key, "cy", "diat").splitlines(True) if f",{check}," not in line)
    metrics = counted(
        tmp_path, key, a=ballot(key, "ann", "star"), b=ballot(key, "bob", "diat", **{check: wrong}), c=left_out
    )  # fmt: skip
    assert (metrics["raters"], metrics["raters_discarded"]) == (1, 2)
    assert metrics["votes_Male_star_percent"] == 100
    assert counted(tmp_path, key, a=left_out) == {"raters": 0, "raters_discarded": 1}


def test_several_raters_in_one_file_and_a_byte_order_mark(tmp_path: Path) -> None:
    key = the_key()
    both = ballot(key, "ann", "star") + "".join(ballot(key, '"b, o""b"', "diat").splitlines(True)[1:])
    assert counted(tmp_path, key, both="\ufeff" + both)["raters"] == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("other,ann,q01,1", "line 3: page 'other' is not the key's"),
        ("{page},ann,q99,1", "line 3: question 'q99' is not on the page"),
        ("{page},ann,q01,1", "line 3: rater ann answers q01 again, after .*line 2"),
        ("{page},ann,q02,0", "line 3: choice '0' is not 1 to [34]"),
        ("{page},ann,q02,5", "line 3: choice '5' is not 1 to [34]"),
        ("{page},ann,q02,first", "line 3: choice 'first' is not 1 to [34]"),
        ("{page},,q02,1", "line 3: no rater"),
        ("{page},ann,q02", "line 3: 3 fields"),
    ],
)
def test_a_line_that_cannot_be_counted_is_named(tmp_path: Path, line: str, told: str) -> None:
    key = the_key()
    text = f"page,rater,question,choice\n{key.page},ann,q01,1\n{line.format(page=key.page)}\n"
    with pytest.raises(Fault, match=rf"a\.csv: {told}"):
        read_votes(write(tmp_path, a=text), key)


def test_a_rater_in_two_files_and_files_of_another_form_are_refused(tmp_path: Path) -> None:
    key = the_key()
    with pytest.raises(Fault, match=r"b\.csv: line 2: rater ann answers q01 again, after .*a\.csv: line 2"):
        read_votes(write(tmp_path, a=ballot(key, "ann", "star"), b=ballot(key, "ann", "diat")), key)
    with pytest.raises(Fault, match=r"c\.csv: line 1: the columns"):
        read_votes(write(tmp_path, c="rater,question\n"), key)
    with pytest.raises(Fault, match=r"d\.csv: line 1: the columns"):
        read_votes(write(tmp_path, d=""), key)
    with pytest.raises(Fault, match=r"e\.csv: cannot be read"):
        read_votes([tmp_path / "e.csv"], key)


def test_the_table_has_the_form_of_tables_1_and_2(tmp_path: Path) -> None:
    key = the_key()
    metrics = counted(tmp_path, key, a=ballot(key, "ann", "star"), b=ballot(key, "bob", "diat"))
    told, blank, head, rule, *rows = markdown(metrics, key).splitlines()
    assert (told, blank) == ("Raters: 2; discarded by the validation questions: 0.", "")
    assert head == "|  | Hair | Male | Young | Hair+Male | happy |"
    assert rule == "| --- | --- | --- | --- | --- | --- |"
    assert [row.split(" | ")[0] for row in rows] == [
        "| StarGAN", "| DIAT", "| CycleGAN", "| IcGAN", "| votes", "| chi-square (p)"
    ]  # fmt: skip
    assert rows[0].startswith("| StarGAN | 50.0 (")
    assert rows[3].startswith("| IcGAN | - | - | - | - | 0.0 (0.0 to ")
    assert markdown({"raters": 0, "raters_discarded": 3}, key).count("\n") == 1


def test_votes_of_another_page_are_told_apart_from_a_wrong_line(tmp_path: Path) -> None:
    key = the_key()
    mine, old = write(tmp_path, a=ballot(key, "ann", "star"), b=ballot(key, "bob", "star").replace(key.page, "older"))
    mixed = tmp_path / "c.csv"
    mixed.write_text(mine.read_text() + old.read_text().split("\n", 1)[1])
    empty = tmp_path / "d.csv"
    empty.write_text("page,rater,question,choice\n")
    assert of_this_page([mine, old, mixed, empty], key) == ([mine, mixed, empty], [old])
    with pytest.raises(Fault, match=r"c.csv: line \d+: page 'older' is not the key's"):
        read_votes([mixed], key)
