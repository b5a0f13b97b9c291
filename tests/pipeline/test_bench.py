"""What `make bench` does with stages, on few pictures: that they start, end well, and are looked at."""

from pathlib import Path

from bench import inputs, memory


def test_prepare_is_timed_and_its_memory_seen(tmp_path: Path) -> None:
    found = inputs.prepare(tmp_path, [300, 600])
    assert found["images"] == 600
    assert all(taken > 0 for taken in (*found["seconds"].values(), *found["seconds_one_core"].values()))
    assert min(found["peak_mb"].values()) > 20  # Python and NumPy alone take as much


def test_the_memory_of_later_stages_is_seen(tmp_path: Path) -> None:
    found = memory.of_stages(tmp_path, [40])
    assert list(found) == ["classifier", "train", "translate", "evaluate"]
    assert min(found[stage][40] for stage in found) > 100  # torch takes as much
