"""Mutations of networks and their training."""

from mutation.mutation import IMAGE, KILLS, RANKS, TRAIN, WEIGHTS, quick, slow

MUTATIONS = [
    quick(
        "stargan.training.losses:gradient_penalty",
        "gradient.flatten(1), dim=1",
        "gradient, dim=1",
        "tests/unit/test_losses.py",
    ),
    quick(
        "stargan.training.losses:adversarial",
        "src_fake.mean() - lambda_gp",
        "src_fake.mean() + lambda_gp",
        "tests/unit/test_losses.py",
    ),
    quick(
        "stargan.training.schedule:rate_factor",
        "(length - iteration) / decay",
        "(length - iteration - 1) / decay",
        "tests/unit/test_schedule.py",
    ),
    quick(
        "stargan.training.engine:Training._round",
        "manual_seed(self.seed * 1_000_003 + iteration)",
        "manual_seed(iteration)",
        "tests/engine/test_training.py",
    ),
    quick(
        "stargan.training.engine:Training.apply",
        "        if self.graphs is None:\n            self._check_finite(applied)\n",
        "        if self.graphs is None:\n            pass\n",
        "tests/engine/test_training.py",
    ),
    quick(
        "stargan.training.engine:Losses.forget", "term[0] != network", "term[0] == network", "tests/engine/test_training.py"
    ),
    quick("stargan.training.checkpoints:Checkpoints.latest", ", reverse=True", "", "tests/unit/test_checkpoint.py"),
    slow(
        "stargan.training.stopping:Stop.iterate",
        "copied(training.state())",
        "training.state()",
        f"{KILLS}::test_a_long_iteration_is_given_up",
    ),
    slow(
        "stargan.training.stopping:Stop._note",
        "            self._start = None\n            raise Stopped\n",
        "            self._start = None\n",
        f"{KILLS}::test_a_long_iteration_is_given_up",
    ),
    slow(
        "stargan.training.stopping:Stop._watch",
        "os._exit(INTERRUPTED)",
        "os._exit(1)",
        f"{KILLS}::test_a_call_that_does_not_return_is_given_up",
    ),
    slow(
        "stargan.training.stopping:Stop._watch",
        "                save(start)\n",
        "",
        f"{KILLS}::test_a_call_that_does_not_return_is_given_up",
    ),
    slow(
        "stargan.training.stopping:Stop.__init__",
        "for number in (signal.SIGINT, signal.SIGTERM):",
        "for number in (signal.SIGINT,):",
        f"{TRAIN}::test_a_signal_while_a_picture_is_written_is_not_lost",
    ),
    slow(
        "stargan.training.engine:Training.apply",
        "self.ranks.mean([update.objective, *update.terms.values(), *own])",
        "[update.objective, *update.terms.values(), *own]",
        f"{RANKS}::test_gradients_are_the_mean_over_the_whole_batch",
    ),
    slow(
        "stargan.training.ranks:Ranks.mean",
        "        flat /= self.count\n",
        "",
        f"{RANKS}::test_gradients_are_the_mean_over_the_whole_batch",
    ),
    slow(
        "stargan.training.ranks:Ranks.rows",
        "slice(None) if rest else slice(",
        "slice(",
        f"{RANKS}::test_rows_share_a_batch_or_give_it_whole",
    ),
    quick(
        "stargan.training.assembly.budget:iterations",
        "base_flops() / own_flops()",
        "own_flops() / base_flops()",
        "tests/engine/test_assembly.py",
    ),
    quick(
        "stargan.training.assembly.training:streams_of",
        "params.seed * 1000 + index",
        "params.seed * 1000",
        "tests/engine/test_assembly.py",
    ),
    quick("stargan.training.assembly.parts:_within", "iteration - start,", "iteration,", "tests/engine/test_training.py"),
    quick(
        "stargan.training.methods.cyclegan:CycleGan.discriminator_update",
        "(d_real + d_fake) / 2",
        "d_real + d_fake",
        "tests/golden/test_baselines.py",
    ),
    quick("stargan.training.methods.star:Star.phase", "(iteration + 1) %", "iteration %", "tests/golden/test_star_step.py"),
    slow(
        "stargan.training.methods.star:Star.step",
        "alpha[batch.rows].to(x_real)",
        "alpha[: len(x_real)].to(x_real)",
        f"{RANKS}::test_gradients_are_the_mean_over_the_whole_batch",
    ),
    slow(
        "stargan.training.methods.icgan:IcGan.step",
        ".clamp_min(1) * (len(x) / len(labels))",
        ".clamp_min(1)",
        f"{RANKS}::test_gradients_are_the_mean_over_the_whole_batch",
    ),
    quick(
        "stargan.training.d_gradients:weight_gradients",
        "back[features].sum(dim=(0, 2, 3)",
        "back.sum(dim=(0, 2, 3)",
        "tests/golden/test_star_step.py",
    ),
    quick(
        "stargan.models.translation:path_of",
        'return [start, goal, start] if request.set == "reconstruction" else [start, goal]',
        "return [start, goal]",
        "tests/unit/test_translation.py",
    ),
    quick(
        "stargan.models.released:load_released",
        "if space.width != first.shape[1] - 3:",
        "if space.label_width != first.shape[1] - 3:",
        f"{IMAGE}::test_label_names_must_fill_the_planes",
    ),
    slow(
        "stargan.models.assembly:load_model",
        "if not all(torch.isfinite(value).all() for value in tensors.values()):",
        "if any(torch.isinf(value).any() for value in tensors.values()):",
        f"{WEIGHTS}::test_a_model_of_ours",
    ),
    slow(
        "stargan.models.assembly:load_model",
        'str(header.get("method")) not in TRANSLATORS',
        'header.get("method") not in TRANSLATORS',
        f"{WEIGHTS}::test_a_model_of_ours",
    ),
    slow(
        "stargan.models.assembly:load_model",
        "ValueError, OverflowError, RuntimeError",
        "ValueError, RuntimeError",
        f"{WEIGHTS}::test_a_model_of_ours",
    ),
    quick(
        "stargan.models.translators:PairTranslator.steps",
        "inside(labels, here) & inside(goal, there)",
        "inside(goal, there)",
        "tests/golden/test_baselines.py",
    ),
    quick(
        "stargan.models.networks.halving:_deep",
        "positions < weight[0]",
        "positions < weight[1]",
        "tests/golden/test_halving.py",
    ),
    slow(
        "stargan.models.networks.batch_norm:BatchNorm.forward",
        "n = x.numel() // x.shape[1] * dist.get_world_size()",
        "n = x.numel() // x.shape[1]",
        f"{RANKS}::test_weights_after_twenty_iterations_are_those_of_one_process",
    ),
]
