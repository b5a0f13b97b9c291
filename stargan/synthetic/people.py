"""Who is in the archives: attributes sampled from plausible tables, and faces read back from file names."""

import re
from dataclasses import replace

import numpy as np

from stargan.errors import Fault
from stargan.synthetic.face import ATTRIBUTES, EXPRESSIONS, HAIR_COLOURS, Face, edited

_RAFD_NAME = re.compile(r"Rafd(\d{3})_(\d+)_([A-Za-z]+)_(female|male)_([a-z]+)_(left|frontal|right)\.jpg$")
_CELEBA_NAME = re.compile(r"(\d{6})\.(?:jpg|png)$")
_MOODS = tuple(name for name in EXPRESSIONS if name not in ("neutral", "happy"))
_MOODY = 0.35  # of those who do not smile


def attributes_of(seed: int, index: int) -> dict[str, bool]:
    """Return the forty attributes of person `index`: consistent, and a function of (seed, index)."""
    chance = np.random.default_rng((seed, index, 1))

    def happens(probability: float) -> bool:
        return bool(chance.random() < probability)

    male, young = happens(0.45), happens(0.6)
    names = {name for name, present in (("Male", male), ("Young", young)) if present}
    names |= _hair(chance, male, young)
    names |= _beard(chance) if male else {"No_Beard"}
    for name, probability in _traits(male, young).items():
        if happens(probability):
            names.add(name)
    if "Heavy_Makeup" in names:
        names.add("Wearing_Lipstick")
    if "Big_Nose" in names:
        names.discard("Pointy_Nose")
    if "Chubby" not in names:
        names.discard("Double_Chin")
    return {name: name in names for name in ATTRIBUTES}


def _hair(chance: np.random.Generator, male: bool, young: bool) -> set[str]:
    """Draw hair: the shares of black, blond, brown, gray; who has none of them is a redhead or bald."""
    bald, colour, style, fringe, recede, hat = chance.random(6)
    names = {"Wearing_Hat"} if hat < 0.025 else set()
    if male and bald < 0.06:
        return {*names, "Bald"}
    shares = np.cumsum((0.33, 0.28, 0.28, 0.015) if young else (0.27, 0.22, 0.22, 0.19))
    place = int(np.searchsorted(shares, colour, side="right"))
    names |= set(HAIR_COLOURS[place : place + 1])
    names |= {"Wavy_Hair"} if style < 0.35 else {"Straight_Hair"} if style < 0.65 else set()
    if fringe < (0.08 if male else 0.25):
        names.add("Bangs")
    elif male and recede < (0.05 if young else 0.3):
        names.add("Receding_Hairline")
    return names


def _beard(chance: np.random.Generator) -> set[str]:
    """Draw how a man is shaved. A man without No_Beard and without any other of these has a full beard."""
    kinds = ("No_Beard", "5_o_Clock_Shadow", "Mustache", "Goatee", "Goatee Mustache", "Sideburns", "")
    shares = np.cumsum((0.58, 0.1, 0.08, 0.06, 0.06, 0.04))
    place = int(np.searchsorted(shares, chance.random(), side="right"))
    return set(kinds[place].split())


def _traits(male: bool, young: bool) -> dict[str, float]:
    """Return the probability of each attribute that is sampled by itself."""
    probabilities = {
        "Arched_Eyebrows": 0.1 if male else 0.3,
        "Attractive": 0.65 if young else 0.25,
        "Bags_Under_Eyes": 0.12 if young else 0.3,
        "Big_Lips": 0.2,
        "Big_Nose": 0.25 if male else 0.12,
        "Blurry": 0.02,
        "Bushy_Eyebrows": 0.25 if male else 0.06,
        "Chubby": 0.08,
        "Double_Chin": 0.6,
        "Eyeglasses": 0.07,
        "High_Cheekbones": 0.3,
        "Mouth_Slightly_Open": 0.35,
        "Narrow_Eyes": 0.1,
        "Oval_Face": 0.25,
        "Pale_Skin": 0.12,
        "Pointy_Nose": 0.2,
        "Rosy_Cheeks": 0.07,
        "Smiling": 0.48,
    }
    if male:
        return {**probabilities, "Wearing_Necktie": 0.12}
    jewels = {"Wearing_Earrings": 0.25, "Wearing_Necklace": 0.2}
    return {**probabilities, **jewels, "Heavy_Makeup": 0.2, "Wearing_Lipstick": 0.35}


def celeba_name(index: int) -> str:
    """Return CelebA's name of picture `index`, which counts from 1."""
    return f"{index:06d}.jpg"


def celeba_face(seed: int, source_name: str) -> Face:
    """Return the face behind a picture of the CelebA form, such as `img_align_celeba/000001.jpg`."""
    match = _CELEBA_NAME.search(source_name)
    if match is None:
        raise Fault(f"picture {source_name!r} was not drawn by this program; expected a name like 000001.jpg")
    person = int(match[1])
    attributes = attributes_of(seed, person)
    return Face(person, attributes, expression="happy" if attributes["Smiling"] else _calm_or_moody(seed, person))


def _calm_or_moody(seed: int, person: int) -> str:
    """Draw the expression of a person who does not smile. CelebA has no label for it, but shows more than calm faces."""
    chance = np.random.default_rng((seed, person, 3))
    return str(chance.choice(_MOODS)) if chance.random() < _MOODY else "neutral"


def rafd_people(seed: int, people: int) -> list[Face]:
    """Return the neutral, frontal studio faces of people 1 to `people`, who follow from the seed."""
    return [_rafd_person(seed, person) for person in range(1, people + 1)]


def _rafd_person(seed: int, person: int) -> Face:
    # RaFD's people look alike but for themselves: no hats, glasses, jewels, make-up or beards.
    plain = ("Wearing_Hat", "Eyeglasses", "Wearing_Earrings", "Wearing_Necklace", "Wearing_Necktie", "Blurry")
    bare = (*plain, "Smiling", "Mouth_Slightly_Open", "Heavy_Makeup", "Wearing_Lipstick")
    attributes = {**attributes_of(seed, person), **dict.fromkeys(bare, False), "No_Beard": True}
    return Face(person, attributes, scene="studio")


def rafd_name(face: Face, seed: int, digits: int) -> str:
    """Return RaFD's name of a picture: camera angle, person, group, gender, expression, gaze."""
    group = ("Caucasian", "Moroccan", "Kid")[int(np.random.default_rng((seed, face.person, 2)).integers(3))]
    gender = "male" if face.attributes["Male"] else "female"
    person = f"{face.person:0{digits}d}"
    return f"Rafd{face.angle:03d}_{person}_{group}_{gender}_{face.expression}_{face.gaze}.jpg"


def rafd_face(seed: int, source_name: str) -> Face:
    """Return the face behind a picture of the RaFD form, such as `Rafd090_01_Kid_male_sad_left.jpg`."""
    match = _RAFD_NAME.search(source_name)
    if match is None or match[5] not in EXPRESSIONS:
        raise Fault(f"picture {source_name!r} was not drawn by this program; expected a RaFD file name")
    face = edited(_rafd_person(seed, int(match[2])), match[5])
    return replace(face, gaze=match[6], angle=int(match[1]))
