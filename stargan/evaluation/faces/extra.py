"""The faces extra: dlib and the weights that it reads. Both are loaded on first use, so all else works without them."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stargan.errors import Fault

_REMEDY = "faces in pictures need it: pip install -r requirements-faces.txt"


def installed() -> bool:
    """Return whether the extra is there."""
    return all(find_spec(name) is not None for name in ("dlib", "face_recognition_models"))


@cache
def dlib() -> Any:
    """Return the module dlib. Raises Fault where the extra is not installed."""
    try:
        return import_module("dlib")
    except ImportError as error:
        raise Fault(f"dlib can't be imported ({error}); {_REMEDY}") from error


@cache
def detector() -> Any:
    """Return dlib's detector of frontal faces, from histograms of gradients. Raises Fault without the extra."""
    return dlib().get_frontal_face_detector()


@cache
def predictor() -> Any:
    """Return dlib's predictor of five points: two corners of each eye and the nose. Raises Fault without the extra."""
    return dlib().shape_predictor(_weights("shape_predictor_5_face_landmarks.dat"))


@cache
def recogniser() -> Any:
    """Return dlib's network that describes a face by 128 numbers. Raises Fault without the extra."""
    return dlib().face_recognition_model_v1(_weights("dlib_face_recognition_resnet_model_v1.dat"))


def _weights(name: str) -> str:
    # Located, not imported: its import asks for pkg_resources, which newer versions of setuptools lack.
    spec = find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise Fault(f"face_recognition_models is not installed; {_REMEDY}")
    path = Path(spec.origin).parent / "models" / name
    if not path.is_file():
        raise Fault(f"{path}: no such file; pip install --force-reinstall -r requirements-faces.txt")
    return str(path)
