"""The user study as raters meet it: the stages as processes, the page in a real headless Chromium."""

import csv
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By

from stages import tally
from stargan.study.key import Key, read_key
from support.processes import stage
from support.rater import Rater, log, outside_requests
from support.study_workspace import CHECKS, METHODS, run_in, study_in, write_workspace

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
# Under CI the browser has to be there: then a missing one fails.
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER) and "CI" not in os.environ,
    reason="no chromium and chromedriver in PATH (Debian: apt install chromium chromium-driver)",
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("study")
    write_workspace(root)
    study_in(root)
    return root


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    root = tmp_path_factory.mktemp("browser")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or "chromium"
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        f"--user-data-dir={root / 'profile'}",
    ]:
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(root / "downloads")})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER or "chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()


def position(key: Key, question: int, method: str) -> int:
    """Return where a method stands in the question of this number; where a face stands among noise, that."""
    options = key.answers[f"q{question:02d}"].options
    return 1 + options.index(method if method in options else "real")


def table(path: Path) -> list[dict[str, Any]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_two_raters_vote_and_are_counted(workspace: Path, browser: webdriver.Chrome) -> None:
    key = read_key(workspace / "data/study/key.json")
    log(browser, "performance")

    # Ann uses the keyboard and prefers star, but for question 3; she goes back, changes her mind, and reloads.
    ann = Rater(browser, workspace)
    ann.look("welcome")
    ann.begin('Ann "A", B')
    ann.look("question")
    ann.press(Keys.ENTER, "9", Keys.ENTER)
    assert (ann.at(), ann.chosen()) == (1, [])  # not without an answer, and 9 is none
    for number in (1, 2, 3):
        ann.press(str(position(key, number, "stargan")), Keys.ENTER if number % 2 else Keys.ARROW_RIGHT)
    assert ann.at() == 4
    ann.press(Keys.ARROW_LEFT)
    ann.look("chosen")
    assert ann.chosen() == [str(position(key, 3, "stargan"))]
    ann.press(str(position(key, 3, "icgan")))
    assert ann.chosen() == [str(position(key, 3, "icgan"))]
    ann.press(Keys.ENTER, str(position(key, 4, "stargan")))
    browser.refresh()
    assert ann.at() == 4
    assert ann.chosen() == [str(position(key, 4, "stargan"))]
    ann.press(Keys.ENTER)
    for number in range(5, 13):
        if not key.answers[f"q{number:02d}"].group:
            ann.look("validation")
        ann.press(str(position(key, number, "stargan")), Keys.ENTER)
    assert ann.ends()
    assert not ann.find("#asked").is_displayed()
    ann.look("end")
    ann.press(Keys.BACKSPACE)
    assert ann.at() == 12
    ann.press(Keys.ENTER)
    browser.refresh()
    assert ann.ends()
    file = ann.save()

    wanted = [
        {
            "page": key.page,
            "rater": 'Ann "A", B',
            "question": f"q{number:02d}",
            "choice": str(position(key, number, "icgan" if number == 3 else "stargan")),
        }
        for number in range(1, 13)
    ]
    assert table(file) == wanted

    # The second one uses the mouse, gives no name, prefers diat, and changes the second answer on the way back.
    other = Rater(browser, workspace)
    other.click("#begin button")
    for number in range(1, 13):
        other.click(f".option:nth-child({position(key, number, 'diat')})")
        other.click("#next")
        if number == 2:
            other.click("#back")
            other.click(f".option:nth-child({position(key, 2, 'cyclegan')})")
            other.click("#next")
    name = table(other.save())[0]["rater"]
    assert re.fullmatch(r"rater-[0-9a-f]{12}", name)

    # A third one hurries: always 1.
    hasty = Rater(browser, workspace)
    hasty.begin("hasty")
    hasty.press(*["1", Keys.ENTER] * 12)
    hasty.save()

    checks = [answer.options for answer in key.answers.values() if not answer.group]
    assert len(checks) == CHECKS
    assert any(options[0] != "real" for options in checks)  # else the third one would count; the seed decides
    assert outside_requests(browser) == []
    told = [entry["message"] for entry in log(browser, "browser") if entry["level"] in ("SEVERE", "WARNING")]
    assert [message for message in told if not message.startswith("chrome")] == []  # the empty tab's
    check_tally(workspace, key)


def check_tally(workspace: Path, key: Key) -> None:
    """Compare what the tally says with the votes of Ann and of the second rater, counted by hand."""
    by_hand: Counter[tuple[str, str]] = Counter()
    for number in range(1, 13):
        group = key.answers[f"q{number:02d}"].group
        if group:
            by_hand[group, "icgan" if number == 3 else "stargan"] += 1
            by_hand[group, "cyclegan" if number == 2 else "diat"] += 1
    run_in(workspace, lambda: tally.run([]))
    metrics = json.loads((workspace / "metrics/votes.json").read_text())
    assert (metrics["raters"], metrics["raters_discarded"]) == (2, 1)
    groups = {group for group, _ in by_hand}
    assert groups == {"Hair", "Male", "Young", "Hair+Male", "angry", "happy"}
    for group in groups:
        prefix = f"votes_{group.replace('+', '_and_')}"
        n = sum(count for (one, _), count in by_hand.items() if one == group)
        assert metrics[f"{prefix}_n"] == n
        for method in METHODS:
            share = 100 * by_hand[group, method] / n
            assert metrics[f"{prefix}_{method}_percent"] == pytest.approx(share, abs=1e-6)
            assert metrics[f"{prefix}_{method}_percent_low"] <= share <= metrics[f"{prefix}_{method}_percent_high"]
    (workspace / "metrics/votes.json").unlink()
    printed = stage("stages.tally", *map(str, (workspace / "data/votes").glob("votes-Ann*")), cwd=workspace).stdout
    assert printed.startswith("Raters: 1; discarded by the validation questions: 0.")
    assert re.search(r"\| StarGAN \| (100\.0|50\.0|0\.0) \(", printed)
    assert not (workspace / "metrics/votes.json").exists()


def test_the_page_serves_keyboards_and_readers(workspace: Path, browser: webdriver.Chrome) -> None:
    rater = Rater(browser, workspace)
    assert rater.find("label[for=name]").is_displayed()
    rater.begin("tab")
    assert browser.switch_to.active_element.get_attribute("id") == "words"  # a reader says what is wanted
    rater.press(Keys.TAB, Keys.TAB)
    focused = browser.switch_to.active_element
    assert focused.accessible_name == "Picture 2"
    assert focused.value_of_css_property("outline-style") == "solid"
    rater.press(Keys.ENTER)  # takes the picture in focus
    assert (rater.at(), rater.chosen()) == (1, ["2"])
    rater.press(Keys.ENTER)  # the picture is taken: goes on
    assert rater.at() == 2
    rater.press(Keys.TAB, Keys.SPACE)
    assert rater.chosen() == ["1"]
    assert rater.find("#options").accessible_name == rater.find("#words").text
    assert rater.find("#bar").accessible_name == "Question 2 of 12"


@pytest.mark.parametrize("width", [320, 400])
def test_a_question_fits_on_a_phone(workspace: Path, browser: webdriver.Chrome, width: int) -> None:
    rater = Rater(browser, workspace, width=width)
    rater.look(f"welcome-{width}")
    rater.begin("phone")
    rater.look(f"question-{width}")
    boxes = [button.rect for button in browser.find_elements(By.CSS_SELECTOR, ".option")]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width and box["width"] > 120 for box in boxes)
    image = rater.find(".option img")
    assert image.value_of_css_property("image-rendering") == "pixelated"
    assert rater.find("#next").rect["y"] + rater.find("#next").rect["height"] <= 900  # without scrolling


def test_lists_of_one_run_give_a_page_that_says_so(
    tmp_path: Path, browser: webdriver.Chrome, capsys: pytest.CaptureFixture[str]
) -> None:
    write_workspace(tmp_path, attributes=["celeba"], expressions=["rafd"])
    study_in(tmp_path)
    assert "compare.attributes lists celeba alone" in capsys.readouterr().out
    key = read_key(tmp_path / "data/study/key.json")
    assert (key.answers, key.groups, key.methods) == ({}, (), ())
    rater = Rater(browser, tmp_path)
    rater.look("empty")
    assert "compare.expressions lists rafd alone" in rater.find("main").text
    run_in(tmp_path, lambda: tally.run([]))
    assert json.loads((tmp_path / "metrics/votes.json").read_text()) == {
        "raters": 0,
        "raters_discarded": 0,
        "files_of_other_pages": 0,
    }
