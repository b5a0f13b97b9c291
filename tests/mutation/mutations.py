"""All mutations."""

from mutation.places import comparing, core, datasets, judging, stages, training

MUTATIONS = [one for part in (stages, core, datasets, training, judging, comparing) for one in part.MUTATIONS]
