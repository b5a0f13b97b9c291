"""Downloads against a server on loopback: cut, wrong, replaced by a page; and the check of what RaFD's users place."""

import contextlib
import hashlib
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stages.fetch import run_celeba, run_rafd
from stargan.errors import Fault
from stargan.raw import download
from stargan.raw.download import PublishedFile, fetch
from stargan.raw.rafd import EXPRESSIONS

CONTENT = bytes(range(256)) * 8192  # 2 MiB: more than one read of the client
FILE = PublishedFile("images.zip", len(CONTENT), hashlib.md5(CONTENT).hexdigest(), "drive-id")
PAGE = b"<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head></html>"


class Server(ThreadingHTTPServer):
    """Serves `content` at every path, with Range; `cut` ends the next answers after so many bytes (None: not)."""

    content = CONTENT
    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.cut: list[int | None] = []
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/celeba/"


class Answer(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.server.asked.append((self.path, wanted))
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        body = self.server.content[start:]
        self.send_response(206 if start else self.server.status)
        self.send_header("Content-Length", str(len(body)))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.server.content) - 1}/{len(self.server.content)}")
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the client looks at a first answer, then asks for the rest
            self.wfile.write(body[: self.server.cut.pop(0)] if self.server.cut else body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "RETRIES", 0)  # they wait for seconds


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_fetched_once(tmp_path: Path, server: Server) -> None:
    for _ in range(2):
        fetch(FILE, tmp_path, server.url)
    assert (tmp_path / "images.zip").read_bytes() == CONTENT
    assert server.asked == [("/celeba/images.zip", None)]
    assert names(tmp_path) == ["images.zip"]


def test_a_cut_transfer_goes_on_where_it_stopped(tmp_path: Path, server: Server) -> None:
    server.cut = [1_000_000, None, 600_000]
    for _ in range(2):
        with pytest.raises(Fault, match=r"images.zip: the transfer failed .* run it again to go on"):
            fetch(FILE, tmp_path, server.url)
        assert not (tmp_path / "images.zip").exists()
    fetch(FILE, tmp_path, server.url)
    assert (tmp_path / "images.zip").read_bytes() == CONTENT
    starts = [int(wanted.removeprefix("bytes=").rstrip("-")) for _, wanted in server.asked if wanted]
    assert 0 < starts[0] <= 1_000_000 < starts[1] <= 1_600_000
    assert names(tmp_path) == ["images.zip"]


def test_a_transfer_goes_on_by_itself(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "RETRIES", 1)
    monkeypatch.setattr("random.uniform", lambda *_: 0.0)
    server.cut = [1_000_000]
    fetch(FILE, tmp_path, server.url)
    assert (tmp_path / "images.zip").read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_a_part_of_other_content_does_not_pass(tmp_path: Path, server: Server) -> None:
    server.content, server.cut = bytes(len(CONTENT)), [1_000_000]
    with pytest.raises(Fault):
        fetch(FILE, tmp_path, server.url)
    server.content = CONTENT
    with pytest.raises(Fault, match="has not the MD5"):
        fetch(FILE, tmp_path, server.url)
    fetch(FILE, tmp_path, server.url)  # the spoilt part is gone, so this one starts anew
    assert (tmp_path / "images.zip").read_bytes() == CONTENT


def test_a_wrong_hash_leaves_nothing(tmp_path: Path, server: Server) -> None:
    server.content = CONTENT[:-1] + b"x"
    with pytest.raises(Fault, match=f"what came has not the MD5 {FILE.md5}; or put it there by hand") as raised:
        fetch(FILE, tmp_path, server.url)
    assert f"{tmp_path}/images.zip ({len(CONTENT)} bytes, MD5 {FILE.md5}) from {download.DRIVE}drive-id" in str(raised.value)
    assert names(tmp_path) == []


def test_a_quota_page_is_recognised(tmp_path: Path, server: Server) -> None:
    server.content = PAGE
    with pytest.raises(Fault, match=r"a web page \(Google Drive - Quota exceeded\), perhaps for its quota"):
        fetch(FILE, tmp_path, server.url)
    assert names(tmp_path) == []
    server.status = 403
    with pytest.raises(Fault, match=r"the transfer failed .*403"):
        fetch(FILE, tmp_path, server.url)
    assert names(tmp_path) == []


def test_google_drives_own_refusal_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gdown

    def refuse(url: str, *_: object, **__: object) -> None:
        assert url == "https://drive.google.com/uc?id=drive-id"
        raise gdown.exceptions.FileURLRetrievalError("Failed to retrieve file url:\n\n\tToo many users have viewed it")

    monkeypatch.setattr(gdown, "download", refuse)
    with pytest.raises(Fault, match=r"gave no file, perhaps for its quota: Failed .* Too many users") as raised:
        fetch(FILE, tmp_path)
    assert "\n" not in str(raised.value)


def test_no_server(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="the transfer failed"):
        fetch(FILE, tmp_path, "http://127.0.0.1:9")


def test_a_mirror_s_password_is_not_told(
    tmp_path: Path, server: Server, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by a fault nor, on a terminal, by gdown, which tells whence it takes a file."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with pytest.raises(Fault, match="images.zip: the transfer failed") as raised:
        fetch(FILE, tmp_path, "http://user:p@SECRET@127.0.0.1:9/celeba?token=SECRET")
    fetch(FILE, tmp_path, f"http://user:p@SECRET@127.0.0.1:{server.server_port}/celeba?token=SECRET")
    assert "SECRET" not in f"{raised.value}{capfd.readouterr()}"


@pytest.mark.parametrize("content", [b"mine", CONTENT[::-1]], ids=["of another size", "of the same size"])
def test_a_file_that_was_placed_is_checked_and_kept(tmp_path: Path, server: Server, content: bytes) -> None:
    (tmp_path / "images.zip").write_bytes(content)
    said = f"images.zip: {len(content)} bytes with MD5 .*, not the published {len(CONTENT)} bytes.*remove it"
    with pytest.raises(Fault, match=said):
        fetch(FILE, tmp_path, server.url)
    assert (tmp_path / "images.zip").read_bytes() == content
    assert server.asked == []


def test_celeba_names_all_that_lacks_and_the_flags(tmp_path: Path, server: Server) -> None:
    other = PublishedFile("list_attr_celeba.txt", 3, "0" * 32, "other-id")
    with pytest.raises(Fault, match=r"1 of 2 files are not there yet: list_attr_celeba\.txt") as raised:
        run_celeba(tmp_path / "new", server.url, (other, FILE))
    assert f"-S datasets.celeba.path={tmp_path}/new " in str(raised.value)
    flags = run_celeba(tmp_path / "new", server.url, (FILE,))
    assert flags.split("-S ")[2] == "datasets.celeba.attributes=list_attr_celeba.txt"


def test_the_published_list_is_torchvisions() -> None:
    from torchvision.datasets import CelebA

    assert {(file.drive, file.md5, file.name) for file in download.CELEBA} < set(CelebA.file_list)


def rafd(folder: Path, people: int = 67) -> Path:
    folder.mkdir()
    for person in range(people):
        for expression in EXPRESSIONS:
            for gaze in ("frontal", "left", "right"):
                (folder / f"Rafd090_{person:02d}_Caucasian_male_{expression}_{gaze}.jpg").touch()
    return folder


def test_a_whole_angle_of_rafd_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = rafd(tmp_path / "rafd")
    assert run_rafd(folder) == f"-S datasets.rafd.path={folder} -S datasets.rafd.angles=[90]"
    shown = capsys.readouterr().out
    assert "1608 of 1608 pictures named as in RaFD: 67 of 67 persons, 8 of 8 expressions, 3 of 3 gazes" in shown
    assert "angle 090: 1608 of 1608 pictures" in shown
    with zipfile.ZipFile(tmp_path / "rafd.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"deep/{path.name}")
    assert run_rafd(tmp_path / "rafd.zip").endswith("rafd.zip -S datasets.rafd.angles=[90]")


def test_what_rafd_lacks_is_named(tmp_path: Path) -> None:
    folder = rafd(tmp_path / "rafd")
    (folder / "Rafd090_07_Caucasian_male_sad_left.jpg").unlink()
    with pytest.raises(Fault, match=r"1 picture\(s\) lacking, first person 07 sad left at 090"):
        run_rafd(folder)
    (folder / "holiday.jpg").touch()
    with pytest.raises(Fault, match=r"1 picture\(s\) not named as in RaFD, first holiday.jpg"):
        run_rafd(folder)


def test_persons_that_lack_as_a_whole_are_counted(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"2 picture\(s\) lacking, first a whole person at 090"):
        run_rafd(rafd(tmp_path / "rafd", people=65))


def test_rafd_tells_how_to_ask(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"nothing is there; RaFD is given to researchers on request: .*rafd\.nl"):
        run_rafd(tmp_path / "rafd")
    (tmp_path / "rafd").mkdir()
    with pytest.raises(Fault, match=r"no file is named as in RaFD .*rafd\.nl"):
        run_rafd(tmp_path / "rafd")
