"""Pictures of one's own: with a generator of this project and with one of the released code."""

import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import stargan
from stages import translate_image
from stargan.core.params import AttributeTable, load
from stargan.core.tensors import write_tensors
from stargan.data.domains import Attributes, Classes, DomainSpace
from stargan.errors import Fault
from stargan.models import assembly
from stargan.models.networks.star import Generator
from stargan.models.released import label_kinds, load_released, read_generator
from stargan.models.targets import target_path
from support.processes import ROOT
from support.released import released_d, released_g
from support.sets import BOTH, FACES, MOODS

CPU = torch.device("cpu")


def generator(planes: int) -> Generator:
    torch.manual_seed(3)
    return Generator(planes, 4, 2)


def tensors(planes: int) -> dict[str, torch.Tensor]:
    return {f"g.{key}": value for key, value in generator(planes).state_dict().items()}


def header(**architecture: object) -> dict[str, object]:
    return {"schema": 3, "method": "stargan", "space": BOTH.as_dict(), "image_size": 16, "architecture": architecture}


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    write_tensors(tmp_path / "generator.safetensors", tensors(BOTH.width), header(g_filters=4, g_blocks=2))
    return tmp_path / "generator.safetensors"


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A state dict as the released code writes it: running statistics in every instance norm."""
    torch.save(released_g(5, 4, 2, seed=3), tmp_path / "200000-G.ckpt")
    return tmp_path / "200000-G.ckpt"


@pytest.mark.parametrize(
    ("to", "given", "expected"),
    [
        ("Blond_Hair,Young", "", [0, 1, 0, 0, 1, 0, 0, 0, 1, 0]),
        ("Blond_Hair", "Black_Hair,Male,Young", [0, 1, 0, 1, 1, 0, 0, 0, 1, 0]),
        ("~Male", "Black_Hair,Male", [1, 0, 0, 0, 0, 0, 0, 0, 1, 0]),
        ("happy", "", [0, 0, 0, 0, 0, 0, 1, 0, 0, 1]),
    ],
)
def test_target_paths(to: str, given: str, expected: list[int]) -> None:
    start, goal = target_path(BOTH, to, given)
    assert goal.tolist() == [expected]
    assert start[:, :-2].sum() == len([name for name in given.split(",") if name])


def test_label_names_of_a_released_checkpoint_say_their_kinds() -> None:
    kinds = label_kinds(
        "Black_Hair, Blond_Hair,Male;angry|happy", [["Black_Hair", "Blond_Hair", "Brown_Hair"], ["X", "Male"]]
    )
    hair = (("Black_Hair", "Blond_Hair"),)
    assert kinds == (Attributes(("Black_Hair", "Blond_Hair", "Male"), hair), Classes(("angry", "happy")))


@pytest.mark.parametrize("to", ["Black_Hair", "Blond_Hair", "Brown_Hair", "gray hair"])
@pytest.mark.parametrize("given", ["Black_Hair,Male", "Gray_Hair"])
def test_a_face_has_one_hair_colour_of_celebas_four(to: str, given: str) -> None:
    """Catches a colour that does not clear the one that a face has."""
    celeba = load(ROOT / "params.yaml").datasets["celeba"]
    assert isinstance(celeba, AttributeTable)
    names = "Gray_Hair,Male,Brown_Hair,Black_Hair,Young,blond_hair"
    kinds = label_kinds(names, celeba.exclusive)
    labels = target_path(DomainSpace(("faces",), kinds), to, given)[1][0]
    on = {name.lower() for name, value in zip(kinds[0].names, labels.tolist(), strict=True) if value}
    assert on == {to.lower().replace(" ", "_")} | ({"male"} if "Male" in given else set())


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("Blond_Har", "label 'Blond_Har' is unknown to this model; nearest: Blond_Hair"),
        (" ,", "the target names no label"),
        ("happy,Young", "different datasets"),
    ],
)
def test_impossible_targets_are_refused(to: str, said: str) -> None:
    with pytest.raises(Fault, match=said):
        target_path(BOTH, to, "")


ODD_MODEL = DomainSpace(("m",), (Classes(("../../x", "a/b", "a-b", "-30", "a,b", "a", "b", "A")),))


@pytest.mark.parametrize("to", ODD_MODEL.kinds[0].names)
def test_pictures_stay_in_their_folder_whatever_the_class_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    values = header(g_filters=4, g_blocks=2) | {"space": ODD_MODEL.as_dict()}
    write_tensors(tmp_path / "generator.safetensors", tensors(ODD_MODEL.width), values)
    (tmp_path / "photos").mkdir()
    for name in ("p.png", "P.png"):
        Image.new("RGB", (16, 16), "red").save(tmp_path / "photos" / name)
    before = set(tmp_path.rglob("*"))
    words = ["--model", "generator.safetensors", "--image", "photos", f"--to={to}", "--out", "deep/er/out"]
    monkeypatch.setattr(sys, "argv", ["translate_image", *words])
    translate_image.command()
    printed = capsys.readouterr().out.splitlines()
    assert len(set(printed)) == 2
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert {str(path.relative_to(tmp_path)) for path in made} == set(printed)
    assert all(path.parent == tmp_path / "deep/er/out" for path in made)


def test_other_targets_have_other_pictures() -> None:
    """Catches a picture that is written over that of another target."""
    targets = ["a,b", "a-b", "a,-b", "-a,b", "-a-b", "a", "b", '"a,b"', "a-b,c", "a,b-c", "a,b,c", "a-b-c"]
    assert len({translate_image.told(to) for to in targets}) == len(targets)
    assert translate_image.told("Blond_Hair, Young") == "-Blond_Hair-Young"


def test_only_the_centre_square_counts(ours: Path, tmp_path: Path) -> None:
    wide = np.zeros((16, 48, 3), np.uint8)
    wide[:, 16:32] = np.random.default_rng(0).integers(0, 256, (16, 16, 3))
    Image.fromarray(wide).save(tmp_path / "wide.png")
    Image.fromarray(wide[:, 16:32]).save(tmp_path / "centre.png")
    model = assembly.load_model(ours, CPU)
    wide_face, centre = (stargan.read_face(tmp_path / f"{name}.png", 16) for name in ("wide", "centre"))
    assert np.array_equal(model.translate(wide_face, "happy"), model.translate(centre, "happy"))


def test_the_documents_example_in_python(ours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends in pictures that the command line makes too."""
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/photos.md").read_text(), re.S)
    monkeypatch.chdir(tmp_path)
    Path("data/models/both").mkdir(parents=True)
    shutil.copy(ours, "data/models/both/generator.safetensors")
    Image.new("RGB", (40, 30), "red").save("photo.jpg")
    exec(example, {})
    assert example.count("\n") <= 15
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.png")}
    assert set(made) == {"happy.png", "angry.png", "older.png"}
    model = assembly.load_model(ours)
    stargan.write_png("same.png", model.translate(stargan.read_face("photo.jpg", model.image_size), "happy"))
    assert Path("same.png").read_bytes() == made["happy.png"] != made["angry.png"]


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'load_modle'"):
        stargan.load_modle  # noqa: B018


def test_a_released_checkpoint_is_the_same_network(released: Path) -> None:
    model = load_released(released, (FACES,), 128, CPU)
    x, c = torch.rand(1, 3, 16, 16), torch.tensor([[1.0, 0, 0, 1, 1]])
    with torch.no_grad():
        assert torch.equal(model.translator.translate(x, [c]), generator(5)(x, c))


def under(prefix: str, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {f"{prefix}{key}": value for key, value in state.items()}


G, OTHER = released_g(5, 4, 2, seed=3), released_g(5, 4, 2, seed=4)
FORMS: dict[str, object] = {
    "as DataParallel names it": under("module.", G),
    "state_dict": {"state_dict": G, "epoch": 7},
    "netG, under module.": {"netG": under("module.", G)},
    "module, of a file of more": {"model": under("generator.", G) | under("discriminator.", released_d().state_dict())},
    "G and D": {"G": G, "D": released_d().state_dict(), "g_optimizer": {"state": {0: {"step": torch.tensor(3.0)}}}},
    "two levels": {"state_dict": {"g": under("module.", G)}},
    "a mean beside": {"g": OTHER, "g_ema": G, "schema": {"version": torch.tensor(1)}},
}


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_of_a_checkpoint_are_the_same_network(tmp_path: Path, form: str) -> None:
    torch.save(FORMS[form], tmp_path / "mine.pt")
    model = load_released(tmp_path / "mine.pt", (FACES,), 128, CPU)
    x, c = torch.rand(1, 3, 16, 16), torch.tensor([[1.0, 0, 0, 1, 1]])
    with torch.no_grad():
        assert torch.equal(model.translator.translate(x, [c]), generator(5)(x, c))


@pytest.mark.parametrize(("filters", "blocks"), [(2, 0), (8, 1), (3, 9)])
def test_width_and_depth_are_counted_from_the_weights(tmp_path: Path, filters: int, blocks: int) -> None:
    torch.save(under("module.", released_g(5, filters, blocks)), tmp_path / "9-G.ckpt")
    g = read_generator(tmp_path / "9-G.ckpt")
    assert (g.planes, g.filters, g.blocks, len(g.main)) == (5, filters, blocks, 9 + blocks + 8)


TWELVE = {f"encoder.{index}.weight": torch.zeros(1) for index in range(12)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TWELVE, "among its 12 tensors: encoder.0.weight, encoder.1.weight, encoder.2.weight, encoder.3.weight, ...)"),
        ({"model": {"first": torch.zeros(1)}}, "no G among its 1 tensors: model.first)"),
        ({"epoch": 3}, "no G among its 0 tensors: none)"),
        (
            released_d().state_dict(),
            "no G among its 6 tensors: main.0.weight, main.0.bias, main.2.weight, main.2.bias, ...)",
        ),
        ({"A": {"G": G}, "B": {"G": OTHER}}, "2 G among its 110 tensors: A.G., B.G.)"),
        (under("module.", {key: value for key, value in G.items() if "main.3" not in key}), "Missing key"),
    ],
)
def test_a_file_of_other_names_is_told_by_them(tmp_path: Path, content: object, said: str) -> None:
    torch.save(content, tmp_path / "mine.pt")
    with pytest.raises(Fault, match=re.escape(f"{tmp_path}/mine.pt: not a generator of the released code (")) as caught:
        load_released(tmp_path / "mine.pt", (FACES,), 128, CPU)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_label_names_must_fill_the_planes(released: Path) -> None:
    with pytest.raises(Fault, match="takes 5 label planes, --labels names 4"):
        load_released(released, (Attributes(FACES.names[:4]),), 128, CPU)
    with pytest.raises(Fault, match=r"names 7 \(mask included\)"):
        load_released(released, (Attributes(FACES.names[:2]), MOODS), 128, CPU)


class Payload:
    """A pickle that would run code."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("/tmp/stargan-payload-ran"),))  # type: ignore[return-value]


@pytest.mark.parametrize("content", ["payload", "cut", "page", "other"])
def test_other_files_are_refused_and_run_nothing(released: Path, content: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.ckpt"
    if content == "payload":
        torch.save({"main.0.weight": Payload()}, path)
    elif content == "other":
        torch.save([1, 2], path)
    else:
        path.write_bytes(released.read_bytes()[:-40] if content == "cut" else b"<!doctype html><p>quota</p>")
    with pytest.raises(Fault, match=f"^{path}: not a generator of the released code"):
        load_released(path, (FACES,), 128, CPU)
    assert not Path("/tmp/stargan-payload-ran").exists()


def test_weights_that_do_not_fit_their_header_are_refused(tmp_path: Path) -> None:
    write_tensors(tmp_path / "m.safetensors", tensors(BOTH.width), header(g_filters=8, g_blocks=2))
    with pytest.raises(Fault, match="do not fit its header"):
        assembly.load_model(tmp_path / "m.safetensors", CPU)
    write_tensors(tmp_path / "m.safetensors", {}, {**header(), "schema": 9})
    with pytest.raises(Fault, match="model schema 9, method stargan is not schema 3"):
        assembly.load_model(tmp_path / "m.safetensors", CPU)
