"""How networks are built and trained; what a training does on its way."""

from typing import Annotated, Literal

from pydantic import Field

from stargan.core.params.section import Count, Positive, Rate, Section, Share, Weight


class Train(Section):
    """What all methods share, and StarGAN's weights and step; symbols as in the paper."""

    step: Literal["fast", "plain"]
    compile: bool
    """Whether torch compiles StarGAN's step: on a GPU half as fast again; the last bits differ."""
    precision: Literal["tf32", "float32", "bf16"]
    """tf32: products on a GPU rounded to TF32, on a CPU float32. bf16: convolutions and products in bfloat16."""
    mask: bool
    """Whether joint training has the mask vector of Eq. 7."""
    targets: Literal["own", "cross"]
    """Whose labels joint training translates to: the image's own dataset's, or by turns another's of the run too."""
    cutout: Share
    """The side of a square, as a share of the image's, that D sees nothing of: another in each image; 0: none."""
    reconstruct_first: Count
    """Iterations at the start in which StarGAN's G learns to give its input back, and nothing else."""
    batch: Positive
    g_filters: Positive
    g_blocks: Count
    g_norms: Literal["all", "blocks"]
    """Where StarGAN's G has instance norm: after all convolutions but the last, or in its residual blocks alone."""
    d_filters: Positive
    d_layers: Positive
    lambda_cls: Weight
    lambda_rec: Weight
    lambda_gp: Weight
    n_critic: Positive
    g_lr: Rate
    d_lr: Rate
    beta1: Annotated[float, Field(ge=0, lt=1)]
    beta2: Annotated[float, Field(ge=0, lt=1)]
    ema: Annotated[float, Field(ge=0, lt=1)]
    """The share that each update keeps of the mean of weights that translates; 0: the last weights do."""
    flip: Share
    schedule: Literal["paper", "official"]
    keep_every: Count
    judge_every: Count
    """Iterations between verdicts on training faces; the generators are kept. 0: the training follows from no judge."""


class Bookkeeping(Section):
    """What a training writes on its way, in iterations: to change it trains nothing again."""

    sample_every: Positive
    sample_faces: Positive
    checkpoint_every: Positive
    log_every: Positive
