"""Tensors and JSON in safetensors files, under a digest: reading one runs no code."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from stargan.core.files import write_bytes
from stargan.errors import Fault

HEADER, DIGEST = "stargan", "sha256"
PACKAGE = Path(__file__).parents[1]


def write_tensors(path: Path, tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> None:
    """Write tensors and a JSON header with their digest as one safetensors file; equal content, equal bytes."""
    kept = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}  # one copy from a GPU
    # One metadata key: safetensors does not promise an order among several.
    metadata = {HEADER: json.dumps({**header, DIGEST: _digest(kept, header)}, sort_keys=True)}
    write_bytes(path, save(kept, metadata))


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors and the header that `write_tensors` wrote. Raises Fault on anything else, or a changed bit."""
    try:
        with safe_open(path, "pt") as file:
            header = dict(json.loads((file.metadata() or {})[HEADER]))
        tensors = load_file(path)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise Fault(f"{path}: not a model or checkpoint of this project ({reason}); give one that train wrote") from error
    if header.pop(DIGEST, None) != _digest(tensors, header):  # none at all: its very name has changed
        raise Fault(f"{path}: its content has changed since train wrote it; copy it anew or train it again")
    return tensors, header


def _digest(tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> str:
    """Return a hash of all that a file of tensors holds: on its own safetensors notices no changed bit."""
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def fingerprint(folders: Iterable[str], *parts: Any, package: Path = PACKAGE) -> str:
    """Return a hash of JSON values and of the code in these folders of the package, whatever has been imported."""
    sources = [path for folder in folders for path in sorted((package / folder).rglob("*.py"))]
    code = [[str(path.relative_to(package)), hashlib.sha256(path.read_bytes()).hexdigest()] for path in sources]
    return hashlib.sha256(json.dumps([parts, code], sort_keys=True).encode()).hexdigest()[:16]


def in_layout_of(parameter: Tensor, values: Tensor) -> Tensor:
    """Return values with the strides of a parameter of their shape.

    Fused Adam reads a gradient and both moments by the parameter's strides, whatever their own. Double backward returns
    weight gradients with transposed strides.
    """
    return values if values.stride() == parameter.stride() else torch.empty_like(parameter).copy_(values)
