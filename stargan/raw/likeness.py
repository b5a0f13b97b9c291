"""The same picture twice: the same bytes, or the same look after it was saved anew, shifted in brightness or resized."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image
from scipy.fft import dctn

SIDE, WAVES = 32, 16
"""Pixels a side of the grey picture that a hash is of, and how many frequencies it has each way."""
BITS = 2 * WAVES**2
FAINT = 10.0
"""What a wave's coefficient has at least, in levels, to be told: compression and rounding change fainter ones."""
NEAR = 16
"""Bits by which hashes of one picture differ at most. Of drawn faces, all others differ by 40 and more."""
PARTS = np.random.default_rng(0).permutation(BITS).reshape(2 * NEAR, -1)
"""Positions of bits, from all over a hash, in each of its parts. Hashes that are near have an equal part."""
CROWD = 64
"""Pictures with an equal part beyond which the part tells nothing, as of pictures without contrast."""
Pair = tuple[int, int]


def same_bytes(digests: Sequence[bytes], sides: Sequence[str]) -> list[Pair]:
    """Return the pairs of positions on two sides whose files are equal: a file's first one, and each on another side."""
    first: dict[bytes, int] = {}
    found = []
    for position, digest in enumerate(digests):
        before = first.setdefault(digest, position)
        if sides[before] != sides[position]:
            found.append((before, position))
    return found


def same_look(looks: Sequence[bytes], sides: Sequence[str]) -> list[Pair]:
    """Return the pairs of positions on two sides whose looks, as `look_of` gives them, are near.

    A picture with hardly a strong wave, such as one of a single colour, is like no other.
    """
    hashes = np.unpackbits(np.frombuffer(b"".join(looks), np.uint8)).reshape(len(looks), BITS)
    found: set[Pair] = set()
    for bucket in buckets(hashes):
        for place, one in enumerate(bucket):
            others = [other for other in bucket[place + 1 :] if sides[other] != sides[one]]
            if others:
                apart = (hashes[others] != hashes[one]).sum(axis=1)
                found |= {(one, others[i]) for i in np.flatnonzero(apart <= NEAR).tolist()}
    return sorted(found)


def look_of(image: np.ndarray) -> bytes:
    """Return `hash_of` an image, uint8 (s, s, 3), eight bits a byte."""
    return np.packbits(hash_of(image)).tobytes()


def hash_of(image: np.ndarray) -> np.ndarray:
    """Return 512 bits: which of a grey picture's lowest waves are strong, and which are strong with the other sign."""
    grey = Image.fromarray(image).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    waves = dctn(np.asarray(grey, dtype=np.float64), norm="ortho")[:WAVES, :WAVES].reshape(-1)
    waves[0] = 0  # the brightness of all
    return np.concatenate([waves > FAINT, waves < -FAINT])


def buckets(hashes: np.ndarray) -> Iterator[list[int]]:
    """Yield the positions, ascending, of (N, 512) hashes that have an equal part, and more strong waves than may differ."""
    telling = hashes.sum(axis=1) > NEAR
    for part in PARTS:
        found = defaultdict[bytes, list[int]](list)
        for position, row in enumerate(np.packbits(hashes[:, part], axis=1)):
            if telling[position]:
                found[row.tobytes()].append(position)
        yield from (bucket for bucket in found.values() if 1 < len(bucket) <= CROWD)
