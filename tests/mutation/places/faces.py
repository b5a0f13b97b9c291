"""Mutations of how faces in photographs are found, aligned, put back and told apart."""

from mutation.mutation import quick

ALIGNING, PASTING, FINDING, DRAWN, IDENTITY, EXTRA = (
    f"tests/unit/test_photos_{name}.py" for name in ("aligning", "pasting", "finding", "drawn", "identity", "extra")
)

MUTATIONS = [
    quick("stargan.evaluation.faces.aligning:warped", "max(1, ceil(back.scale))", "1", ALIGNING),
    quick("stargan.evaluation.faces.aligning:warped", "- complex(left, top)", "- complex(top, left)", ALIGNING),
    quick("stargan.evaluation.faces.aligning:warped", "np.clip(np.arange(left", "np.abs(np.arange(left", ALIGNING),
    quick("stargan.evaluation.faces.aligning:Similarity.inverse", "-self.shift / self.turn", "-self.shift", ALIGNING),
    quick("stargan.evaluation.faces.pasting:_opaque", "np.arange(width) + 0.5", "np.arange(width) - 0.5", PASTING),
    quick("stargan.evaluation.faces.pasting:pasted", "pixels = np.array(photo)", "pixels = np.asarray(photo)", PASTING),
    quick("stargan.evaluation.faces.pasting:_opaque", "size - place.real, ", "", PASTING),
    quick("stargan.evaluation.faces.finding:_boxes", "if found[0] >= _SURE", "", FINDING),
    quick("stargan.evaluation.faces.finding:_boxes", "max(1.0, _SHORT_SIDE / min(width, height))", "1.0", FINDING),
    quick("stargan.evaluation.faces.finding:faces_in", "-face.area", "face.area", FINDING),
    quick(
        "stargan.evaluation.faces.finding:_eyes",
        "(side - left_x, left_y, side - right_x, right_y)",
        "(left_x, left_y, right_x, right_y)",
        FINDING,
    ),
    quick("stargan.evaluation.faces.finding:_eyes", ".filter(ImageFilter.GaussianBlur(_BLUR))", "", DRAWN),
    quick("stargan.evaluation.faces.places:eye_places", "1 / picture.height", "1 / picture.width", FINDING),
    quick("stargan.evaluation.faces.places:eye_places", "< _ENOUGH * len(pictures)", "<= _ENOUGH * len(pictures)", FINDING),
    quick("stargan.evaluation.faces.identity:identity", "if persons[other] != persons[i]", "if other != i", IDENTITY),
    quick(
        "stargan.evaluation.faces.identity:identity",
        "known.setdefault(square.tobytes(), i)",
        "known.setdefault(bytes([i]), i)",
        IDENTITY,
    ),
    quick("stargan.evaluation.faces.identity:identity", "description(translations[i]", "description(originals[i]", IDENTITY),
    quick("stargan.evaluation.faces.extra:_weights", "if spec is None or spec.origin is None:", "if False:", EXTRA),
]
