"""StarGAN's step: the fast form against the plain one, and the plain one against an account written apart from it."""

import copy
import itertools

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from stargan.data.domains import Attributes, DomainSpace
from stargan.data.stream import Batch
from stargan.models.networks import down_conv
from stargan.models.networks.star import Discriminator, Generator
from stargan.training.methods.base import Update
from stargan.training.methods.star import Settings, Star
from support.trainings import KINDS

FACES, MOODS = KINDS["faces"], KINDS["moods"]
SPACES = {
    "attributes": DomainSpace(("one",), (FACES,)),
    "classes": DomainSpace(("one",), (MOODS,)),
    "joint": DomainSpace(("one", "two"), (FACES, MOODS)),
}
N_CRITIC = 3  # two could not tell + 1 from - 1
SETTINGS = Settings(lambda_cls=0.7, lambda_rec=9.0, lambda_gp=11.0, n_critic=N_CRITIC)


def star(space: DomainSpace, *, plain: bool, image_size: int = 16, layers: int = 2) -> Star:
    torch.manual_seed(1)
    g, d = Generator(space.width, 4, 1).double(), Discriminator(image_size, space.label_width, 4, layers).double()
    made = Star(g, d, space, SETTINGS)
    if plain:
        made.discriminator_update = made.plain_discriminator_update
    return made


def batches(method: Star, seed: int = 0, image_size: int = 16) -> list[Batch]:
    """Five images of each dataset, always the same, with what the method draws for them from a seed."""
    random, draws = torch.Generator().manual_seed(2), torch.Generator().manual_seed(seed)
    kinds = method.space.kinds
    images = [torch.rand(5, 3, image_size, image_size, generator=random, dtype=torch.float64) * 2 - 1 for _ in kinds]
    labels = [torch.eye(kind.width, dtype=torch.float64)[torch.tensor([0, 1, 1, 0, 1])] for kind in kinds]
    return list(map(Batch, images, labels, method.draw(0, labels, draws)))


def steps(method: Star, iterations: int) -> list[tuple[str, Tensor, dict[str, Tensor], list[Tensor]]]:
    """Take plain SGD steps; return (network, objective, terms, gradients) of each update."""
    seen = []
    for iteration in range(iterations):
        made = batches(method, iteration, method.d.cls.kernel_size[0] * 2 ** len(method.d.main))
        for update in method.updates(iteration, made):
            parameters = list(method.networks[update.network].parameters())
            gradients = update.gradients(method.networks[update.network])
            seen.append((update.network, update.objective.detach(), dict(update.terms), list(gradients)))
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter.sub_(gradient, alpha=0.01)
    return seen


@pytest.mark.parametrize("large", [down_conv.LARGE, 0])  # with 0 deep layers are products, as at full size
@pytest.mark.parametrize(("image_size", "layers"), [(16, 2), (16, 4), (24, 3), (64, 6)])
@pytest.mark.parametrize("name", SPACES)
def test_fast_step_equals_plain_step(
    name: str, image_size: int, layers: int, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(down_conv, "LARGE", large)
    fast, plain = (
        steps(star(SPACES[name], plain=flag, image_size=image_size, layers=layers), 2 * N_CRITIC) for flag in (False, True)
    )
    assert len(fast) == len(plain)
    for (network, objective, terms, gradients), (network_, objective_, terms_, gradients_) in zip(fast, plain, strict=True):
        assert network == network_
        assert terms.keys() == terms_.keys()
        assert abs(objective - objective_) <= 1e-12 * objective_.abs().clamp_min(1)
        for ours, oracle in zip(gradients, gradients_, strict=True):
            assert (ours - oracle).norm() <= 1e-12 * oracle.norm().clamp_min(1e-6)


def discriminator_update(method: Star, form: str) -> Update:
    """Return D's update by one form, on a batch of the first dataset."""
    (batch, *_) = batches(method)
    x_fake = batch.images.flip(0) * 0.9
    alpha = torch.linspace(0.1, 0.9, len(x_fake), dtype=torch.float64)[:, None, None, None]
    update: Update = getattr(method, f"{form}_discriminator_update")(batch.images, x_fake, alpha, batch.labels, 0)
    return update


@pytest.mark.parametrize("form", ["fast", "plain"])
def test_gradients_are_finite_differences(form: str) -> None:
    """Catches an oracle and a fast form that share a mistake: the objective itself is moved along each gradient."""
    method = star(SPACES["attributes"], plain=False)
    gradients = discriminator_update(method, form).gradients(method.d)
    for parameter, gradient in zip(method.d.parameters(), gradients, strict=True):
        step, values = 1e-6 * gradient / gradient.norm(), []
        for sign in (1, -2):
            with torch.no_grad():
                parameter.add_(step, alpha=sign)
            values.append(discriminator_update(method, "plain").objective.item())
        with torch.no_grad():
            parameter.add_(step)
        assert (values[0] - values[1]) / 2e-6 == pytest.approx(gradient.norm().item(), rel=1e-5)


def test_a_zero_gradient_at_the_image_is_legal() -> None:
    """Catches a norm without a guard: its derivative at 0 is 0 / 0."""
    method = star(SPACES["attributes"], plain=False)
    with torch.no_grad():
        method.d.src.weight.zero_()
    update = discriminator_update(method, "fast")
    assert update.terms["d_gp"].item() == 1
    assert all(gradient.isfinite().all() for gradient in update.gradients(method.d))


def test_updates_come_in_the_released_order() -> None:
    order = [network for network, *_ in steps(star(SPACES["joint"], plain=True), 6)]
    assert order == ["d", "d", "d", "d", "d", "g", "d", "g"] * 2


def account(method: Star, batch: Batch, dataset: int, random: torch.Generator) -> dict[str, Tensor]:
    """Return the terms of one dataset's D and G updates, told once more from the paper with no shared code."""
    space, x, label = method.space, batch.images, batch.labels
    order = torch.randperm(len(label), generator=random)
    alpha = torch.rand(len(x), 1, 1, 1, generator=random, dtype=torch.float64)
    torch.rand(len(x), 2, generator=random, dtype=torch.float64)  # the middles of squares of side 0
    target = label[order]
    assert not torch.equal(target, label)  # or the permutation could be forgotten unseen

    def planes(values: Tensor) -> Tensor:
        parts = [values if i == dataset else torch.zeros(len(values), k.width).double() for i, k in enumerate(space.kinds)]
        mask = torch.zeros(len(values), len(space.kinds)).double()
        mask[:, dataset] = 1
        return torch.cat([*parts, mask] if len(space.kinds) > 1 else parts, dim=1)

    def cls_loss(logits: Tensor, wanted: Tensor) -> Tensor:
        start = sum(kind.width for kind in space.kinds[:dataset])
        mine = logits[:, start : start + wanted.shape[1]]
        if isinstance(space.kinds[dataset], Attributes):
            p = torch.sigmoid(mine)
            return -(wanted * p.log() + (1 - wanted) * (1 - p).log()).sum() / len(wanted)
        return -(wanted * F.log_softmax(mine, dim=1)).sum() / len(wanted)

    fake = method.g(x, planes(target))
    x_hat = (alpha * x + (1 - alpha) * fake).detach().requires_grad_()
    norms = torch.autograd.grad(method.d(x_hat)[0].sum(), x_hat)[0].pow(2).sum(dim=(1, 2, 3)).sqrt()
    src_real, cls_real = method.d(x)
    src_fake, cls_fake = method.d(fake)
    back = method.g(fake, planes(label))
    terms = {
        "d_real": src_real.mean(),
        "d_fake": src_fake.mean(),
        "d_gp": ((norms - 1) ** 2).mean(),
        "d_cls": cls_loss(cls_real, label),
        "g_fake": src_fake.mean(),
        "g_cls": cls_loss(cls_fake, target),
        "g_rec": (back - x).abs().mean(),
    }
    terms["d"] = -terms["d_real"] + terms["d_fake"] + 11.0 * terms["d_gp"] + 0.7 * terms["d_cls"]
    terms["g"] = -terms["g_fake"] + 0.7 * terms["g_cls"] + 9.0 * terms["g_rec"]
    return terms


@pytest.mark.parametrize(("name", "plain"), list(itertools.product(SPACES, [True, False])))
def test_objectives_equal_an_independent_account(name: str, plain: bool) -> None:
    method = star(SPACES[name], plain=plain)
    made = batches(method, seed=7)
    updates = method.updates(N_CRITIC - 1, made)
    random = torch.Generator().manual_seed(7)
    for dataset, batch in enumerate(made):
        expected = account(copy.deepcopy(method), batch, dataset, random)  # nothing is stepped between the two updates
        for _ in "dg":
            update = next(updates)
            assert update.objective.item() == pytest.approx(expected[update.network].item(), rel=1e-12)
            for term, value in update.terms.items():
                assert value.item() == pytest.approx(expected[term.rsplit("_", 1)[0]].item(), rel=1e-12), term


def test_the_generator_step_leaves_d_alone_and_reaches_all_of_g() -> None:
    method = star(SPACES["joint"], plain=False)
    _, update, *_ = method.updates(N_CRITIC - 1, batches(method))
    gradients = update.gradients(method.g)
    assert all(gradient.abs().max() > 0 for gradient in gradients)
    assert all(parameter.grad is None for parameter in method.d.parameters())
