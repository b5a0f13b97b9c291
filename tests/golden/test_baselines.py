"""DIAT, CycleGAN and IcGAN: exact sizes, and objectives against numbers worked by hand."""

import math

import pytest
import torch
from torch import Tensor, nn

from stargan.data.domains import Attributes, Classes, DomainSpace
from stargan.data.stream import Batch
from stargan.models.networks.icgan import ConditionalDiscriminator, ConditionalGenerator, Encoder
from stargan.models.networks.residual import ResidualGenerator
from stargan.models.networks.star import Critic
from stargan.models.translators import IcGanTranslator, PairTranslator
from stargan.training import adversaries
from stargan.training.methods.cyclegan import Cycle, CycleGan
from stargan.training.methods.diat import Diat, random_features
from stargan.training.methods.icgan import IcGan

MOODS = Classes(("neutral", "happy", "sad"))
FACES = Attributes(("black", "blond", "brown", "Male", "Young"), (("black", "blond", "brown"),))
LN2 = math.log(2)


def size(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_parameter_counts_are_table_3s() -> None:
    with torch.device("meta"):
        one_way = (size(ResidualGenerator()), size(Critic()))
        icgan = [
            size(ConditionalGenerator(128, 64, 8)),
            size(ConditionalDiscriminator(128, 8)),
            size(Encoder(128, 64, 2048)),
            size(Encoder(128, 8, 512)),
        ]
    assert one_way == (7_837_699, 44_721_088)
    assert sum(one_way) == 52_558_787
    assert icgan == [12_329_795, 11_182_785, 34_770_752, 9_473_288]
    assert sum(icgan) == 67_756_620


@pytest.mark.parametrize("image_size", [16, 32, 64, 128])
def test_icgans_shapes_at_every_size(image_size: int) -> None:
    with torch.device("meta"):
        x, y, z = torch.empty(2, 3, image_size, image_size), torch.empty(2, 8), torch.empty(2, 5)
        assert ConditionalGenerator(image_size, 5, 8, 4)(z, y).shape == x.shape
        assert ConditionalDiscriminator(image_size, 8, 4)(x, y).shape == (2, 1, 1, 1)
        assert Encoder(image_size, 5, 6, 4)(x).shape == (2, 5)


class Shift(nn.Module):
    """A generator x + b."""

    def __init__(self, b: float) -> None:
        super().__init__()
        self.b = nn.Parameter(torch.tensor(b))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.b


class Mean(nn.Module):
    """A critic that says w times the mean of an image: a map of one patch."""

    def __init__(self, w: float) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor(w))

    def forward(self, x: Tensor) -> Tensor:
        return self.w * x.mean(dim=(1, 2, 3), keepdim=True)


def images(value: float, count: int = 2) -> Tensor:
    return torch.full((count, 3, 2, 2), value)


def batches(*values: float) -> list[Batch]:
    return [Batch(images(value), torch.zeros(2, 3), {}) for value in values]


def softplus(value: float) -> float:
    return math.log1p(math.exp(value))


def test_adversaries_by_hand() -> None:
    src = torch.tensor([0.0, math.log(3)])
    # sigmoid 1/2 and 3/4: -log of them, and of 1/2 and 1/4.
    assert adversaries.vanilla(src, True).item() == pytest.approx((LN2 - math.log(3 / 4)) / 2)
    assert adversaries.vanilla(src, False).item() == pytest.approx((LN2 - math.log(1 / 4)) / 2)
    assert adversaries.least_squares(torch.tensor([3.0, 0.0]), True).item() == pytest.approx((4 + 1) / 2)
    assert adversaries.least_squares(torch.tensor([3.0, 0.0]), False).item() == pytest.approx(9 / 2)


@pytest.mark.parametrize("form", ["least_squares", "vanilla"])
def test_diat_by_hand(form: str) -> None:
    """x = 0.5 is shifted by 0.25 to 0.75; y = 1; D says twice the mean; F doubles the image."""
    diat = Diat(
        {("neutral", "happy"): (Shift(0.25), Mean(2.0))},
        ["neutral", "happy"],
        MOODS,
        adversary=getattr(adversaries, form),
        features=lambda x: 2 * x,
        lambda_id=3.0,
    )
    d, g = diat.updates(0, batches(0.5, 1.0))
    real, fake, fooled = (1.0, 1.5**2, 0.5**2) if form == "least_squares" else (softplus(-2), softplus(1.5), softplus(-1.5))
    assert (d.network, g.network) == ("d_neutral_to_happy", "g_neutral_to_happy")
    assert d.objective.item() == pytest.approx(real + fake)
    assert g.objective.item() == pytest.approx(fooled + 3 * 2 * 0.25)
    assert g.terms["g_id_neutral_to_happy"].item() == pytest.approx(0.5)


@pytest.mark.parametrize("lambda_idt", [0.0, 0.5])
def test_cyclegan_by_hand(lambda_idt: float) -> None:
    """a = 0, b = 1; g_ab adds 0.75, g_ba takes 0.5: a cycle ends 0.25 off."""
    cyclegan = CycleGan(
        {("neutral", "happy"): Cycle(g_ab=Shift(0.75), g_ba=Shift(-0.5), d_a=Mean(1.0), d_b=Mean(2.0))},
        ["neutral", "happy"],
        MOODS,
        adversary=adversaries.least_squares,
        lambda_cyc=10.0,
        lambda_idt=lambda_idt,
    )
    d, g = cyclegan.updates(0, batches(0.0, 1.0))
    d_real = (0 - 1) ** 2 + (2 - 1) ** 2
    d_fake = 0.5**2 + 1.5**2
    g_adv = (1.5 - 1) ** 2 + (0.5 - 1) ** 2
    assert d.objective.item() == pytest.approx((d_real + d_fake) / 2)
    assert g.objective.item() == pytest.approx(g_adv + 10 * (0.25 + 0.25) + 10 * lambda_idt * (0.75 + 0.5))
    assert ("g_idt_neutral_to_happy" in g.terms) == (lambda_idt > 0)


def icgan(z: int = 3) -> IcGan:
    torch.manual_seed(0)
    space = DomainSpace(("one",), (MOODS,))
    return IcGan(
        ConditionalGenerator(16, z, 3, 4).double(),
        ConditionalDiscriminator(16, 3, 4).double(),
        Encoder(16, z, 5, 2).double(),
        Encoder(16, 3, 5, 2).double(),
        space=space,
        z=z,
        gan_iterations=1,
    )


def labelled(method: IcGan, labels: Tensor) -> Batch:
    x = torch.rand(len(labels), 3, 16, 16, generator=torch.Generator().manual_seed(1), dtype=torch.float64) * 2 - 1
    (draws,) = method.draw(0, [labels.double()], torch.Generator().manual_seed(7))
    return Batch(x, labels.double(), draws)


def test_icgans_gan_phase_by_an_account_of_its_own() -> None:
    method = icgan()
    batch = labelled(method, torch.eye(3)[[0, 1, 2, 2]])
    random = torch.Generator().manual_seed(7)
    z = torch.randn(4, 3, generator=random).double()
    order = torch.randperm(4, generator=random)
    wrong = batch.labels[order]
    differs = (wrong != batch.labels).any(dim=1)
    assert 0 < differs.sum() < 4  # some wrong labels come out right, and must not count
    fake = method.g(z, batch.labels)
    p_real, p_fake = (torch.sigmoid(method.d(x, batch.labels)).flatten() for x in (batch.images, fake))
    p_wrong = torch.sigmoid(method.d(batch.images, wrong)).flatten()[differs]
    expected_d = -p_real.log().mean() + (-(1 - p_fake).log().mean() - (1 - p_wrong).log().mean()) / 2
    d, g = method.updates(0, [batch])
    assert (d.network, g.network) == ("d", "g")
    assert d.objective.item() == pytest.approx(expected_d.item(), rel=1e-9)
    assert g.objective.item() == pytest.approx(-p_fake.log().mean().item(), rel=1e-9)


def test_icgans_encoders_learn_noise_and_label_with_g_frozen() -> None:
    method = icgan()
    batch = labelled(method, torch.eye(3)[[0, 1, 2, 2]])
    z = torch.randn(4, 3, generator=torch.Generator().manual_seed(7)).double()
    method.g.eval()
    expected_z = ((method.e_z(method.g(z, batch.labels)) - z) ** 2).mean()
    expected_y = ((method.e_y(batch.images) - batch.labels) ** 2).mean()
    e_z, e_y = method.updates(1, [batch])
    assert (e_z.network, e_y.network) == ("e_z", "e_y")
    assert e_z.objective.item() == pytest.approx(expected_z.item(), rel=1e-9)
    assert e_y.objective.item() == pytest.approx(expected_y.item(), rel=1e-9)
    before = method.g.state_dict()["main.1.running_mean"].clone()
    list(method.updates(2, [batch]))
    assert torch.equal(before, method.g.state_dict()["main.1.running_mean"])


def test_icgan_passes_over_a_lone_image() -> None:
    method = icgan()
    assert list(method.updates(0, [labelled(method, torch.eye(3)[[0]])])) == []


def test_icgans_edit_depends_on_the_label_and_not_on_the_batch() -> None:
    method = icgan()
    batch = labelled(method, torch.eye(3)[[0, 1, 2, 2]])
    method.g.train()
    translator = IcGanTranslator(method.g, method.e_z)
    goal = batch.labels[:1].expand(4, -1)
    whole = translator.translate(batch.images, [batch.labels, goal])
    alone = translator.translate(batch.images[:1], [batch.labels[:1], goal[:1]])
    assert torch.allclose(whole[:1], alone)
    assert not torch.allclose(whole, translator.translate(batch.images, [goal, batch.labels]))
    assert method.g.training  # as it was


def test_random_features_are_frozen_and_follow_the_seed() -> None:
    x = torch.rand(1, 3, 16, 16)
    first, again, other = (random_features(seed) for seed in (1, 1, 2))
    assert torch.equal(first(x), again(x))
    assert not torch.equal(first(x), other(x))
    assert not any(parameter.requires_grad for parameter in first.parameters())


PAIRS = {
    ("black", "blond"): 1.0,
    ("blond", "black"): 2.0,
    ("black", "brown"): 4.0,
    ("Male", "-Male"): 8.0,
    ("-Male", "Male"): 16.0,
}


def walked(start: str, goal: str, *more: str) -> tuple[float, bool]:
    """Return the sum of the shifts on the way of one face, and whether the way is served."""
    translator = PairTranslator({pair: Shift(shift) for pair, shift in PAIRS.items()}, FACES)
    path = [torch.tensor([[float(bit) for bit in label]]) for label in (start, goal, *more)]
    out = translator.translate(images(0.0, 1), path)
    return out.mean().item(), bool(translator.can_translate(path))


@pytest.mark.parametrize(
    ("labels", "shift", "served"),
    [
        (("10010", "01010"), 1.0, True),  # black to blond
        (("10010", "01000"), 9.0, True),  # black to blond and then male to female
        (("01000", "10010"), 18.0, True),  # blond to black and female to male
        (("10010", "00110"), 4.0, True),  # black to brown
        (("01010", "00110"), 0.0, False),  # blond to brown: there is no network, and no detour is taken
        (("00010", "01010"), 0.0, False),  # no hair colour is known
        (("10010", "10010"), 0.0, False),  # nothing to do: no translation
        (("10010", "10011"), 0.0, False),  # nothing makes young
        (("10010", "01010", "10010"), 3.0, True),  # there and back
        (("10010", "00110", "10010"), 4.0, False),  # there, but not back
    ],
)
def test_a_path_is_walked_label_by_label(labels: tuple[str, ...], shift: float, served: bool) -> None:
    assert walked(*labels) == (shift, served)


def test_only_the_faces_concerned_are_touched() -> None:
    translator = PairTranslator({pair: Shift(shift) for pair, shift in PAIRS.items()}, FACES)
    start = torch.tensor([[1.0, 0, 0, 1, 1], [0, 1, 0, 0, 1], [0, 0, 0, 1, 1]])
    goal = FACES.target(start, "blond+~Male")
    x = images(0.0, 3)
    assert translator.translate(x, [start, goal]).mean(dim=(1, 2, 3)).tolist() == [9.0, 16.0, 8.0]
    assert translator.can_translate([start, goal]).tolist() == [True, True, False]
    assert torch.equal(x, images(0.0, 3))  # the input stays
