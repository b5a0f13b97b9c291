"""Where a set of pictures has its eyes, so that a photograph can be aligned as they are."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from stargan.evaluation.faces.aligning import Eyes
from stargan.evaluation.faces.finding import faces_in

_ENOUGH = 1 / 3


def eye_places(pictures: Sequence[Image.Image]) -> Eyes | None:
    """Return where the eyes of RGB pictures lie, in shares of width and height: the median over the faces found.

    The largest face of each picture counts. None where fewer than a third of the pictures show one. A picture takes
    a fifth of a second, so give a sample. Raises Fault without the faces extra.
    """
    seen = [(picture, faces_in(picture)) for picture in pictures]
    found = [faces[0].eyes.scaled(1 / picture.width, 1 / picture.height) for picture, faces in seen if faces]
    if not found or len(found) < _ENOUGH * len(pictures):
        return None
    return Eyes(*np.median(found, axis=0).tolist())
