"""The user study's page: one file of HTML that works from a disk, without a network."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
import numpy as np
from PIL import Image

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
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("page.html").render(
        study={"page": page_id, "questions": asked}, options=most, side=size * max(1, round(SIDE / size)), reasons=reasons
    )


def data_url(pixels: np.ndarray) -> str:
    """Return a uint8 (H, W, 3) picture as a PNG without metadata in a data URL."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
