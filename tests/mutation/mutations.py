"""All mutations."""

from mutation.places import comparing, core, datasets, judging, own_data, stages, training

MUTATIONS = [one for part in (stages, core, datasets, own_data, training, judging, comparing) for one in part.MUTATIONS]
