"""StarGAN: one generator and one discriminator for all domains of all datasets (paper, section 3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from stargan.data.domains import DomainSpace
from stargan.data.stream import Batch
from stargan.models.networks.star import Discriminator, Generator
from stargan.models.translators import StarTranslator
from stargan.training import losses
from stargan.training.d_gradients import discriminator_by_hand
from stargan.training.methods.base import Method, Update
from stargan.training.methods.cutout import cut_out
from stargan.training.methods.fakes import with_fakes
from stargan.training.methods.first import first_update


@dataclass(frozen=True)
class Settings:
    """The weights of the losses (Eqs. 5, 6, 8), and what else of `train` the step follows from, as params.yaml has it."""

    lambda_cls: float
    lambda_rec: float
    lambda_gp: float
    n_critic: int
    cross: bool = False
    cutout: float = 0
    reconstruct_first: int = 0


class Star(Method):
    """StarGAN under training. Joint training takes the datasets in turn within an iteration (section 3.3)."""

    def __init__(self, g: Generator, d: Discriminator, space: DomainSpace, settings: Settings) -> None:
        self.g, self.d, self.space, self.settings = g, d, space, settings
        self.networks: Mapping[str, nn.Module] = {"d": d, "g": g}
        self.translating, self.cycle = ("g",), settings.n_critic
        self.cross = settings.cross and len(space.datasets) > 1
        self.translated, self.judged, self.critic_gradients = g, d, discriminator_by_hand
        self.discriminator_update = self.fast_discriminator_update

    def draw(self, iteration: int, labels: Sequence[Tensor], random: torch.Generator) -> list[dict[str, Tensor]]:
        """Return N targets, a batch's labels in another order, alpha of x^ (Eq. 8), (N, 1, 1, 1), and middles of cutouts."""
        drawn = []
        for dataset, label_org in enumerate(labels):
            n, labelled = len(label_org), labels[self.labelled_as(iteration, dataset)]
            order = torch.randperm(len(labelled), generator=random)
            alpha, middle = (torch.rand(n, *shape, generator=random, dtype=torch.float64) for shape in ((1, 1, 1), (2,)))
            rows = order.repeat(-(-n // len(order)))[:n]  # an epoch's last batch may be smaller than the other dataset's
            label_trg = labelled[rows.to(labelled.device)]
            drawn.append({"label_trg": label_trg, "alpha": alpha.to(label_org), "middle": middle.to(label_org)})
        return drawn

    def labelled_as(self, iteration: int, dataset: int) -> int:
        """Return whose labels the targets are: the dataset's own; with `cross` in every second cycle another's, by turns."""
        cycle, others = iteration // self.cycle, len(self.space.datasets) - 1
        own = not self.cross or cycle % 2 == 0
        return dataset if own else (dataset + 1 + cycle // 2 % others) % (others + 1)

    def trains(self, iteration: int) -> tuple[str, ...]:
        """Return D, and in every n_critic-th iteration G too."""
        return ("d", "g") if (iteration + 1) % self.cycle == 0 else ("d",)

    def phase(self, iteration: int) -> tuple[tuple[str, ...], int, bool]:
        """Return what is trained, whose labels are the first dataset's targets (all others move by as many), and how."""
        return self.trains(iteration), self.labelled_as(iteration, 0), iteration < self.settings.reconstruct_first

    def updates(self, iteration: int, batches: Sequence[Batch]) -> Iterator[Update]:
        """Yield D's update for each dataset, and every n_critic-th iteration G's after it."""
        trains_g = "g" in self.trains(iteration)
        for dataset, (x_real, label_org, draws, _) in enumerate(batches):
            label_trg, alpha, target = draws["label_trg"], draws["alpha"], self.labelled_as(iteration, dataset)
            c_trg = self.space.vector(label_trg, target)
            # G does not change during D's update: one fake serves both, with a graph only where G needs one.
            with torch.set_grad_enabled(trains_g):
                x_fake = draws["x_fake"] if "x_fake" in draws else self.translated(x_real, c_trg)
            owner = ".".join(dict.fromkeys(self.space.datasets[at] for at in (dataset, target)))  # by `cross`: faces.labels
            seen_real, seen_fake = (cut_out(x, draws["middle"], self.settings.cutout) for x in (x_real, x_fake))
            yield self.discriminator_update(seen_real, seen_fake.detach(), alpha, label_org, dataset).named(owner)
            if trains_g and iteration < self.settings.reconstruct_first:
                yield first_update(x_real, x_fake, self.settings.lambda_rec).named(owner)
            elif trains_g:
                c_org = self.way_back(x_real, label_org, dataset, target)
                yield self.generator_update(x_real, x_fake, seen_fake, c_org, label_trg, target).named(owner)

    def way_back(self, x_real: Tensor, label_org: Tensor, dataset: int, target: int) -> Tensor:
        """Return c' of Eq. 4: the own labels; across datasets what D_cls sees, as those don't say what an edit replaces."""
        if target == dataset:
            return self.space.vector(label_org, dataset)
        with torch.no_grad():
            return self.space.seen(self.judged(x_real)[1], target)

    def fast_discriminator_update(
        self, x_real: Tensor, x_fake: Tensor, alpha: Tensor, label: Tensor, dataset: int
    ) -> Update:
        """Return Eq. 5 with its gradients by hand."""
        cls_loss = partial(self.space.classification_loss, labels=label, dataset=dataset)
        x_hat, weights = torch.lerp(x_fake, x_real, alpha), (self.settings.lambda_cls, self.settings.lambda_gp)
        src_real, src_fake, cls_real, penalty, gradients = self.critic_gradients(
            self.d, x_real, x_fake, x_hat, cls_loss, *weights
        )
        return self._discriminator_update(src_real, src_fake, cls_real, penalty, gradients)

    def plain_discriminator_update(
        self, x_real: Tensor, x_fake: Tensor, alpha: Tensor, label: Tensor, dataset: int
    ) -> Update:
        """Return Eq. 5 as it reads, the penalty by double backward: the oracle of the fast form."""
        src_real, logits_real = self.d(x_real)
        src_fake, _ = self.d(x_fake)
        x_hat = (alpha * x_real + (1 - alpha) * x_fake).requires_grad_()
        src_hat, _ = self.d(x_hat)
        (gradient,) = torch.autograd.grad(src_hat.sum(), x_hat, create_graph=True)
        cls_real = self.space.classification_loss(logits_real, label, dataset)
        return self._discriminator_update(src_real, src_fake, cls_real, losses.gradient_penalty(gradient))

    def _discriminator_update(
        self, src_real: Tensor, src_fake: Tensor, cls_real: Tensor, penalty: Tensor, hand: Mapping[str, Tensor] | None = None
    ) -> Update:
        l_adv = losses.adversarial(src_real, src_fake, penalty, self.settings.lambda_gp)
        terms = {"d_real": src_real.mean(), "d_fake": src_fake.mean(), "d_gp": penalty, "d_cls": cls_real}
        return Update("d", losses.discriminator(l_adv, cls_real, self.settings.lambda_cls), terms, hand)

    def generator_update(
        self, x_real: Tensor, x_fake: Tensor, seen_fake: Tensor, c_org: Tensor, label_trg: Tensor, target: int
    ) -> Update:
        """Return Eq. 6: fool D, be classified as the target, a label of the dataset `target`, and come back to the input."""
        src_fake, logits_fake = self.judged(seen_fake)
        cls_fake = self.space.classification_loss(logits_fake, label_trg, target)
        l_adv = -src_fake.mean()  # the term of Eq. 8 that G works on; the penalty is D's alone
        l_rec = losses.reconstruction(x_real, self.translated(x_fake, c_org))
        l_g = losses.generator(l_adv, cls_fake, l_rec, self.settings.lambda_cls, self.settings.lambda_rec)
        return Update("g", l_g, {"g_fake": src_fake.mean(), "g_cls": cls_fake, "g_rec": l_rec})

    def precompute(self, first: int, cycle: Sequence[Sequence[Batch]]) -> Sequence[Sequence[Batch]]:
        """Return the batches with the fakes of iterations that leave G as it is."""
        return with_fakes(self, first, cycle)

    def translator(self, networks: Mapping[str, nn.Module]) -> StarTranslator:
        """Return G as a translator."""
        return StarTranslator(networks["g"])
