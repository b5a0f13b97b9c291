"""Published files to a folder: resumed after a cut, checked by their MD5, whole or not there.

pooch checks the hash and puts the file in place; gdown transfers, since it reads Google Drive's pages and goes on
with a part that an earlier call left.
"""

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stargan.errors import Fault
from stargan.tracking.sender import public

DRIVE = "https://drive.google.com/uc?id="
SECONDS = 60  # without a byte, after which a transfer counts as cut
RETRIES = 3  # a cut transfer goes on by itself so many times
PAGE = re.compile(rb"\s*<(!doctype html|html)", re.IGNORECASE)
TITLE = re.compile(rb"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class PublishedFile:
    """A file as its authors publish it: name, bytes, MD5, and id on Google Drive."""

    name: str
    size: int
    md5: str
    drive: str


# Ids and MD5s as torchvision.datasets.CelebA lists them.
CELEBA = (
    PublishedFile("img_align_celeba.zip", 1443490838, "00d2c5bc6d35e252742224ab0c1e8fcb", "0B7EVK8r0v71pZjFTYXZWM3FlRnM"),
    PublishedFile("list_attr_celeba.txt", 26721026, "75e246fa4810816ffd6ee81facbd244c", "0B7EVK8r0v71pblRyaVFSWGxPY0U"),
    PublishedFile("list_eval_partition.txt", 2836386, "d32c9cbf5e040fd4025c592c306e6668", "0B7EVK8r0v71pY0NSMzRuSXJEVkk"),
)


class WebPage(Exception):
    """A web page came in place of a file; the message is its title."""


def fetch(file: PublishedFile, folder: Path, mirror: str | None = None) -> None:
    """Put `file` into `folder`: from Google Drive, or from `mirror`/<name>. A file that is there is checked only.

    A cut transfer leaves its part beside it, and the next call goes on from there. Raises Fault with the reason,
    and with what to put where by hand.
    """
    import gdown.exceptions
    import pooch
    import requests

    path = folder / file.name
    if path.exists():
        _check(path, file)
        return
    url = f"{mirror.rstrip('/')}/{file.name}" if mirror else DRIVE + file.drive
    pooch.get_logger().setLevel("WARNING")
    try:
        pooch.retrieve(
            url,
            known_hash=f"md5:{file.md5}",
            fname=file.name,
            path=folder,
            downloader=partial(_transfer, folder / f".{file.name}."),
        )
    except WebPage as page:
        raise _by_hand(file, path, f"the server sent a web page ({page}), perhaps for its quota") from page
    except gdown.exceptions.FileURLRetrievalError as error:
        raise _by_hand(file, path, f"Google Drive gave no file, perhaps for its quota: {_line(error)}") from error
    except (gdown.exceptions.DownloadError, requests.RequestException) as error:
        raise _by_hand(file, path, f"the transfer failed ({_line(error)}), run it again to go on") from error
    except ValueError as error:  # pooch's word for a hash that differs; it has removed the file
        raise _by_hand(file, path, f"what came has not the MD5 {file.md5}") from error


def _transfer(target: Path, url: str, output: str, _: object) -> None:
    """Bring `url` to pooch's file `output`; parts stay beside `target` until it is whole."""
    import gdown

    quiet = not sys.stderr.isatty() or (public(url) != url and not url.startswith(DRIVE))  # gdown tells the URL
    gdown.download(url, str(target), quiet=quiet, use_cookies=False, resume=True, timeout=SECONDS, retries=RETRIES)
    with target.open("rb") as file:
        head = file.read(4096)
    if PAGE.match(head):
        target.unlink()
        title = TITLE.search(head)
        raise WebPage(_line(title[1].decode(errors="replace")) if title else "without a title")
    os.replace(target, output)


def _check(path: Path, file: PublishedFile) -> None:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "md5").hexdigest()
    if digest != file.md5:
        raise Fault(
            f"{path}: {path.stat().st_size} bytes with MD5 {digest}, not the published {file.size} bytes with "
            f"{file.md5}; remove it and run this again"
        )


def _by_hand(file: PublishedFile, path: Path, reason: str) -> Fault:
    return Fault(
        f"{file.name}: {reason}; or put it there by hand: {path} ({file.size} bytes, MD5 {file.md5}) "
        f"from {DRIVE}{file.drive}"
    )


def _line(text: object) -> str:
    words = public(" ".join(str(text).split()))
    return words if len(words) <= 120 else words[:117] + "..."
