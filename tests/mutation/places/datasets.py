"""Mutations of how datasets are drawn, read and prepared."""

from mutation.mutation import ARCHIVES, DISK, PICTURES, RANKS, TRAIN, quick, slow

MUTATIONS = [
    quick(
        "stargan.data.domains:Attributes.target", "*= 1 - goal[:, None]", "*= goal[:, None]", "tests/unit/test_domains.py"
    ),
    quick(
        "stargan.data.domains:DomainSpace.vector",
        "(dataset if mask is None else mask)",
        "dataset",
        "tests/unit/test_domains.py",
    ),
    quick("stargan.data.stream:Stream.batch", "pixels.flip(2)", "pixels.flip(1)", "tests/property/test_stream.py"),
    slow(
        "stargan.data.stream:Batch.part",
        "self.labels[rows]",
        "self.labels[: len(images)]",
        f"{RANKS}::test_weights_after_twenty_iterations_are_those_of_one_process",
    ),
    slow("stargan.data.prepared:read_prepared", '"images.npy": sha256(images), ', "", f"{DISK}::test_one_flipped_bit"),
    slow(
        "stargan.core.about:read_about",
        'if (record.get("form"), record.get("schema")) != (form, SCHEMA):',
        'if record.get("form") != form:',
        "tests/faults/test_belonging.py::test_another_versions",
    ),
    slow(
        "stargan.data.prepared:write_manifest",
        '"rows.csv": file_digest(folder / "rows.csv"),',
        '"rows.csv": "",',
        f"{TRAIN}::test_other_data_are_not_resumed_into",
    ),
    quick(
        "stargan.raw.splits:official_split",
        "order[:OFFICIAL_TEST]",
        "order[: OFFICIAL_TEST + 1]",
        "tests/unit/test_celeba.py",
    ),
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
        "stargan.raw.source:ZipSource.__init__",
        "if len(every) > MAX_MEMBERS:",
        "if len([info for info in every if not info.is_dir()]) > MAX_MEMBERS:",
        f"{ARCHIVES}::test_a_bomb_by_count",
    ),
    slow(
        "stargan.raw.source:ZipSource.read",
        "member.read(info.file_size if most is None else most)",
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
        "info.orig_filename != info.filename or odd_letter(info.filename)",
        "odd_letter(info.filename)",
        f"{ARCHIVES}::test_an_archive_is_refused[NUL in a name]",
    ),
    slow(
        "stargan.raw.source:_refuse_hostile",
        "if not PurePosixPath(info.filename).parts:",
        "if not info.filename:",
        f"{ARCHIVES}::test_an_archive_is_refused[no name but a dot]",
    ),
    slow(
        "stargan.raw.source:FolderSource.read",
        "        if not file.is_file():  # a pipe would be waited for; a link to itself can't be resolved\n"
        '            raise OSError("is not a file")\n',
        "",
        f"{PICTURES}::test_what_is_no_file_is_refused",
    ),
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
        "stargan.core.files:whole_file",
        "            temporary.unlink(missing_ok=True)\n",
        "            pass\n",
        f"{DISK}::test_a_full_disk_while_pictures_are_drawn",
    ),
]
