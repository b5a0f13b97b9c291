"""Raw sources: zips that are hostile, cut or missing, and links out of a folder."""

import stat
import zipfile
from pathlib import Path

import pytest

from stargan.errors import Fault
from stargan.raw.source import open_source
from support.raw import PICTURES, celeba, celeba_picture, prepared


def member(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


NAMES = {"up": "../bad.jpg", "absolute": "/tmp/bad.jpg", "drive": "C:/bad.jpg", "back": "..\\bad.jpg", "newline": "a\nb.jpg"}


def hostile(path: Path, kind: str) -> None:
    """Write a zip with one hostile member beside a harmless one."""
    picture = celeba_picture()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.jpg", picture)
        if kind == "link":
            archive.writestr(member("bad.jpg", stat.S_IFLNK | 0o777), "/etc/passwd")
        elif kind == "bomb":
            archive.writestr("bad.jpg", bytes(50_000_000))
        elif kind == "twice":
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("good.jpg", picture)
        else:
            archive.writestr(member(NAMES.get(kind, "bad.jpg")), picture)
        if kind == "overlap":
            archive.filelist[1].header_offset = 10
    if kind == "encrypted":
        content = bytearray(path.read_bytes())
        content[content.rindex(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("up", "'../bad.jpg' leads out"),
        ("absolute", "'/tmp/bad.jpg' leads out"),
        ("drive", "'C:/bad.jpg' leads out"),
        ("back", "leads out"),
        ("newline", "control characters"),
        ("link", "'bad.jpg' is a link"),
        ("bomb", "'bad.jpg' would unpack to 50000000 bytes"),
        ("twice", "'good.jpg' is there twice"),
        ("encrypted", "'bad.jpg' is encrypted"),
        ("overlap", "overlap"),
    ],
)
def test_hostile_zips_are_refused_by_name(tmp_path: Path, kind: str, fault: str) -> None:
    hostile(tmp_path / "images.zip", kind)
    with pytest.raises(Fault, match=fault) as raised, open_source(tmp_path / "images.zip"):
        pass
    assert "\n" not in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["images.zip"]


def test_no_zip(tmp_path: Path) -> None:
    section = celeba(tmp_path)
    Path(section.images).write_bytes(b"<html>quota</html>")
    with pytest.raises(Fault, match=r"img_align_celeba\.zip: no zip that can be read"):
        prepared(tmp_path, section)
    with pytest.raises(Fault, match="no such zip or folder"):
        prepared(tmp_path, section.model_copy(update={"images": str(tmp_path / "nowhere")}))


def test_a_cut_or_flipped_member_is_a_bad_picture(tmp_path: Path) -> None:
    section = celeba(tmp_path)
    content = bytearray(Path(section.images).read_bytes())
    content[content.index(b"000003.jpg") + 700] ^= 255
    Path(section.images).write_bytes(content)
    with pytest.raises(Fault, match=r"1 bad picture\(s\): img_align_celeba/000003.jpg can't be read \(Bad CRC"):
        prepared(tmp_path, section)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "images"
    inside.mkdir()
    (tmp_path / "secret.jpg").write_bytes(celeba_picture())
    for name, content in PICTURES.items():
        (inside / Path(name).name).write_bytes(content)
    (inside / "000002.jpg").unlink()
    (inside / "000002.jpg").symlink_to(tmp_path / "secret.jpg")
    (inside / "000004.jpg").unlink()
    (inside / "000004.jpg").symlink_to("000001.jpg")  # within the folder: no harm
    with pytest.raises(Fault, match=r"1 bad picture\(s\): 000002.jpg can't be read \(is a link out"):
        prepared(tmp_path, celeba(tmp_path, images=str(inside)))
