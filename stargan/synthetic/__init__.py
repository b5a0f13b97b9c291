"""Faces drawn by program, in the raw forms of CelebA and RaFD, with the ground truth of every translation."""

from stargan.synthetic.archive import write_celeba, write_rafd
from stargan.synthetic.face import ATTRIBUTES, EXPRESSIONS, NOT_DRAWN, Face, edited
from stargan.synthetic.people import attributes_of, celeba_face, rafd_face
from stargan.synthetic.render import RENDERER, render, render_form

__all__ = [
    "ATTRIBUTES",
    "EXPRESSIONS",
    "NOT_DRAWN",
    "RENDERER",
    "Face",
    "attributes_of",
    "celeba_face",
    "edited",
    "rafd_face",
    "render",
    "render_form",
    "write_celeba",
    "write_rafd",
]
