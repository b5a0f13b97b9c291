"""The judge: its training, its form on disk, and the Inception weights' check."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn

from stages import classifier
from stargan.core.params import Classifier
from stargan.data.domains import Attributes, Classes
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.judge import judge as judge_module
from stargan.judge.classifier import new_classifier
from stargan.judge.judge import Judge, read_judge, write_judge
from stargan.judge.learning import flipped, learn, orders

KIND = Classes(("dark", "light"), "tone")


def generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tones(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Noise that is dark in every other image."""
    labels = np.eye(2, dtype=np.uint8)[np.arange(n) % 2]
    noise = np.random.default_rng(seed).integers(0, 128, (n, 16, 16, 3))
    return (noise + 100 * labels[:, 1][:, None, None, None]).astype(np.uint8), labels


def learned(seed: int = 1, epochs: int = 3, images: int = 40) -> tuple[Judge, list[float]]:
    torch.set_num_threads(1)
    network, losses = new_classifier(2, seed), []
    x, y = tones(images)
    learn(
        network,
        KIND,
        x,
        y,
        np.arange(images),
        epochs=epochs,
        batch=8,
        lr=1e-3,
        weight_decay=1e-4,
        random=generator(seed),
        log=lambda _, loss: losses.append(loss),
    )
    return Judge(network, KIND, 16, "abc"), losses


def test_parameters_are_resnet_18s() -> None:
    # torchvision's published 11,689,512 with 1000 classes, less its head, plus ours.
    count = sum(p.numel() for p in new_classifier(8, 0).parameters())
    assert count == 11_689_512 - 513 * 1000 + 513 * 8


def test_it_learns_and_is_right_on_images_it_never_saw() -> None:
    judge, losses = learned(epochs=4, images=80)
    x, y = tones(30, seed=9)
    assert (judge.labels(judge.see(x, np.arange(30))) == y).mean() > 0.9
    assert np.mean(losses[-3:]) < 0.5 * np.mean(losses[:3])


def test_equal_seeds_give_equal_weights_whatever_the_global_generator() -> None:
    torch.manual_seed(1)
    first, _ = learned(epochs=1)
    torch.manual_seed(2)
    before = torch.random.get_rng_state()
    second, _ = learned(epochs=1)
    third, _ = learned(seed=2, epochs=1)
    assert torch.equal(torch.random.get_rng_state(), before)
    x, _ = tones(5)
    logits = [judge.see(x, np.arange(5)).logits for judge in (first, second, third)]
    assert torch.equal(logits[0], logits[1])
    assert not torch.equal(logits[0], logits[2])


@pytest.mark.parametrize(("images", "batch", "sizes"), [(65, 64, [65]), (130, 64, [65, 65]), (3, 8, [3]), (7, 2, [3, 2, 2])])
def test_an_epoch_shows_each_image_once_and_no_batch_is_small(images: int, batch: int, sizes: list[int]) -> None:
    parts = list(orders(images, batch, 2, generator()))
    assert [len(part) for part in parts] == 2 * sizes
    epochs = torch.cat(parts).view(2, images)
    assert (epochs.sort(dim=1).values == torch.arange(images)).all()
    assert not torch.equal(epochs[0], epochs[1])


def test_about_half_are_mirrored_and_each_as_a_whole() -> None:
    images = torch.arange(4.0).expand(200, 3, 2, 4)
    found = flipped(images, generator())
    mirrored = (found == images.flip(3)).flatten(1).all(dim=1)
    kept = (found == images).flatten(1).all(dim=1)
    assert (mirrored ^ kept).all()
    assert 70 < mirrored.sum() < 130


class Watched(np.ndarray):
    """Images that tell how many of them were read at a time."""

    read: ClassVar[list[int]] = []

    def __getitem__(self, rows: Any) -> Any:
        self.read.append(len(rows))
        return np.asarray(self)[rows]


def stage_weights(images: np.ndarray, labels: np.ndarray, split: list[str], **changed: float) -> Tensor:
    """All that the stage's network has learned from the images, as one vector."""
    torch.set_num_threads(1)
    rows = pd.DataFrame({"split": split})
    data = Prepared("tones", 16, KIND, images, labels, rows, {"kind": "files"}, {}, "pixels", "abc")
    settings = Classifier(epochs=2, batch=8, lr=1e-3, weight_decay=1e-4).model_copy(update=changed)
    judge = classifier.trained(data, settings, 1, torch.device("cpu"), lambda *_: None)
    assert judge.learned_from == "abc"
    return torch.cat([value.detach().flatten() for value in judge.network.parameters()])


def test_the_stage_learns_from_the_train_split_alone_a_batch_at_a_time() -> None:
    x, y = tones(20)
    alone = stage_weights(x, y, ["train"] * 20)
    mixed, labels = np.zeros((40, 16, 16, 3), np.uint8).view(Watched), np.zeros((40, 2), np.uint8)
    np.asarray(mixed)[1::2], labels[1::2] = x, y
    Watched.read.clear()
    assert torch.equal(stage_weights(mixed, labels, ["test", "train"] * 20), alone)
    assert Watched.read == [10, 10] * 2


def test_the_stages_weight_decay_reaches_the_optimiser() -> None:
    # AdamW takes lr x weight_decay of each weight a step, whatever the gradient.
    x, y = tones(20)
    split = ["train"] * 20
    none, some = (stage_weights(x, y, split, weight_decay=decay) for decay in (0.0, 50.0))
    assert some.norm() < 0.95 * none.norm()


def test_too_few_images_to_train_on() -> None:
    x, y = tones(1)
    with pytest.raises(Fault, match="train split"):
        learn(
            new_classifier(2, 0),
            KIND,
            x,
            y,
            np.arange(1),
            epochs=1,
            batch=8,
            lr=1e-3,
            weight_decay=0,
            random=generator(),
            log=lambda *_: None,
        )


def test_it_sees_the_asked_images_in_order_whatever_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    judge, _ = learned(epochs=1)
    x, _ = tones(12)
    chosen = np.array([7, 0, 11, 3, 3])
    whole = judge.see(x, chosen)
    monkeypatch.setattr(judge_module, "BATCH", 2)
    parts = judge.see(x, chosen)
    alone = torch.cat([judge.see(x, chosen[i : i + 1]).features for i in range(5)])
    assert torch.allclose(whole.features, parts.features, atol=1e-5)
    assert torch.allclose(whole.features, alone, atol=1e-5)
    assert judge.see(x, chosen[:0]).features.shape == (0, 512)


def test_it_comes_back_from_disk_the_same(tmp_path: Path) -> None:
    judge, _ = learned(epochs=1)
    write_judge(tmp_path, judge, "set")
    again = read_judge(tmp_path)
    x, _ = tones(4)
    assert torch.equal(again.see(x, np.arange(4)).logits, judge.see(x, np.arange(4)).logits)
    assert (again.kind, again.size, again.learned_from) == (KIND, 16, "abc")
    first = (tmp_path / "classifier.safetensors").read_bytes()
    write_judge(tmp_path, again, "set")
    assert (tmp_path / "classifier.safetensors").read_bytes() == first


def test_a_missing_or_broken_judge_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="classifier stage again"):
        read_judge(tmp_path)
    write_judge(tmp_path, Judge(new_classifier(2, 0), KIND, 16, "abc"), "set")
    (tmp_path / "classifier.safetensors").write_bytes(b"cut")
    with pytest.raises(Fault, match="classifier stage again") as caught:
        read_judge(tmp_path)
    assert "\n" not in str(caught.value)


def test_labels_follow_the_kind() -> None:
    seen = judge_module.Seen(torch.zeros(2, 512), torch.tensor([[2.0, 1.0, -1.0], [-1.0, -3.0, -2.0]]))
    network = new_classifier(3, 0)
    names = ("a", "b", "c")
    assert Judge(network, Classes(names), 16, "").labels(seen).tolist() == [[1, 0, 0], [1, 0, 0]]
    assert Judge(network, Attributes(names), 16, "").labels(seen).tolist() == [[1, 1, 0], [0, 0, 0]]


def test_inception_weights_must_be_there_and_be_the_published_ones(tmp_path: Path) -> None:
    from stargan.evaluation.inception import Inception

    other = tmp_path / "weights-inception-2015-12-05-6726825d.pth"
    other.write_bytes(b"something else")
    for path, reason in ((Path(), "is not set"), (tmp_path / "none.pth", "is no file"), (other, "has SHA-256")):
        with pytest.raises(Fault, match=reason) as caught:
            Inception(path)
        assert "https://github.com/toshas/torch-fidelity/releases" in str(caught.value)
        assert "evaluate.features=classifier" in str(caught.value)


def test_inception_features_from_a_weights_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    from stargan.evaluation import inception

    with monkeypatch.context() as patch:  # the network's form without its published weights
        patch.setattr("torch_fidelity.feature_extractor_inceptionv3.load_state_dict_from_url", lambda *_, **__: {})
        patch.setattr(nn.Module, "load_state_dict", lambda *_, **__: None)
        state: dict[str, Tensor] = FeatureExtractorInceptionV3("inception-v3-compat", ["2048"]).state_dict()
    torch.save(state, tmp_path / "weights.pth")
    monkeypatch.setattr(inception, "check", lambda _: None)
    images, _ = tones(5)
    network = inception.Inception(tmp_path / "weights.pth")
    found = network.features(images, np.array([3, 1]))
    assert found.shape == (2, 2048)
    found, alone = found / found.max(), network.features(images, np.array([1])) / found.max()
    assert torch.allclose(found[1:], alone, atol=1e-5)
    assert (found[0] - found[1]).abs().max() > 1e-3
