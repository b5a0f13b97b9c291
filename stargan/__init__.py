"""StarGAN: the paper in code. Trained models are used by `load_model`, `read_face`, `Model.translate` and `write_png`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stargan.data.grids import write_png
    from stargan.models.assembly import load_model
    from stargan.raw.pictures import read_face

__all__ = ["load_model", "read_face", "write_png"]
_HOME = {"load_model": "stargan.models.assembly", "read_face": "stargan.raw.pictures", "write_png": "stargan.data.grids"}


def __getattr__(name: str) -> Any:
    """Import on first use: most stages need none of these, and torch takes a second."""
    if name not in _HOME:
        raise AttributeError(f"module 'stargan' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
