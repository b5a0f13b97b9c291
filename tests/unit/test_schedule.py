"""The learning rate at the places where it changes."""

import pytest

from stargan.training.schedule import Schedule, rate_factor


@pytest.mark.parametrize(("iteration", "factor"), [(0, 1.0), (9, 1.0), (10, 1.0), (11, 0.9), (15, 0.5), (19, 0.1)])
def test_paper_schedule_is_constant_then_linear_to_zero(iteration: int, factor: float) -> None:
    assert rate_factor("paper", iteration, length=20, decay=10) == pytest.approx(factor)


@pytest.mark.parametrize("schedule", ["paper", "official"])
def test_without_decay_the_rate_stays(schedule: Schedule) -> None:
    assert {rate_factor(schedule, i, length=5000, decay=0) for i in range(0, 5000, 7)} == {1.0}


def test_official_schedule_equals_the_released_loop() -> None:
    """Every 1,000 iterations within the last `decay`, the released loop takes lr0 / decay away."""
    length, decay, rate, seen = 6000, 3000, 1.0, []
    for i in range(length):
        seen.append(rate)
        if (i + 1) % 1000 == 0 and i + 1 > length - decay:
            rate -= 1.0 / decay
    assert [rate_factor("official", i, length, decay) for i in range(length)] == pytest.approx(seen)


def test_official_schedule_hardly_decays_at_its_own_length() -> None:
    assert rate_factor("official", 199_999, 200_000, 100_000) == pytest.approx(1 - 99e-5)
