"""Mutations of tables, figures and the user study."""

from mutation.mutation import quick, slow

MUTATIONS = [
    quick(
        "stargan.comparison.conditions:training_differences",
        'if 2 * run["decay"] != run["length"]:',
        'if 2 * run["decay"] > run["length"]:',
        "tests/unit/test_comparison.py",
    ),
    quick(
        "stargan.comparison.verdict:verdict",
        "ends.low <= paper <= ends.high",
        "ends.low < paper < ends.high",
        "tests/unit/test_comparison.py",
    ),
    quick(
        "stargan.comparison.scores:scores",
        "over_people(wrong - first, people",
        "over_people(wrong, people",
        "tests/unit/test_comparison.py",
    ),
    slow(
        "stargan.comparison.judged:read_judged",
        "dict.fromkeys(NUMBERS, int)",
        '{"image": int}',
        "tests/faults/test_belonging.py::test_a_signed_table_whose_number_is_none",
    ),
    quick("stargan.figures.faces:picked", "np.argsort(-scores,", "np.argsort(scores,", "tests/unit/test_figures.py"),
    quick("stargan.figures.faces:asking", "(changed & known)", "changed", "tests/unit/test_figures.py"),
    quick(
        "stargan.figures.captions:changing",
        "(-changes[name], name)",
        "(changes[name], name)",
        "tests/unit/test_figures.py::test_the_changes_told_are_the_named_one_and_the_three_largest",
    ),
    quick("stargan.study.tally:attentive", "if right == checks}", "if right <= checks}", "tests/unit/test_study.py"),
    quick(
        "stargan.study.questions:question",
        "[candidate.rows[method]] for method in options]",
        "[candidate.rows[method]] for method in methods]",
        "tests/unit/test_study.py",
    ),
]
