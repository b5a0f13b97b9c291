"""Mutations of how people's own pictures, tables and names are read."""

from mutation.mutation import quick

FOLDER, TABLE, FACTS, INSPECT, PHOTOS = (
    f"tests/unit/test_{name}.py" for name in ("folder", "table", "facts", "inspect", "pictures")
)

MUTATIONS = [
    quick("stargan.raw.table:Table.words", "and not self.is_signed", "", TABLE),
    quick("stargan.raw.table:_of_csv", "strict=True", "strict=False", TABLE),
    quick("stargan.raw.table:_text", '"NFC"', '"NFD"', TABLE),
    quick("stargan.raw.table:Table.bits", "self.attributes.index(name)", "place", "tests/unit/test_celeba.py"),
    quick("stargan.raw.matching:files_of", "len(mine) == len(there.get(value, ())) == 1", "there.get(value)", TABLE),
    quick("stargan.raw.matching:files_of", "if file not in taken", "", TABLE),
    quick("stargan.core.names:composed", 'unicodedata.normalize("NFC", name)', "name", FOLDER),
    quick(
        "stargan.raw.folder:below_root",
        'if split == "folders" and first.lower() in SIDES:',
        "if False:",
        "tests/unit/test_rafd.py",
    ),
    quick("stargan.raw.folder:read_raw", "SIDES[path[0].lower()]", '"train" if path[0] == "train" else "test"', FOLDER),
    quick("stargan.raw.folder:refuse_sides", "in found}) > 1", "in found}) > 2", FOLDER),
    quick("stargan.raw.folder:check_classes", '"test" if "test" in of else "val"', '"test"', FOLDER),
    quick("stargan.raw.splits:class_split", "len(mine) - 1)", "len(mine))", FOLDER),
    quick("stargan.raw.splits:class_split", "max(1, round(share * len(mine)))", "round(share * len(mine))", FOLDER),
    quick("stargan.raw.rawset:chosen", "[there[index_of(name, there)] for name in labels] or there", "there", FOLDER),
    quick("stargan.raw.rawset:pictures_of", "if begins_as_picture(_head(source, name))", "if not name", FOLDER),
    quick("stargan.raw.source:FolderSource._walk", "if place in above:", "if False:", FOLDER),
    quick("stargan.raw.source:FolderSource._walk", "if self._leads_out(folder):", "if False:", FOLDER),
    quick("stargan.raw.source:_refuse_hostile", "and not info.flag_bits & UTF8", "and False", FOLDER),
    quick("stargan.raw.pictures:decode", "except (BadPicture, MemoryError):", "except BadPicture:", PHOTOS),
    quick("stargan.raw.pictures:_grey", "if not 0 <= low <= high <= white:", "if low < 0:", PHOTOS),
    quick("stargan.raw.pictures:_check_format", "max(picture.size) > MOST_SIDE", "picture.width > MOST_SIDE", PHOTOS),
    quick("stargan.raw.likeness:same_bytes", "if sides[before] != sides[position]:", "if before != position:", FACTS),
    quick("stargan.raw.likeness:same_look", "apart <= NEAR", "apart <= 0", FACTS),
    quick("stargan.raw.likeness:buckets", "if telling[position]:", "if True:", FACTS),
    quick("stargan.raw.facts:cropped", "one.kept < THIRD", "one.kept < 0.2", FACTS),
    quick("stargan.raw.facts:balance", "train.max() > UNEVEN * train.min()", "train.max() > train.min()", FACTS),
    quick("stargan.data.prepared:Prepared.split", '"test" not in sides', "False", FACTS),
    quick("stargan.raw.forms:attributes_of", "if set(PAPER) <= set(columns)", "if False", INSPECT),
    quick("stargan.raw.forms:folders", '"folders" if given else "image"', '"image"', INSPECT),
    quick("stargan.core.params.adding:add_entries", "lines[place:place]", "lines[place : place + 1]", INSPECT),
    quick("stargan.raw.table:separator_of", "len(set(counts[one])) == 1 and ", "", TABLE),
    quick("stargan.raw.matching:stem_of", "base.stem if is_picture(base.name) else base.name", "base.stem", TABLE),
    quick("stargan.core.params.adding:quoted", "if isinstance(value, str):", "if False:", INSPECT),
    quick("stages.inspect:command", "if facts.bad:", "if False:", INSPECT),
]
