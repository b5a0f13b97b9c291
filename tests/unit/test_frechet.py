"""FID, KID, precision and recall through torch-fidelity, against closed forms and what must not matter."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from stargan.evaluation import frechet
from stargan.evaluation.frechet import Domain, compared, coverage, distances, domain_distances, frechet_distance
from support.measures import counts, values


def moments(n: int, mean: list[float], variance: list[float], seed: int) -> Tensor:
    """Return n samples whose mean and variances are exactly these and whose covariances are 0."""
    draw = np.random.default_rng(seed).normal(size=(n, len(mean)))
    white, _ = np.linalg.qr(draw - draw.mean(axis=0))
    return torch.from_numpy(white * np.sqrt((n - 1) * np.array(variance)) + np.array(mean))


def noise(n: int, seed: int, shift: float = 0.0, width: int = 8) -> Tensor:
    return torch.randn(n, width, generator=torch.Generator().manual_seed(seed)) + shift


def one_source(generated: Tensor, real: Tensor) -> Domain:
    return Domain(generated, real, np.zeros(len(generated), dtype=int), torch.arange(len(real)))


def covered(domain: Domain) -> dict[str, float]:
    return coverage(domain.generated, domain.real, domain.source)


def test_fid_of_gaussians_is_the_closed_form() -> None:
    # |m1 - m2|^2 + sum (s1 - s2)^2 over independent dimensions: (9 + 16) + (1 - 2)^2 + (3 - 1)^2.
    a, b = moments(50, [0, 0], [1, 9], 1), moments(70, [3, 4], [4, 1], 2)
    assert distances(one_source(a, b), 20)["fid"] == pytest.approx(30, abs=1e-6)


@pytest.mark.parametrize(("n", "m", "width"), [(200, 300, 8), (40, 500, 64), (300, 30, 64), (20, 25, 64), (400, 400, 128)])
def test_fid_is_torch_fidelitys_to_six_digits(n: int, m: int, width: int) -> None:
    """Catches a root that is another one where there are fewer images than features, and a biased covariance."""
    mix = noise(width, 5, width=width)
    a, b = noise(n, 1, 0.3, width) @ mix, noise(m, 2, 0, width).exp()
    expected = compared(a, b, fid=True)["frechet_inception_distance"]
    assert frechet_distance(frechet.moments(a), frechet.moments(b)) == pytest.approx(expected, rel=1e-6)
    assert frechet_distance(frechet.moments(b), frechet.moments(a)) == pytest.approx(expected, rel=1e-6)


def test_fid_of_float32_features_loses_no_digits() -> None:
    a, b = moments(50, [0, 0], [1, 9], 1) + 1000, moments(70, [3, 4], [4, 1], 2) + 1000
    assert distances(one_source(a.float(), b.float()), 20)["fid"] == pytest.approx(30, abs=0.01)


def test_equal_sets_have_no_distance() -> None:
    same = noise(60, 1)
    found = distances(one_source(same, same), 60)
    assert found["fid"] == pytest.approx(0, abs=1e-6)
    # The estimate of KID leaves out pairs of a sample with itself within a set, not between the sets.
    assert found["kid"] < 0
    assert covered(one_source(same, same)) == {"precision": 1, "recall": 1}


def test_order_does_not_matter_where_all_are_taken() -> None:
    a, b = noise(60, 1), noise(60, 2, 0.5)
    mixed = torch.randperm(60, generator=torch.Generator().manual_seed(0))
    assert distances(one_source(a[mixed], b), 60) == pytest.approx(distances(one_source(a, b), 60), abs=1e-9)
    assert covered(one_source(a[mixed], b)) == covered(one_source(a, b))


def test_one_swapped_image_is_seen() -> None:
    a, b = noise(60, 1), noise(60, 2, 0.5)
    other = a.clone()
    other[17] = b[17]
    before, after = distances(one_source(a, b), 60), distances(one_source(other, b), 60)
    assert after["fid"] < before["fid"] - 1e-4
    assert after["kid"] < before["kid"] - 1e-4


def test_more_rows_than_a_batch_are_all_counted() -> None:
    # 1500 rows of 0 and 1500 of 2 in batches of 1024: mean 1, variance 1; against mean 0, variance 1.
    a = torch.cat([torch.zeros(1500, 1), torch.full((1500, 1), 2.0)])
    b = moments(3000, [0], [3000 / 2999], 3)
    assert distances(one_source(torch.cat([a, a], 1), torch.cat([b, b], 1)), 50)["fid"] == pytest.approx(2, abs=1e-3)


def test_precision_is_of_generated_images_and_recall_of_real_ones() -> None:
    # Generated: one tight cluster inside one of the two real ones. All of it is real-like, half of reality is missed.
    real = torch.cat([noise(40, 1), noise(40, 2, 50)])
    found = covered(one_source(noise(40, 3) * 0.9, real))
    assert found["precision"] > 0.8
    assert 0.2 < found["recall"] <= 0.5


def test_alike_translations_from_several_sources_do_not_hide_each_other() -> None:
    real, made = noise(80, 1), noise(80, 2)
    alone = covered(one_source(made, real))
    assert alone["recall"] > 0.5
    five = Domain(made.repeat(5, 1), real, np.repeat(np.arange(5), 80), torch.arange(len(real)))
    assert covered(five) == pytest.approx(alone)
    assert covered(one_source(five.generated, real))["recall"] == 0


def test_coverage_is_the_mean_over_sources_of_enough_images() -> None:
    real, good, bad = noise(40, 1), noise(40, 2), noise(40, 3, 100)
    few = Domain(torch.cat([good, bad, bad[:3]]), real, np.repeat([0, 4, 7], [40, 40, 3]), torch.arange(len(real)))
    alone = covered(one_source(good, real))
    assert covered(few) == pytest.approx({name: value / 2 for name, value in alone.items()})
    assert covered(one_source(bad[:3], real)) == {}


def test_distances_are_held_a_block_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, cdist = [], torch.cdist

    def watched(a: Tensor, b: Tensor) -> Tensor:
        sizes.append(max(len(a), len(b)))
        return cdist(a, b)

    monkeypatch.setattr(torch, "cdist", watched)
    assert covered(one_source(noise(1001, 1, width=2), noise(1500, 2, width=2)))["precision"] > 0.9
    assert max(sizes) == 1000


def test_keys_say_where_fid_is_biased_and_what_the_subset_was() -> None:
    domains = {"angry": one_source(noise(30, 1), noise(20, 2)), "happy": one_source(noise(7, 3), noise(30, 4))}
    measures = domain_distances("moods", domains.items(), "_classifier", 12)
    found, n = values(measures), counts(measures)
    assert (n["fid_classifier/angry"], n["fid_classifier_biased/happy"]) == (20, 7)
    assert (n["kid_classifier/angry"], n["kid_classifier/happy"], n["kid_classifier"]) == (12, 7, 2)
    assert {one.dataset for one in measures} == {"moods"}
    mean = (found["fid_classifier/angry"] + found["fid_classifier_biased/happy"]) / 2
    assert found["fid_classifier_biased"] == pytest.approx(mean)
    assert "fid_classifier" not in found
    assert found["kid_classifier"] == pytest.approx((found["kid_classifier/angry"] + found["kid_classifier/happy"]) / 2)


def test_enough_images_everywhere_need_no_warning() -> None:
    domains = {"a": one_source(noise(8, 1), noise(8, 2)), "b": one_source(noise(9, 1), noise(9, 2))}
    found = values(domain_distances("moods", domains.items(), "", 5))
    assert {key for key in found if "biased" in key} == set()
    assert found["fid"] == pytest.approx((found["fid/a"] + found["fid/b"]) / 2)


def test_a_domain_of_too_few_images_is_left_out() -> None:
    domains = {"a": one_source(noise(3, 1), noise(30, 2)), "b": one_source(noise(30, 1), noise(30, 2))}
    found = values(domain_distances("moods", domains.items(), "", 5))
    assert not any(key.endswith("/a") for key in found)
    assert found["fid"] == found["fid/b"]
    assert domain_distances("moods", [("a", domains["a"])], "", 5) == []


def test_a_domain_is_its_members_alone() -> None:
    real, made, members = noise(90, 1), noise(40, 2), torch.arange(0, 90, 2)
    some = Domain(made, real, np.zeros(40, dtype=int), members)
    assert some.n == 40
    assert distances(some, 20) == distances(one_source(made, real[members]), 20)
    fewer = domain_distances("moods", [("a", replace(some, members=members[:20]))], "", 5)
    assert counts(fewer)["fid/a"] == 20


def test_kid_and_precision_take_a_part_of_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    real, made = noise(90, 1), noise(40, 2)
    whole = distances(one_source(made, real), 20)
    monkeypatch.setattr(frechet, "MOST", 30)
    part = distances(one_source(made, real), 20)
    assert part == distances(one_source(made, real[::3]), 20) | {"fid": whole["fid"]}
    assert part["kid"] != whole["kid"]
    assert counts(domain_distances("moods", [("a", one_source(made, real))], "", 35))["kid/a"] == 30


@pytest.mark.parametrize("block", [1, 7, 30, 100])
def test_moments_do_not_depend_on_the_blocks(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = noise(30, 1).float()
    monkeypatch.setattr(frechet, "ROWS", block)
    mean, covariance = frechet.moments(rows)
    np.testing.assert_allclose(mean, rows.double().numpy().mean(axis=0), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(covariance, np.cov(rows.double().numpy(), rowvar=False), rtol=1e-10, atol=1e-12)
