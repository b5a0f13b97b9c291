"""Mutations of the judge and of what is measured by it."""

from mutation.mutation import WEIGHTS, quick, slow

MUTATIONS = [
    quick(
        "stargan.evaluation.frechet:moments",
        "return mean, covariance / (n - 1)",
        "return mean, covariance / n",
        "tests/unit/test_frechet.py",
    ),
    quick(
        "stargan.evaluation.similarity:psnr",
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
        "stargan.results.people:people_of",
        'f"{faces} {names[faces][image]}"',
        "names[faces][image]",
        "tests/unit/test_evaluate.py",
    ),
    quick("stargan.results.naming:_title", "len(group) > 1 and ", "", "tests/unit/test_naming.py"),
]
