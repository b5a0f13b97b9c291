"""All mutations."""

from mutation.places import comparing, core, datasets, faces, judging, own_data, stages, training

MUTATIONS = [
    one for part in (stages, core, datasets, own_data, faces, training, judging, comparing) for one in part.MUTATIONS
]
