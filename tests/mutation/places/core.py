"""Mutations of params, files, faults and tracking."""

from mutation.mutation import DAMAGED, DISK, KILLS, PAGE, WEIGHTS, quick, slow

MUTATIONS = [
    quick(
        "dvc.yaml:",
        ", budget, diat, cyclegan, icgan, translate, evaluate]",
        ", budget, diat, cyclegan, translate, evaluate]",
        "tests/static/test_pipeline.py",
    ),
    quick("stargan.core.files:write_bytes", "0o666", "0o600", "tests/unit/test_files.py"),
    quick("stargan.core.params.params:Params.followed", "exclude=unread", "exclude=None", "tests/unit/test_params.py"),
    quick(
        "stargan.core.params.params:Params.sizes",
        "self.dataset(dataset).sizes or [self.image_size]",
        "[self.image_size]",
        "tests/unit/test_params.py",
    ),
    quick(
        "stargan.core.about:read_about",
        "if digest != digest_of(record):",
        "if digest is None:",
        "tests/unit/test_about.py",
        "tests/unit/test_study.py",
    ),
    quick(
        "stargan.core.about:About.check_made_from",
        "if known != digest:",
        "if known and known != digest:",
        "tests/unit/test_about.py",
    ),
    quick("stargan.profiles:flags", "'' if key in known else '+'", "''", "tests/unit/test_params.py"),
    slow(
        "stargan.errors:main",
        "        signal.signal(number, _interrupt)\n",
        "        pass\n",
        f"{KILLS}::test_a_stage[synthesize celeba-while pictures are drawn-SIGTERM]",
    ),
    slow(
        "stargan.errors:main",
        "os._exit(130)",
        "os._exit(1)",
        f"{KILLS}::test_a_stage[synthesize celeba-before the folder is in place-SIGINT]",
    ),
    slow(
        "stargan.errors:one_line",
        "isinstance(error, OSError)",
        "isinstance(error, PermissionError)",
        f"{DISK}::test_a_full_disk[classifier rafd-disk full at a flush]",
    ),
    quick(
        "stargan.errors:_wants_memory",
        "told or isinstance(error, MemoryError)",
        "isinstance(error, MemoryError)",
        "tests/unit/test_errors.py",
    ),
    slow(
        "stargan.core.files:whole_folder",
        "            shutil.rmtree(temporary, ignore_errors=True)\n",
        "            pass\n",
        f"{DISK}::test_a_full_disk",
    ),
    slow("stargan.core.files:whole_file", "                os.fsync(file.fileno())\n", "                pass\n", DISK),
    slow(
        "stargan.core.files:_temporary_for",
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
        "        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)\n",
        "",
        f"{DISK}::test_a_damaged_checkpoint",
    ),
    slow(
        "stargan.core.params.section:Section",
        "allow_inf_nan=False",
        "allow_inf_nan=True",
        f"{DAMAGED}::test_a_wrong_value_is_named_among_all",
    ),
    slow(
        "stargan.core.params.reading:read_yaml",
        "except (OSError, ValueError, RecursionError, YAMLError) as error:",
        "except (OSError, YAMLError) as error:",
        f"{DAMAGED}::test_a_text_that_is_no_yaml",
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
    quick(
        "stargan.tracking:_open",
        "        lock.acquire()  # a journal that still grows is not to be sent, and removed, by hand\n",
        "",
        "tests/unit/tracking",
    ),
    quick(
        "stargan.tracking:Run.write",
        'f"\\n{_event(kind, **fields)}\\n"',
        'f"{_event(kind, **fields)}\\n"',
        "tests/unit/tracking",
    ),
    quick(
        "stargan.tracking.sender:Outlet._connect",
        'with FileLock(self._folder.parent / ".lock"):',
        "with nullcontext():",
        "tests/unit/tracking",
    ),
    quick("stargan.tracking.sender:_end", '"status": "KILLED"', '"status": "FAILED"', "tests/unit/tracking"),
]
