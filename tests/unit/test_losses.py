"""The equations against numbers worked by hand."""

import pytest
import torch

from stargan.data.domains import Attributes, Classes
from stargan.training import losses


def test_penalty_of_a_linear_critic_of_slope_five_is_sixteen() -> None:
    gradient = torch.zeros(2, 3, 4, 4)
    gradient[0, 0, 0, 0], gradient[0, 1, 0, 0] = 3.0, 4.0
    gradient[1, 2, 3, 3] = -5.0
    assert losses.gradient_penalty(gradient).item() == pytest.approx(16.0)


def test_penalty_is_a_mean_over_images_of_norms_over_all_values() -> None:
    gradient = torch.tensor([[[[1.0, 1.0], [1.0, 1.0]]], [[[0.0, 0.0], [0.0, 4.0]]]])  # norms 2 and 4
    assert losses.gradient_penalty(gradient).item() == pytest.approx((1 + 9) / 2)


def test_penalty_of_a_zero_gradient_is_one_and_differentiable() -> None:
    gradient = torch.zeros(1, 3, 2, 2, requires_grad=True)
    penalty = losses.gradient_penalty(gradient)
    (slope,) = torch.autograd.grad(penalty, gradient)
    assert penalty.item() == 1.0
    assert torch.equal(slope, torch.zeros_like(slope))


def test_objectives_by_hand() -> None:
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([-1.0, 0.0])
    l_adv = losses.adversarial(real, fake, torch.tensor(0.25), lambda_gp=10.0)
    assert l_adv.item() == pytest.approx(2 + 0.5 - 2.5)
    assert losses.discriminator(torch.tensor(3.0), torch.tensor(0.5), 2.0).item() == pytest.approx(-3 + 1)
    total = losses.generator(torch.tensor(3.0), torch.tensor(0.5), torch.tensor(0.1), 2.0, 10.0)
    assert total.item() == pytest.approx(3 + 1 + 1)


def test_reconstruction_is_a_mean_of_absolute_differences() -> None:
    assert losses.reconstruction(torch.tensor([1.0, -1.0]), torch.tensor([0.5, 1.0])).item() == pytest.approx(1.25)


def test_attribute_loss_sums_over_attributes_and_averages_over_images() -> None:
    logits = torch.zeros(4, 5)  # -log(1/2) for each of 5 attributes
    labels = torch.tensor([[0.0, 1, 0, 1, 1]]).expand(4, 5)
    assert Attributes(tuple("abcde")).classification_loss(logits, labels).item() == pytest.approx(5 * 0.6931472)


def test_class_loss_is_the_mean_cross_entropy() -> None:
    logits = torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    labels = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert Classes(("a", "b")).classification_loss(logits, labels).item() == pytest.approx((0.6931472 + 1.3132617) / 2)
