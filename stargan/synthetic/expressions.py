"""The eight expressions as numbers, in face units: where brows go, how eyes open, what the mouth does."""

from dataclasses import dataclass

ALL = 9.0  # teeth from lip to lip


@dataclass(frozen=True)
class Brow:
    """Heights of a brow above the eye; `pinch` moves its inner end inwards."""

    inner: float
    middle: float
    outer: float
    pinch: float = 0.0


@dataclass(frozen=True)
class Eye:
    """How far the lids stand from the eye's line, and where the upper lid cuts at its two ends."""

    top: float
    bottom: float
    lid_inner: float = 1.0
    lid_outer: float = 1.0
    iris: float = 0.15


@dataclass(frozen=True)
class Mouth:
    """An opening between two curves around the mouth's middle; `square` bends arcs (1) to a box (0).

    `corner` is how far the corners hang; a negative `tilt` lifts the right corner. Teeth and tongue have
    heights (ALL fills the opening); `tongue_out` is how far below the mouth's middle the tongue hangs.
    """

    half_width: float
    corner: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    square: float = 1.0
    upper_teeth: float = 0.0
    lower_teeth: float = 0.0
    gnash: bool = False
    tongue: float = 0.0
    tongue_out: float = 0.0
    tilt: float = 0.0


@dataclass(frozen=True)
class Expression:
    """One expression; `left` and `right` are the sides of the picture."""

    left_brow: Brow
    right_brow: Brow
    left_eye: Eye
    right_eye: Eye
    mouth: Mouth
    wrinkled_nose: bool = False
    frown: bool = False
    tears: bool = False
    smirk: bool = False
    raised_cheeks: bool = False


def _even(brow: Brow, eye: Eye, mouth: Mouth, **more: bool) -> Expression:
    return Expression(brow, brow, eye, eye, mouth, **more)


NEUTRAL = _even(Brow(0.35, 0.42, 0.33), Eye(0.19, 0.15), Mouth(0.36, corner=-0.03))
# What Mouth_Slightly_Open makes of a calm mouth and of a smile.
PARTED = Mouth(0.33, top=-0.05, bottom=0.1, square=0.8, upper_teeth=0.06)
LAUGH = Mouth(0.62, corner=-0.2, top=-0.1, bottom=0.39, square=0.7, upper_teeth=0.2, tongue=0.16)

BY_NAME = {
    "neutral": NEUTRAL,
    "angry": _even(
        Brow(0.1, 0.33, 0.56, pinch=0.1),
        Eye(0.2, 0.13, lid_inner=-0.02, lid_outer=0.2, iris=0.13),
        Mouth(0.52, corner=0.03, top=-0.22, bottom=0.24, square=0.2, upper_teeth=ALL, gnash=True),
        frown=True,
    ),
    "contemptuous": Expression(
        Brow(0.17, 0.21, 0.22),
        Brow(0.42, 0.72, 0.5),
        Eye(0.19, 0.12, lid_inner=0.0, lid_outer=0.0),
        Eye(0.19, 0.14, lid_inner=0.09, lid_outer=0.09),
        Mouth(0.48, tilt=-0.3),
        smirk=True,
    ),
    "disgusted": _even(
        Brow(0.17, 0.25, 0.3, pinch=0.05),
        Eye(0.075, 0.07),
        Mouth(0.45, corner=0.1, top=-0.22, bottom=0.14, square=0.6, upper_teeth=0.13, tongue_out=0.42),
        wrinkled_nose=True,
    ),
    "fearful": _even(
        Brow(0.7, 0.58, 0.38),
        Eye(0.29, 0.25, iris=0.08),
        Mouth(0.56, corner=0.1, top=-0.1, bottom=0.26, square=0.35, lower_teeth=0.11),
    ),
    "happy": _even(
        Brow(0.44, 0.53, 0.42),
        Eye(0.21, -0.03),
        Mouth(0.62, corner=-0.2, top=-0.08, bottom=0.34, square=0.75, upper_teeth=ALL),
        raised_cheeks=True,
    ),
    "sad": _even(
        Brow(0.62, 0.42, 0.2),
        Eye(0.19, 0.15, lid_inner=0.15, lid_outer=-0.06),
        Mouth(0.42, corner=0.2, top=-0.04, bottom=-0.04),
        tears=True,
    ),
    "surprised": _even(
        Brow(0.68, 0.8, 0.6), Eye(0.29, 0.27, iris=0.12), Mouth(0.27, top=-0.32, bottom=0.38, square=0.5, tongue=0.1)
    ),
}
