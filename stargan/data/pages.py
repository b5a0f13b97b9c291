"""Pages of HTML that work from a disk, without a network."""

import base64
import io
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from PIL import Image


def rendered(template: Path, **values: Any) -> str:
    """Return a template with these values; what is not there is an error, and all text is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template.parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template.name).render(**values)


def data_url(pixels: np.ndarray) -> str:
    """Return a uint8 (H, W, 3) picture as a PNG without metadata in a data URL."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
