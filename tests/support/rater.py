"""A rater of the study: a headless Chromium that answers the page's questions."""

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait


class Rater:
    """Someone in front of the page."""

    def __init__(self, browser: webdriver.Chrome, root: Path, width: int = 1100) -> None:
        self.browser, self.root = browser, root
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
        )
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
