"""Mutations of the judge and of what is measured by it."""

from mutation.mutation import WEIGHTS, quick, slow

MUTATIONS = [
    quick(
        "stargan.judge.similarity:noise_where",
        "for values in (left - right, right)",
        "for values in (left, right)",
        "tests/unit/test_similarity.py",
    ),
    quick(
        "stargan.evaluation.frechet:moments",
        "return mean, covariance / (n - 1)",
        "return mean, covariance / n",
        "tests/unit/test_frechet.py",
    ),
    quick(
        "stargan.judge.similarity:psnr",
        "error.mean(axis=(1, 2, 3))",
        "error.mean(axis=(1, 2, 3)).mean(keepdims=True)",
        "tests/unit/test_similarity.py",
    ),
    quick(
        "stargan.judge.intervals:over_people",
        "missed[drawn].sum() / shown[drawn].sum()",
        "(missed[drawn] / shown[drawn]).mean()",
        "tests/unit/test_intervals.py",
    ),
    slow(
        "stargan.judge.judge:read_judge",
        "if not all(torch.isfinite(value).all() for value in state.values()):",
        "if not any(torch.isfinite(value).all() for value in state.values()):",
        f"{WEIGHTS}::test_a_judge",
    ),
    quick(
        "stargan.evaluation.errors:rates",
        '(single["faces"] + " " + single["person"])',
        'single["person"]',
        "tests/unit/test_error_rates.py",
    ),
    quick(
        "stargan.judge.verdicts:verdicts",
        "(missed & ~decided).sum(axis=1)",
        "missed.sum(axis=1)",
        "tests/unit/test_verdicts.py",
    ),
    quick(
        "stargan.core.measures:headline",
        "max((one.measure for one in rows), key=len)",
        "rows[0].measure",
        "tests/unit/test_measures.py",
    ),
    quick(
        "stargan.results.judged:judged",
        'source[own] = sets[dataset].labels[rows["image"].to_numpy()[own]]',
        "pass",
        "tests/unit/test_judgements.py",
    ),
    quick("stargan.results.naming:_title", "word not in taken", "True", "tests/unit/test_naming.py"),
]
