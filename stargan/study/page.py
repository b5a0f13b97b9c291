"""The user study's page: one file of HTML that works from a disk, without a network."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from stargan.data.pages import data_url, rendered
from stargan.study.questions import Question

SIDE = 192
"""CSS pixels that a picture's side should have; it is enlarged by a whole factor, so that no pixel is invented."""


def page(page_id: str, questions: Mapping[str, Question], reasons: Sequence[str]) -> str:
    """Return the page's HTML. It holds the pictures in the order shown and not what made them.

    `reasons` are sentences on why nothing is asked, shown where there are no questions.
    """
    asked = [
        {"id": name, "words": one.words, "pictures": [data_url(picture) for picture in one.pictures]}
        for name, one in questions.items()
    ]
    size = max((one.pictures.shape[2] for one in questions.values()), default=SIDE)
    most = max((len(one.options) for one in questions.values()), default=0)
    return rendered(
        Path(__file__).with_name("page.html"),
        study={"page": page_id, "questions": asked},
        options=most,
        side=size * max(1, round(SIDE / size)),
        reasons=reasons,
    )
