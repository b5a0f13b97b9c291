"""The user study as raters meet it: the stages as processes, the page in a real headless Chromium."""

import csv
import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from stages import study, tally
from stargan import tracking
from stargan.core.about import file_digest
from stargan.core.files import sha256
from stargan.core.params import load, read_yaml
from stargan.data.domains import LabelKind
from stargan.data.prepared import read_prepared
from stargan.data.records import prepared_folder
from stargan.errors import Fault
from stargan.results.translations import write_record
from stargan.study.key import Key, read_key
from support.params import write_params
from support.processes import ROOT, stage
from support.sets import FACES, MOODS, change_record, write_set

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
# Under CI the browser has to be there: then a missing one fails.
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER) and "CI" not in os.environ,
    reason="no chromium and chromedriver in PATH (Debian: apt install chromium chromium-driver)",
)

METHODS = ("stargan", "diat", "cyclegan", "icgan")
KINDS: dict[str, LabelKind] = {"celeba": FACES, "rafd": MOODS}
TARGETS = {
    "celeba": ["Black_Hair", "Blond_Hair", "~Male", "~Young", "Brown_Hair+~Male"], "rafd": ["angry", "happy"]
}  # fmt: skip
LABELS: dict[str, list[str]] = {"celeba": list(FACES.names), "rafd": []}
SIZE = 32
QUESTIONS, CHECKS = 10, 2


def portrait(label: np.ndarray, tint: int) -> np.ndarray:
    """Return a disc for a face; its colours tell label and tint apart."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    inside = (rows - SIZE / 2) ** 2 + (columns - SIZE / 2) ** 2 < (SIZE / 3) ** 2
    code = int(np.packbits(label)[0])
    return np.where(inside[..., None], [200, 150, code], [60 + tint, 120, 255 - tint]).astype(np.uint8)


def write_portraits(root: Path, dataset: str, count: int = 24) -> None:
    """Write a prepared set; its first half is the test split, two images a person."""
    labels = np.eye(KINDS[dataset].width, dtype=np.uint8)[np.arange(count) % 3]
    splits, people = ["test"] * (count // 2) + ["train"] * (count // 2), [str(index // 2) for index in range(count)]
    images = np.stack([portrait(label, 0) for label in labels])
    write_set(root / "data/prepared" / dataset / str(SIZE), dataset, KINDS[dataset], images, labels, splits, people)


def write_run(root: Path, dataset: str, method: str, test: int = 12) -> None:
    """Write translations of all test faces to all targets, tinted by method."""
    run = dataset if method == "stargan" else f"{method}-{dataset}"
    folder = root / "data/translations" / run
    folder.mkdir(parents=True)
    rows = [("own", dataset, image, dataset, target, dataset) for target in TARGETS[dataset] for image in range(test)]
    pd.DataFrame(rows, columns=["set", "faces", "image", "labels", "target", "mask"]).to_csv(
        folder / "index.csv", index=False
    )
    tint = 40 * METHODS.index(method)
    np.save(folder / "images.npy", np.stack([portrait(np.array([1, n % 2]), tint) for n in range(len(rows))]))
    prepared = prepared_folder(dataset, SIZE)
    write_record(folder, {
        "run": run, "method": method, "model_md5": "", "step": 1, "sizes": {}, "datasets": [dataset], "faces": [dataset],
        "labels": LABELS[dataset], "image_size": SIZE, "settings": {},
    }, {str(prepared): read_prepared(root / prepared).digest})  # fmt: skip


STARGANS = read_yaml(ROOT / "params.yaml")["runs"]


def baseline(method: str, dataset: str) -> dict[str, Any]:
    """Return a baseline's params."""
    pairs = [["Male", "-Male"] if dataset == "celeba" else ["neutral", "happy"]]
    return {"method": method, "like": dataset, "datasets": [dataset], "faces": [dataset], "labels": LABELS[dataset],
            "pairs": [] if method == "icgan" else pairs}  # fmt: skip


def write_workspace(root: Path, **compare: list[str]) -> None:
    """Write what the study stage reads: params with eight runs, two sets, four methods' translations of each."""
    runs = {f"{method}-{dataset}": baseline(method, dataset) for dataset in KINDS for method in METHODS[1:]}
    both = {"attributes": ["celeba", *(f"{method}-celeba" for method in METHODS[1:])],
            "expressions": ["rafd", *(f"{method}-rafd" for method in METHODS[1:])]}  # fmt: skip
    patch = {f"compare__{key}": names for key, names in (both | compare).items()}
    write_params(root / "params.yaml", runs=STARGANS | runs, study__questions=QUESTIONS, study__validation=CHECKS, **patch)
    for dataset in KINDS:
        write_portraits(root, dataset)
        for method in METHODS:
            write_run(root, dataset, method)


def run_in(root: Path, command: Callable[[], None]) -> None:
    """Run a stage's function in `root` in this process, without MLflow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setattr(tracking, "stage_run", lambda *_: nullcontext(tracking.Run("test", None)))
        command()


def study_in(root: Path) -> None:
    run_in(root, lambda: study.run(load()))


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
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--disable-dev-shm-usage", f"--user-data-dir={root / 'profile'}"]:  # fmt: skip
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(root / "downloads")})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER or "chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()


class Rater:
    """Someone in front of the page."""

    def __init__(self, browser: webdriver.Chrome, root: Path, width: int = 1100) -> None:
        self.browser, self.root = browser, root
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600
        })  # fmt: skip
        browser.get((root / "metrics/study/index.html").as_uri())
        self.wait = WebDriverWait(browser, 30).until
        self.wait(lambda _: self.forgotten())

    def forgotten(self) -> bool:
        """Forget the votes of before; say whether the page has. A browser writes what it stores somewhat later."""
        self.browser.execute_script("localStorage.clear()")
        self.browser.refresh()
        return not any(part.is_displayed() for part in self.browser.find_elements(By.CSS_SELECTOR, "#asked, #end"))

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def press(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def begin(self, name: str) -> None:
        self.find("#name").send_keys(name, Keys.ENTER)
        assert self.at() == 1

    def at(self) -> int:
        found = self.wait(lambda _: re.fullmatch(r"Question (\d+) of 12", self.find("#count").text))
        assert found
        return int(found[1])

    def ends(self) -> bool:
        """Say whether the page shows its end, once it does."""
        return self.wait(lambda _: self.find("#end").is_displayed())

    def chosen(self) -> list[str]:
        pressed = self.browser.find_elements(By.CSS_SELECTOR, ".option[aria-pressed=true]")
        return [button.text for button in pressed]

    def look(self, name: str) -> None:
        """Keep a picture of the page, for people."""
        size = self.browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        assert size["width"] <= self.browser.execute_script("return innerWidth"), "the page is wider than the window"
        (self.root / "looks").mkdir(exist_ok=True)
        self.browser.save_screenshot(str(self.root / "looks" / f"{name}.png"))

    def save(self) -> Path:
        """Save the votes and return the file, moved to data/votes."""
        folder = self.root / "saved" / str(time.monotonic_ns())
        folder.mkdir(parents=True)
        self.browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
        self.click("#save")
        # A download has another name until it is whole.
        WebDriverWait(self.browser, 60).until(lambda _: [path.suffix for path in folder.iterdir()] == [".csv"])
        (saved,) = folder.iterdir()
        votes = self.root / "data/votes"
        votes.mkdir(exist_ok=True)
        return Path(shutil.move(saved, votes))


def position(key: Key, question: int, method: str) -> int:
    """Return where a method stands in the question of this number; where a face stands among noise, that."""
    options = key.answers[f"q{question:02d}"].options
    return 1 + options.index(method if method in options else "real")


def log(browser: webdriver.Chrome, kind: str) -> list[dict[str, Any]]:
    """Return what came into a log since the last call."""
    entries: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return entries


def outside_requests(browser: webdriver.Chrome) -> list[str]:
    """Return the URLs that were asked for since the last call and are neither this file nor within it."""
    messages = [json.loads(entry["message"])["message"] for entry in log(browser, "performance")]
    sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
    asked = [one["request"]["url"] for one in sent if one["documentURL"].startswith("file:")]  # not the empty tab's
    assert asked, "the log of requests is empty"
    return [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]


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
        {"page": key.page, "rater": 'Ann "A", B', "question": f"q{number:02d}",
         "choice": str(position(key, number, "icgan" if number == 3 else "stargan"))}
        for number in range(1, 13)
    ]  # fmt: skip
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


def test_nothing_on_the_page_names_a_method_or_a_run(workspace: Path) -> None:
    text = re.sub(r"data:image/png;base64,[^\"]*", "", (workspace / "metrics/study/index.html").read_text())
    names = [*METHODS, "StarGAN", "DIAT", "CycleGAN", "IcGAN", *KINDS, "noise"]
    assert [name for name in names if re.search(rf"\b{name}\b", text)] == []


def test_equal_params_give_equal_bytes_and_another_seed_another_page(
    workspace: Path,
    tmp_path: Path,
) -> None:
    def written(root: Path) -> list[bytes]:
        return [(root / path).read_bytes() for path in ("metrics/study/index.html", "data/study/key.json")]

    write_workspace(tmp_path)
    study_in(tmp_path)
    assert written(tmp_path) == written(workspace)
    values = json.loads((tmp_path / "params.yaml").read_text())
    values["study"]["seed"] += 1
    (tmp_path / "params.yaml").write_text(json.dumps(values))
    study_in(tmp_path)
    assert not set(written(tmp_path)) & set(written(workspace))


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
        "raters": 0, "raters_discarded": 0, "files_of_other_pages": 0,
    }  # fmt: skip


def test_one_list_of_two_asks_about_it_alone(tmp_path: Path) -> None:
    write_workspace(tmp_path, attributes=["celeba"], expressions=["rafd", "icgan-rafd"])
    study_in(tmp_path)
    key = read_key(tmp_path / "data/study/key.json")
    assert (key.groups, key.methods) == (("angry", "happy"), ("stargan", "icgan"))
    assert {answer.faces for answer in key.answers.values()} == {"rafd"}


def test_two_runs_of_a_method_other_sizes_and_missing_translations_are_refused(tmp_path: Path) -> None:
    write_workspace(tmp_path, expressions=["rafd", "diat-rafd", "both"])
    with pytest.raises(Fault, match="data/translations/both.*translate stage"):
        study_in(tmp_path)
    both = tmp_path / "data/translations/both"
    shutil.copytree(tmp_path / "data/translations/rafd", both)
    with pytest.raises(Fault, match="data/translations/both: are translations of rafd; run dvc repro translate@both"):
        study_in(tmp_path)
    change_record(both / "translations.json", lambda about: about.update(run="both"))
    with pytest.raises(Fault, match="both of the method star"):
        study_in(tmp_path)
    images = np.load(both / "images.npy")[:, ::2, ::2]
    np.save(both / "images.npy", images)
    files = {"images.npy": sha256(images), "index.csv": file_digest(both / "index.csv")}
    change_record(
        both / "translations.json", lambda about: about.update(run="both", method="other", image_size=16, files=files)
    )
    with pytest.raises(Fault, match="16 px are not the 32 of rafd"):
        study_in(tmp_path)
    assert not (tmp_path / "metrics/study/index.html").exists()


def test_faces_of_another_set_are_refused(tmp_path: Path) -> None:
    """Catches questions that show other faces than those that were translated."""
    write_workspace(tmp_path, expressions=["rafd", "diat-rafd"])
    manifest = tmp_path / f"data/prepared/rafd/{SIZE}/manifest.json"
    change_record(manifest, lambda about: about.update(quarantined=["another"]))
    with pytest.raises(Fault, match=f"was made from another data/prepared/rafd/{SIZE} than there is now"):
        study_in(tmp_path)


@pytest.mark.parametrize(("key", "dataset"), [("attributes", "celeba"), ("expressions", "rafd")])
def test_a_run_on_both_is_asked_about_the_lists_own_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, dataset: str
) -> None:
    write_workspace(tmp_path)
    shutil.copytree(tmp_path / f"data/translations/{dataset}", tmp_path / "data/translations/both")
    monkeypatch.chdir(tmp_path)
    change_record(Path("data/translations/both/translations.json"), lambda about: about.update(run="both"))
    found = study.panel(key, ["both", f"icgan-{dataset}"])
    assert (list(found.made), list(found.sets)) == (["stargan", "icgan"], [dataset])
