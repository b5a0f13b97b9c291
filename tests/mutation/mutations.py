"""The mutations: each a bug that somebody might write, with the tests that should catch it.

A mutation names a function and an edit, never a line, so that it goes along when code moves.
"""

from dataclasses import dataclass

KILLS, DISK = "tests/faults/test_kills.py", "tests/faults/test_disk.py"
PICTURES, ARCHIVES = "tests/faults/test_bad_pictures.py", "tests/faults/test_archives.py"
WEIGHTS, DAMAGED = "tests/faults/test_weights.py", "tests/faults/test_mutations.py"
TRACKED = "tests/faults/test_tracked_stages.py"
TRAIN, LAUNCHED = "tests/pipeline/test_train_stage.py", "tests/pipeline/test_launched.py"
IMAGE = "tests/unit/test_translate_image.py"
RANKS, PAGE = "tests/ranks/test_ranks.py", "tests/browser/test_study_page.py"


@dataclass(frozen=True)
class Mutation:
    """An edit of one place, `module:name.name` or `file:`, in which `old` stands once.

    tests: the ids that should catch it soonest. slow: whether only stages as processes, faults, several processes or a
    browser show it.
    """

    place: str
    old: str
    new: str
    tests: tuple[str, ...]
    slow: bool


def quick(place: str, old: str, new: str, *tests: str) -> Mutation:
    """Return a mutation that tests within one process catch."""
    return Mutation(place, old, new, tests, slow=False)


def slow(place: str, old: str, new: str, *tests: str) -> Mutation:
    """Return a mutation that only slow tests catch."""
    return Mutation(place, old, new, tests, slow=True)


STAGES = [
    quick(
        "stages.prepare:run",
        "                kept = raw.without(packed.bad)\n                _check(kept, section, source, dataset)\n",
        "                kept = raw.without(packed.bad)\n",
        "tests/unit/test_prepare.py",
    ),
    quick(
        "stages.fetch:_gaps",
        ' + [f"a whole person at {angle:03d}"] * (PEOPLE - len(persons))',
        "",
        "tests/unit/test_fetch.py",
    ),
    quick(
        "stages.summary:check_alike",
        "if one.code != first.code:",
        "if len(one.code) != len(first.code):",
        "tests/unit/test_summary.py",
    ),
    quick(
        "stages.evaluate:check",
        "if prepared.images_sha256 != judge.images_sha256:",
        "if not judge.images_sha256:",
        "tests/unit/test_evaluate.py",
    ),
    quick(
        "stages.compare:number_table",
        "one.ends and one.ends.low, one.ends and one.ends.high",
        "one.ends and one.ends.high, one.ends and one.ends.low",
        "tests/unit/test_comparison.py",
    ),
    slow(
        "stages.train:lead",
        "            raise SystemExit(INTERRUPTED) from None\n",
        "            return\n",
        f"{TRAIN}::test_outputs_of_a_training_and_of_an_interrupted_one_are_the_same",
    ),
    slow(
        "stages.train:lead",
        ", params.followed(name), resume_id)",
        ", params.followed(name))",
        f"{TRACKED}::test_a_stage_is_killed_while_it_tracks",
    ),
    slow(
        "stages.train:lead",
        '        tracker.log_artifact(model, "model")\n',
        "",
        f"{TRACKED}::test_what_mlflow_is_given_needs_no_pickle",
    ),
    slow(
        "stages.train:follow",
        "            training.ranks.any(False)",
        "            pass",
        f"{LAUNCHED}::test_asked_to_stop_all_stop_at_one_iteration_and_four_go_on",
    ),
    slow(
        "stages.train:iterate",
        "    if first:  # what was due where it stopped may have been given up\n"
        "        recorder.after_iteration(tracker, stop)\n",
        "",
        f"{TRAIN}::test_a_signal_while_a_picture_is_written_is_not_lost",
        f"{TRAIN}::test_outputs_of_a_training_and_of_an_interrupted_one_are_the_same",
    ),
    slow(
        "stages.train:iterate",
        "            if stops(training, stop):\n                raise Stopped\n",
        "",
        f"{KILLS}::test_a_training",
    ),
    slow(
        "stages.train:Recorder.save_and_say",
        "        self.save(tracker, state)\n",
        "",
        f"{TRAIN}::test_a_signal_while_a_picture_is_written_is_not_lost",
    ),
    slow(
        "stages.train:Recorder.save",
        '{**header, "mlflow_run": tracker.id}',
        '{**header, "mlflow_run": None}',
        f"{TRACKED}::test_a_stage_is_killed_while_it_tracks",
    ),
    slow(
        "stages.train:Recorder.after_iteration",
        'f"{done:08d}.safetensors"',
        'f"{done + 1:08d}.safetensors"',
        f"{TRAIN}::test_outputs_of_a_training_and_of_an_interrupted_one_are_the_same",
    ),
    slow(
        "stages.train:Recorder.finish",
        "        self.store.remove()\n",
        "",
        f"{TRAIN}::test_outputs_of_a_training_and_of_an_interrupted_one_are_the_same",
    ),
    slow(
        "stages.train:Recorder.finish",
        'for extra in ("samples", "kept"):',
        'for extra in ("samples",):',
        f"{TRAIN}::test_outputs_of_a_training_and_of_an_interrupted_one_are_the_same",
    ),
    slow(
        "stages.train:checkpoints_of",
        "    with store.lock():\n",
        "    if True:\n",
        f"{DISK}::test_a_second_writer",
    ),
    slow(
        "stages.train:checkpoints_of",
        'workspace_root() / "data/checkpoints"',
        'Path("data/checkpoints")',
        "tests/faults/test_dvc_experiments.py::test_a_killed_temporary_experiment",
    ),
    quick(
        "stages.translate:write_pictures",
        "1 + targets.index(target)] = images[row]",
        "targets.index(target)] = images[row]",
        "tests/unit/test_translate_stage.py",
    ),
    quick(
        "stages.translate_image:target_path",
        "        label = path[-1]\n",
        "        label = path[0]\n",
        f"{IMAGE}::test_target_paths",
    ),
    quick(
        "stages.translate_image:dataset_of",
        "if set(names) <= set(kind.names):",
        "if set(names) & set(kind.names):",
        f"{IMAGE}::test_impossible_targets_are_refused",
    ),
    slow(
        "stages.study:panel",
        "if one.method in made:",
        "if one.run in made:",
        f"{PAGE}::test_two_runs_of_a_method_other_sizes_and_missing_translations_are_refused",
    ),
    slow(
        "stages.tally:run",
        'end="")\n        return\n',
        'end="")\n',
        f"{PAGE}::test_two_raters_vote_and_are_counted",
    ),
    quick(
        "dvc.yaml:",
        "        - ${item.method}\n",
        "",
        "tests/engine/test_assembly.py",
        "tests/static/test_pipeline.py",
    ),
]

TOP = [
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
        "stargan.data.domains:Attributes.target",
        "*= 1 - goal[:, None]",
        "*= goal[:, None]",
        "tests/unit/test_domains.py",
    ),
    quick(
        "stargan.data.domains:DomainSpace.vector",
        "(dataset if mask is None else mask)",
        "dataset",
        "tests/unit/test_domains.py",
    ),
    quick(
        "stargan.training.engine:Training._round",
        "manual_seed(self.seed * 1_000_003 + iteration)",
        "manual_seed(iteration)",
        "tests/engine/test_training.py",
    ),
    quick(
        "stargan.training.engine:Training._apply",
        "        if self._graphs is None:\n            self._check_finite(applied)\n",
        "        if self._graphs is None:\n            pass\n",
        "tests/engine/test_training.py",
    ),
    quick(
        "stargan.training.engine:Losses.forget", "term[0] != network", "term[0] == network", "tests/engine/test_training.py"
    ),
    quick("stargan.training.checkpoints:Checkpoints.latest", ", reverse=True", "", "tests/unit/test_checkpoint.py"),
    quick("stargan.core.files:whole_folder", "        os.chmod(temporary, 0o755)\n", "", "tests/unit/test_files.py"),
    quick(
        "stargan.models.translation:path_of",
        'return [start, goal, start] if request.set == "reconstruction" else [start, goal]',
        "return [start, goal]",
        "tests/unit/test_translation.py",
    ),
    quick(
        "stargan.core.params:Params.followed",
        'exclude={"lambda_cls", "lambda_rec", "lambda_gp"}',
        'exclude={"lambda_cls", "lambda_rec"}',
        "tests/engine/test_assembly.py",
    ),
    quick("stargan.profiles:flags", "'' if key in known else '+'", "''", "tests/unit/test_params.py"),
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
        "stargan.errors:main",
        "    signal.signal(signal.SIGTERM, _interrupt)\n",
        "",
        f"{KILLS}::test_a_stage[synthesize celeba-while pictures are drawn-SIGTERM]",
    ),
    slow(
        "stargan.errors:main",
        "os._exit(130)",
        "os._exit(1)",
        f"{KILLS}::test_a_stage[synthesize celeba-before the folder is in place-SIGINT]",
    ),
    slow(
        "stargan.errors:main",
        "except OSError as error:",
        "except PermissionError as error:",
        f"{DISK}::test_a_full_disk[classifier rafd 16-disk full at a flush]",
    ),
    quick(
        "stargan.errors:main",
        "except (MemoryError, RuntimeError) as error:",
        "except MemoryError as error:",
        "tests/unit/test_errors.py",
    ),
    slow("stargan.core.files:whole_folder", "    _remove_left(path)\n", "", f"{KILLS}::test_a_stage"),
    slow("stargan.core.files:write_bytes", "            os.fsync(file.fileno())\n", "", DISK),
    slow(
        "stargan.core.files:write_bytes",
        "    _remove_left(path)\n",
        "",
        f"{KILLS}::test_a_stage[compare-before anything is written-SIGKILL]",
    ),
    slow(
        "stargan.core.tensors:read_tensors",
        "if header.pop(DIGEST, None) != _digest(tensors, header):",
        "if DIGEST in header and header.pop(DIGEST) != _digest(tensors, header):",
        f"{WEIGHTS}::test_a_model_of_ours",
    ),
    slow(
        "stargan.core.tensors:_digest",
        "        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)\n",
        "",
        f"{DISK}::test_a_damaged_checkpoint",
    ),
    slow(
        "stargan.training.engine:Training._apply",
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
        "stargan.models.released:load_released",
        "if space.width != first.shape[1] - 3:",
        "if space.label_width != first.shape[1] - 3:",
        f"{IMAGE}::test_label_names_must_fill_the_planes",
    ),
    slow(
        "stargan.core.params:Section",
        "allow_inf_nan=False",
        "allow_inf_nan=True",
        f"{DAMAGED}::test_a_wrong_value_is_named_among_all",
    ),
    slow(
        "stargan.core.params:read_yaml",
        "except (OSError, ValueError, RecursionError, YAMLError) as error:",
        "except (OSError, YAMLError) as error:",
        f"{DAMAGED}::test_a_text_that_is_no_yaml",
    ),
]

ASSEMBLY = [
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
]

COMPARISON = [
    quick(
        "stargan.comparison.conditions:training_differences",
        'if 2 * run["decay"] != run["length"]:',
        'if 2 * run["decay"] > run["length"]:',
        "tests/unit/test_comparison.py",
    ),
    quick(
        "stargan.comparison.verdict:verdict",
        "ends.low <= paper <= ends.high",
        "ends.low < paper < ends.high",
        "tests/unit/test_comparison.py",
    ),
    quick(
        "stargan.comparison.scores:scores",
        "over_people(wrong - first, people",
        "over_people(wrong, people",
        "tests/unit/test_comparison.py",
    ),
    slow(
        "stargan.comparison.judged:read_judged",
        '("image", "counts", "wrong"), int)',
        '("image",), int)',
        f"{DISK}::test_a_damaged_input[compare-data/judgements/celeba/judgements.csv-input cut in half]",
    ),
]

DATA = [
    quick(
        "stargan.raw.celeba:read_raw",
        "[table.attributes.index(name) for name in kind.names]",
        "list(range(len(kind.names)))",
        "tests/unit/test_celeba.py",
    ),
    quick(
        "stargan.raw.splits:official_split",
        "order[:OFFICIAL_TEST]",
        "order[: OFFICIAL_TEST + 1]",
        "tests/unit/test_celeba.py",
    ),
    quick("stargan.data.stream:Stream.batch", "pixels.flip(2)", "pixels.flip(1)", "tests/property/test_stream.py"),
    quick(
        "stargan.raw.download:_check",
        "if digest != file.md5:",
        "if path.stat().st_size != file.size:",
        "tests/unit/test_fetch.py",
    ),
    quick(
        "stargan.raw.pictures:decode",
        "_rgb(ImageOps.exif_transpose(picture))",
        "_rgb(picture)",
        "tests/unit/test_pictures.py",
    ),
    slow(
        "stargan.data.stream:Stream.batch",
        "flips[rows, None, None, None]",
        "flips[: len(chosen[rows]), None, None, None]",
        f"{RANKS}::test_weights_after_twenty_iterations_are_those_of_one_process",
    ),
    slow(
        "stargan.data.prepared:read_prepared",
        'for name, array in (("labels", labels), ("images", images)):',
        'for name, array in (("labels", labels),):',
        f"{DISK}::test_one_flipped_bit",
    ),
    slow(
        "stargan.data.prepared:read_prepared",
        'if manifest["schema"] != SCHEMA:',
        'if manifest["schema"] < SCHEMA:',
        f"{DISK}::test_a_manifest_of_another_version",
    ),
    slow(
        "stargan.data.prepared:Prepared.digest",
        ', self.rows["split"].tolist()]',
        "]",
        f"{TRAIN}::test_other_data_are_not_resumed_into",
    ),
    slow(
        "stargan.raw.source:ZipSource.__init__",
        "if len(every) > MAX_MEMBERS:",
        "if len([info for info in every if not info.is_dir()]) > MAX_MEMBERS:",
        f"{ARCHIVES}::test_a_bomb_by_count",
    ),
    slow(
        "stargan.raw.source:ZipSource.read",
        "member.read(info.file_size)",
        "member.read()",
        f"{ARCHIVES}::test_a_bomb_takes_no_memory",
    ),
    slow(
        "stargan.raw.source:_refuse_hostile",
        "(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)",
        "(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA)",
        f"{ARCHIVES}::test_an_archive_is_refused[unbounded method]",
    ),
    slow(
        "stargan.raw.source:_refuse_hostile",
        "info.orig_filename != info.filename or not info.filename.isprintable()",
        "not info.filename.isprintable()",
        f"{ARCHIVES}::test_an_archive_is_refused[NUL in a name]",
    ),
    slow(
        "stargan.raw.source:_refuse_hostile",
        "if not PurePosixPath(info.filename).parts:",
        "if not info.filename:",
        f"{ARCHIVES}::test_an_archive_is_refused[no name but a dot]",
    ),
    slow(
        "stargan.raw.source:FolderSource.__init__",
        "os.walk(path, onerror=_unreadable)",
        "os.walk(path)",
        f"{PICTURES}::test_a_subfolder_that_may_not_be_read",
    ),
    slow(
        "stargan.raw.source:FolderSource.read",
        "        if not file.is_file():  # a pipe would be waited for; a link to itself can't be resolved\n"
        '            raise OSError("is not a file")\n',
        "",
        f"{PICTURES}::test_what_is_no_file_is_refused",
    ),
]

SYNTHETIC = [
    quick(
        "stargan.synthetic.archive:write_celeba",
        "(10 * place >= 9 * images)",
        "(10 * place > 9 * images)",
        "tests/unit/test_synthetic.py",
    ),
    quick(
        "stargan.synthetic.face:shown",
        '_WOMEN_ONLY if "Male" in names else _MEN_ONLY',
        '_MEN_ONLY if "Male" in names else _WOMEN_ONLY',
        "tests/unit/test_synthetic.py",
    ),
    slow(
        "stargan.synthetic.archive:_whole",
        "        part.unlink(missing_ok=True)\n",
        "        pass\n",
        f"{DISK}::test_a_full_disk_while_pictures_are_drawn",
    ),
]

EVALUATION = [
    quick(
        "stargan.evaluation.frechet:moments",
        "return mean, covariance / (n - 1)",
        "return mean, covariance / n",
        "tests/unit/test_frechet.py",
    ),
    quick(
        "stargan.judge.intervals:over_people",
        "missed[drawn].sum() / shown[drawn].sum()",
        "(missed[drawn] / shown[drawn]).mean()",
        "tests/unit/test_intervals.py",
    ),
    quick(
        "stargan.evaluation.similarity:psnr",
        "error.mean(axis=(1, 2, 3))",
        "error.mean(axis=(1, 2, 3)).mean(keepdims=True)",
        "tests/unit/test_similarity.py",
    ),
    slow(
        "stargan.judge.judge:read_judge",
        "if not all(torch.isfinite(value).all() for value in state.values()):",
        "if not any(torch.isfinite(value).all() for value in state.values()):",
        f"{WEIGHTS}::test_a_judge",
    ),
]

RESULTS = [
    quick(
        "stargan.results.people:people_of",
        'f"{faces} {names[faces][image]}"',
        "names[faces][image]",
        "tests/unit/test_evaluate.py",
    ),
    quick("stargan.results.naming:_title", "len(group) > 1 and ", "", "tests/unit/test_naming.py"),
]

FIGURES = [
    quick("stargan.figures.faces:picked", "np.argsort(-scores,", "np.argsort(scores,", "tests/unit/test_figures.py"),
    quick("stargan.figures.faces:asking", "(changed & known)", "changed", "tests/unit/test_figures.py"),
    quick(
        "stargan.figures.captions:changing",
        "(-changes[name], name)",
        "(changes[name], name)",
        "tests/unit/test_figures.py::test_the_changes_told_are_the_named_one_and_the_three_largest",
    ),
]

METHODS = [
    quick(
        "stargan.training.methods.cyclegan:CycleGan.discriminator_update",
        "(d_real + d_fake) / 2",
        "d_real + d_fake",
        "tests/golden/test_baselines.py",
    ),
    quick(
        "stargan.models.translators:PairTranslator.steps",
        "inside(labels, here) & inside(goal, there)",
        "inside(goal, there)",
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
]

NETWORKS = [
    quick(
        "stargan.training.d_gradients:weight_gradients",
        "back[features].sum(dim=(0, 2, 3)",
        "back.sum(dim=(0, 2, 3)",
        "tests/golden/test_star_step.py",
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

STUDY = [
    quick("stargan.study.tally:attentive", "if right == checks}", "if right <= checks}", "tests/unit/test_study.py"),
    quick(
        "stargan.study.questions:question",
        "[candidate.rows[method]] for method in options]",
        "[candidate.rows[method]] for method in methods]",
        "tests/unit/test_study.py",
    ),
    slow(
        "stargan/study/page.html:",
        "vote.choices[study.questions[vote.at].id] = choice;\n      keep();\n",
        "vote.choices[study.questions[vote.at].id] = choice;\n",
        f"{PAGE}::test_two_raters_vote_and_are_counted",
    ),
    slow(
        "stargan/study/page.html:",
        "vote.rater.replaceAll('\"', '\"\"')",
        "vote.rater",
        f"{PAGE}::test_two_raters_vote_and_are_counted",
    ),
    slow(
        "stargan/study/page.html:",
        'button && button.getAttribute("aria-pressed") !== "true"',
        "button !== null",
        f"{PAGE}::test_the_page_serves_keyboards_and_readers",
    ),
]

TRACKING = [
    quick("stargan.tracking:_open", "        run.hold()\n", "", "tests/unit/test_tracking.py"),
    quick(
        "stargan.tracking:Run._write",
        'f"\\n{_event(kind, **fields)}\\n"',
        'f"{_event(kind, **fields)}\\n"',
        "tests/unit/test_tracking.py",
    ),
    quick(
        "stargan.tracking.sender:Outlet._connect",
        'with FileLock(self._folder.parent / ".lock"):',
        "with nullcontext():",
        "tests/unit/test_tracking.py",
    ),
    quick(
        "stargan.tracking.sender:_end",
        '"status": "KILLED"',
        '"status": "FAILED"',
        "tests/unit/test_tracking.py",
    ),
]

MUTATIONS = [
    *STAGES, *TOP, *ASSEMBLY, *COMPARISON, *DATA, *SYNTHETIC, *EVALUATION, *RESULTS, *FIGURES, *METHODS, *NETWORKS, *STUDY,
    *TRACKING,
]  # fmt: skip
