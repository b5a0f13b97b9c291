"""Mutations of the stages."""

from mutation.mutation import DISK, IMAGE, LAUNCHED, PAGE, TRACKED, TRAIN, quick, slow

MUTATIONS = [
    quick(
        "stages.prepare:write",
        "    kept = raw.without(packed.bad)\n    _check(kept, section, source, dataset)\n",
        "    kept = raw.without(packed.bad)\n",
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
        "stargan.evaluation.checks:check",
        "if judges[dataset].learned_from != prepared.digest:",
        "if not judges[dataset].learned_from:",
        "tests/unit/test_evaluate.py",
    ),
    quick(
        "stages.compare:number_table",
        "one.ends and one.ends.low,",
        "one.ends and one.ends.high,",
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
        f"{TRAIN}::test_asked_to_stop_it_stops_though_nothing_is_due",
    ),
    slow(
        "stargan.training.recorder:Recorder.save_and_say",
        "        self.save(tracker, state)\n",
        "",
        f"{TRAIN}::test_a_signal_while_a_picture_is_written_is_not_lost",
    ),
    slow(
        "stargan.training.recorder:Recorder.save",
        '{**header, "mlflow_run": tracker.id}',
        '{**header, "mlflow_run": None}',
        f"{TRACKED}::test_a_stage_is_killed_while_it_tracks",
    ),
    slow(
        "stargan.training.recorder:Recorder.after_iteration",
        'f"{done:08d}.safetensors"',
        'f"{done + 1:08d}.safetensors"',
        f"{TRAIN}::test_outputs_of_a_training_and_of_an_interrupted_one_are_the_same",
    ),
    slow(
        "stargan.training.recorder:Recorder.finish",
        "        self.store.remove()\n",
        "",
        f"{TRAIN}::test_outputs_of_a_training_and_of_an_interrupted_one_are_the_same",
    ),
    slow(
        "stargan.training.recorder:Recorder.finish",
        'for extra in ("samples", "kept"):',
        'for extra in ("samples",):',
        f"{TRAIN}::test_outputs_of_a_training_and_of_an_interrupted_one_are_the_same",
    ),
    slow(
        "stargan.training.recorder:checkpoints_of",
        "    with store.lock():\n",
        "    if True:\n",
        f"{DISK}::test_a_second_writer",
    ),
    slow(
        "stargan.training.recorder:checkpoints_of",
        'workspace_root() / "data/checkpoints"',
        'Path("data/checkpoints")',
        "tests/faults/test_dvc_experiments.py::test_a_killed_temporary_experiment",
    ),
    slow(
        "stages.evaluate:run",
        "{name: headline(measures)}",
        "headline(measures)",
        "tests/pipeline/test_repro.py::test_the_headline_of_every_run_fits_a_screen",
    ),
    quick(
        "stages.translate:write_pictures",
        'column = 1 + targets.index((one["labels"], one["target"]))',
        'column = targets.index((one["labels"], one["target"]))',
        "tests/unit/test_translate_stage.py",
    ),
    quick(
        "stages.translate:write_pictures",
        "write_png(folder / labels / ",
        "write_png(folder / ",
        "tests/unit/test_translate_stage.py",
    ),
    quick(
        "stargan.models.targets:target_path",
        "        label = path[-1]\n",
        "        label = path[0]\n",
        f"{IMAGE}::test_target_paths",
    ),
    quick(
        "stargan.models.targets:dataset_of",
        "if set(names) <= set(kind.names):",
        "if set(names) & set(kind.names):",
        f"{IMAGE}::test_impossible_targets_are_refused",
    ),
    slow(
        "stages.study:panel",
        "if one.method in made:",
        "if one.run in made:",
        "tests/unit/test_study_stage.py::test_two_runs_of_a_method_other_sizes_and_missing_translations_are_refused",
    ),
    slow("stages.tally:run", 'end="")\n        return\n', 'end="")\n', f"{PAGE}::test_two_raters_vote_and_are_counted"),
    slow(
        "stages.plan:run",
        '"prepared": digests(one.datasets, one.image_size),',
        '"prepared": {},',
        "tests/pipeline/test_own_data.py",
    ),
    slow(
        "stargan.judge.records:digest_of_judge",
        "    about.check_made_from(prepared_folder(dataset, size), digest_of_set(dataset, size), again)\n",
        "",
        "tests/faults/test_belonging.py",
    ),
    slow(
        "stages.translate:check",
        'header["run"] != name or ',
        "",
        "tests/faults/test_belonging.py::test_another_runs_on_the_same_datasets",
    ),
    slow(
        "stargan.data.records:digest_of_set",
        "if held != (dataset, size):",
        "if held[1] != size:",
        "tests/faults/test_belonging.py::test_anothers",
    ),
]
