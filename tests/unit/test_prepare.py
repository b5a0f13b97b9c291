"""`prepare` from raw files in the real forms to the prepared form, and what it refuses without leaving a trace."""

import errno
import json
import os
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from stages.prepare import run
from stargan.core.files import sha256
from stargan.core.params import load
from stargan.data.prepared import read_prepared
from stargan.errors import Fault
from stargan.raw import packing
from stargan.raw.rafd import EXPRESSIONS
from stargan.raw.source import ZipSource, open_source
from support.raw import BLUE, PICTURES, TABLE, celeba, celeba_picture, jpeg, prepared

ROOT = Path(__file__).parents[2]


def test_celeba_from_a_zip(tmp_path: Path) -> None:
    found = prepared(tmp_path, celeba(tmp_path))
    assert found.images.shape == (6, 16, 16, 3)
    for number, image in enumerate(found.images, 1):  # all red bands cropped, each picture in its row
        assert np.abs(image.astype(int) - (0, 0, 100 + 20 * number)).max() <= 3
    assert found.labels.tolist() == [[0, 1], [1, 1], [1, 1]] * 2
    assert found.rows["source"].tolist() == list(PICTURES)
    assert (len(found.split("train")), len(found.split("test"))) == (4, 2)
    assert found.origin == {"kind": "files"}
    assert found.crop == {"kind": "centre", "side": 178}
    assert found.images_sha256 == sha256(np.asarray(found.images))


def test_a_folder_gives_the_same_as_a_zip(tmp_path: Path) -> None:
    section = celeba(tmp_path)
    with zipfile.ZipFile(section.images) as archive:
        archive.extractall(tmp_path / "unpacked")
    zipped = prepared(tmp_path, section)
    unpacked = prepared(tmp_path, section.model_copy(update={"images": str(tmp_path / "unpacked")}))
    assert unpacked.images_sha256 == zipped.images_sha256


def test_a_drawn_set_says_so(tmp_path: Path) -> None:
    mark = {"form": "celeba", "renderer": 1, "seed": 7, "height": 218}
    assert prepared(tmp_path, celeba(tmp_path, comment=json.dumps(mark).encode())).origin == {"kind": "synthetic", **mark}
    assert prepared(tmp_path, celeba(tmp_path, comment=b"made by hand")).origin == {"kind": "files"}


def test_rafd_from_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "rafd.zip", "w") as archive:
        for person in ("01", "02"):
            for expression in EXPRESSIONS:
                name = f"Rafd090_{person}_Caucasian_female_{expression}_frontal.jpg"
                archive.writestr(f"deep/{person}/{name}", jpeg(681, 1024, (68, 205, 613, 750)))
    changes = {"path": str(tmp_path / "rafd.zip"), "crop": [0.1, 0.2, 0.8], "test_share": 0.5, "angles": [90]}
    run("rafd", [32], load(ROOT / "params.yaml").dataset("rafd").model_copy(update=changes), tmp_path / "out")
    found = read_prepared(tmp_path / "out/32")
    assert np.abs(found.images.astype(int) - BLUE).max() <= 3  # 0.1 x 681, 0.2 x 1024, 0.8 x 681
    assert found.kind.names == EXPRESSIONS
    assert found.labels.tolist() == np.eye(8, dtype=int).tolist() * 2
    assert sorted(found.rows.groupby("person")["split"].agg("/".join)) == [
        "/".join([side] * 8) for side in ("test", "train")
    ]
    assert found.crop == {"kind": "shares", "left": 0.1, "top": 0.2, "side": 0.8}


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # the process has threads of numpy and torch
@pytest.mark.parametrize("platform", ["linux", "darwin"])  # forked and spawned
def test_processes_give_the_bytes_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    section = celeba(tmp_path, PICTURES | {"img_align_celeba/000004.jpg": b""}, bad_images="quarantine")
    alone = prepared(tmp_path, section)
    digest, rows = alone.images_sha256, alone.rows
    monkeypatch.setattr(packing, "SMALL", 0)
    monkeypatch.setattr(packing, "CHUNK", 2)
    monkeypatch.setattr(packing, "cores", lambda: 3)
    monkeypatch.setattr(sys, "platform", platform)
    pooled = prepared(tmp_path, section)
    assert (pooled.images_sha256, len(pooled.images)) == (digest, 5)
    assert pooled.rows.equals(rows)


def test_a_process_reads_a_zip_at_its_own_place(tmp_path: Path) -> None:
    """Catches a handle whose place is shared, as forked processes share it, and one of what has the zip's name by now."""
    with open_source(Path(celeba(tmp_path).images)) as source:
        shared = os.dup(source._archive.fp.fileno())  # type: ignore[attr-defined]
        source.path.rename(tmp_path / "moved.zip")
        source.path.write_bytes(b"another file")
        os.lseek(shared, 7, os.SEEK_SET)
        source.reopen()
        assert all(source.read(name) == content for name, content in PICTURES.items())
        assert os.lseek(shared, 0, os.SEEK_CUR) == 7
    os.close(shared)


def test_a_spawned_process_refuses_another_zip(tmp_path: Path) -> None:
    with open_source(Path(celeba(tmp_path).images)) as source:
        told = pickle.dumps(source)
        assert pickle.loads(told).names == source.names
        celeba(tmp_path, PICTURES | {"img_align_celeba/000001.jpg": celeba_picture()})
        with pytest.raises(Fault, match=r"img_align_celeba.zip: has changed since it was opened"):
            pickle.loads(told)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_that_can_t_open_the_zip_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(packing, "SMALL", 0)
    monkeypatch.setattr(packing, "cores", lambda: 2)
    monkeypatch.setattr(ZipSource, "reopen", refused)
    with pytest.raises(OSError, match="Too many open files"):
        prepared(tmp_path, celeba(tmp_path))


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_a_machine_short_of_something_leaves_no_good_picture_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def short(*_: object) -> bytes:
        raise OSError(number, os.strerror(number))

    section = celeba(tmp_path, bad_images="quarantine")
    monkeypatch.setattr(ZipSource, "read", short)
    with pytest.raises(OSError, match=os.strerror(number)):
        prepared(tmp_path, section)


BAD = PICTURES | {
    "img_align_celeba/000002.jpg": celeba_picture()[:900],
    "img_align_celeba/000005.jpg": b"<html>quota</html>",
    "img_align_celeba/spare.jpg": celeba_picture(),
}
del BAD["img_align_celeba/000003.jpg"]


def test_bad_pictures_stop_it_and_are_named(tmp_path: Path) -> None:
    fault = r"2 bad picture\(s\): 000003.jpg has no file, only line 5 .*spare.jpg has no row"
    with pytest.raises(Fault, match=fault) as raised:
        prepared(tmp_path, celeba(tmp_path, BAD))
    assert "-S datasets.celeba.bad_images=quarantine" in str(raised.value)
    cut = {name: BAD.get(name, celeba_picture()) for name in PICTURES}
    with pytest.raises(Fault, match=r"2 bad picture\(s\): .*000002.jpg .*truncated.*000005.jpg is not a picture"):
        prepared(tmp_path, celeba(tmp_path, cut))


def test_quarantine_leaves_bad_pictures_out(tmp_path: Path) -> None:
    whole = prepared(tmp_path, celeba(tmp_path))
    found = prepared(tmp_path, celeba(tmp_path, BAD, bad_images="quarantine"))
    assert found.rows.equals(whole.rows.iloc[[0, 3, 5]].reset_index(drop=True))  # nobody else changed sides
    assert np.array_equal(found.images, whole.images[[0, 3, 5]])
    file = tmp_path / "prepared" / "celeba" / "16" / "images.npy"
    assert file.stat().st_size == 128 + found.images.nbytes  # nothing is left behind the last row
    assert found.labels.tolist() == [[0, 1], [0, 1], [1, 1]]
    manifest = json.loads((tmp_path / "prepared" / "celeba" / "16" / "manifest.json").read_text())
    assert manifest["quarantined"] == [
        "000003.jpg",
        "img_align_celeba/000002.jpg",
        "img_align_celeba/000005.jpg",
        "img_align_celeba/spare.jpg",
    ]


def test_more_bad_pictures_than_are_named_are_counted(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"6 bad picture\(s\).*; and 1 more"):
        prepared(tmp_path, celeba(tmp_path, dict.fromkeys(PICTURES, b"")))


def test_a_split_that_quarantine_empties_is_refused(tmp_path: Path) -> None:
    sides = prepared(tmp_path, celeba(tmp_path)).rows
    tested = dict.fromkeys(sides.loc[sides["split"] == "test", "source"], b"")
    with pytest.raises(Fault, match="no picture for test"):
        prepared(tmp_path, celeba(tmp_path, PICTURES | tested, bad_images="quarantine"))


def test_a_fault_leaves_the_former_result_and_nothing_else(tmp_path: Path) -> None:
    before = prepared(tmp_path, celeba(tmp_path)).images_sha256
    with pytest.raises(Fault):
        prepared(tmp_path, celeba(tmp_path, PICTURES | {"img_align_celeba/000006.jpg": b""}))
    assert os.listdir(tmp_path / "prepared") == ["celeba"]
    assert read_prepared(tmp_path / "prepared" / "celeba" / "16").images_sha256 == before


@pytest.mark.parametrize(("size", "instead"), [(30, 32), (2, 4), (129, 128)])
def test_a_size_that_the_network_cannot_take(tmp_path: Path, size: int, instead: int) -> None:
    with pytest.raises(Fault, match=f"image size {size} of celeba is not a multiple of 4.*use {instead}$"):
        prepared(tmp_path, celeba(tmp_path), size)


def test_a_label_that_nobody_has_is_refused(tmp_path: Path) -> None:
    section = celeba(tmp_path)
    Path(section.attributes).write_text(TABLE.replace(" 1  1", "-1  1"))
    with pytest.raises(Fault, match="no training picture is Bald"):
        prepared(tmp_path, section)
