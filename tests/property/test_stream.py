"""Batches are a pure function of (seed, iteration), and an epoch is a permutation."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from stargan.data.pixels import from_uint8, to_uint8
from stargan.data.stream import Batch, Stream


def stream(count: int, batch: int, flip: float = 0.0, seed: int = 0) -> Stream:
    """Return a stream over images whose first pixel is their position; every second position is of the split."""
    images = np.zeros((2 * count, 2, 2, 3), np.uint8)
    images[:, 0, 0, 0] = np.arange(2 * count) % 256
    images[:, 0, 1, 0] = 255  # tells a flip
    labels = np.eye(2, dtype=np.uint8)[np.arange(2 * count) % 2]
    return Stream(torch.from_numpy(images), labels, np.arange(0, 2 * count, 2), batch=batch, flip=flip, seed=seed)


def positions(made: Stream, iteration: int) -> list[int]:
    return [int(v) for v in ((made.batch(iteration)[0][:, 0, 0, 0] + 1) * 127.5).round()]


@given(count=st.integers(1, 40), batch=st.integers(1, 16), seed=st.integers(0, 5), epoch=st.integers(0, 3))
def test_an_epoch_is_a_permutation_of_the_split(count: int, batch: int, seed: int, epoch: int) -> None:
    made = stream(count, batch, seed=seed)
    first = epoch * made.batches_per_epoch
    seen = [p for step in range(made.batches_per_epoch) for p in positions(made, first + step)]
    assert sorted(seen) == list(range(0, 2 * count, 2))


@given(iterations=st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_any_batch_can_be_had_alone_and_in_any_order(iterations: list[int]) -> None:
    kept = stream(20, 6, flip=0.5, seed=3)
    for iteration in iterations:
        fresh = stream(20, 6, flip=0.5, seed=3).batch(iteration)
        assert all(map(torch.equal, kept.batch(iteration), fresh))


def test_epochs_and_seeds_differ() -> None:
    made = stream(40, 40)
    assert positions(made, 0) != positions(made, 1)
    assert positions(made, 0) != positions(stream(40, 40, seed=1), 0)


def test_flips_mirror_the_image_and_come_at_their_rate() -> None:
    never, always, half = (stream(128, 128, flip=flip) for flip in (0.0, 1.0, 0.5))
    assert torch.equal(always.batch(0)[0], never.batch(0)[0].flip(3))
    flipped = (half.batch(0)[0][:, 0, 0, 0] == 1).sum().item()  # the 255 came to the left
    assert 40 < flipped < 88  # 64 expected, 4.2 standard deviations either way


def test_the_data_are_never_changed() -> None:
    made = stream(20, 20, flip=1.0)
    before = made.images.clone()
    made.batch(0)
    assert torch.equal(made.images, before)


def test_pixels_run_from_minus_one_to_one_and_back() -> None:
    levels = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1).expand(-1, -1, -1, 3)
    x = from_uint8(levels)
    assert (x.shape, x.min().item(), x.max().item()) == ((1, 3, 16, 16), -1.0, 1.0)
    assert torch.equal(to_uint8(x), levels)
    assert to_uint8(torch.full((1, 1, 1, 1), 1.3)).tolist() == [[[[255]]]]


def test_a_part_of_a_batch_has_the_same_rows_of_everything() -> None:
    rows = torch.arange(8.0)
    part = Batch(rows[:, None], rows[:, None] + 10, {"alpha": rows + 20}).part(slice(2, 4))
    assert (part.images.flatten().tolist(), part.labels.flatten().tolist()) == ([2, 3], [12, 13])
    assert (part.draws["alpha"].tolist(), part.share) == ([22, 23], 0.25)
    assert part._replace(share=1.0).part(slice(None)).share == 1
