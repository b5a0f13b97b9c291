"""A training that begins with a file's weights."""

from stargan.core.params import Run
from stargan.core.start import key_of, weight_digests, weight_files
from stargan.data.domains import DomainSpace
from stargan.errors import Fault
from stargan.models.networks.star import Discriminator, Generator
from stargan.models.start import DRAWN, Beginning, begin, read_start
from stargan.training.methods.base import Method


def begun(name: str, run: Run, method: Method, space: DomainSpace) -> Beginning:
    """Let the networks of a run begin with the weights of the file that it names, if any; return what they begin with.

    Raises Fault, which names the key in params.yaml, where they can't.
    """
    if run.start_from is None:
        return DRAWN
    digests, files = weight_digests(name, run.start_from), weight_files(name, run.start_from)
    g, d = method.networks["g"], method.networks["d"]
    assert isinstance(g, Generator)  # params hold it to StarGAN
    assert isinstance(d, Discriminator)
    try:
        said = begin(g, d, space, read_start(list(files.values())))
    except Fault as fault:
        raise Fault(f"{key_of(name, run.start_from)}: {fault}") from fault
    return Beginning(digests, f"begins with {' and '.join(digests)}; {said}")
