"""A table of attributes beside pictures: CelebA's .txt, or any CSV of 1 and -1, 1 and 0, or true and false."""

import csv
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np

from stargan.errors import Fault

CODES = {"1": 1, "0": 0, "-1": -1, "true": 2, "false": 3}
OTHER = 9
"""The code of a cell that is none of these."""
PAIRS = (("1", "-1"), ("1", "0"), ("true", "false"))
"""How tables write that a picture has an attribute, and that it has it not."""
SEPARATORS = (",", ";", "\t")
PARTITION = {"0": "train", "1": "val", "2": "test"}
Row = tuple[int, list[str]]
"""A row's line, from 1, and its cells."""


@dataclass(frozen=True)
class Table:
    """A table of attributes as it was read.

    pictures: what each row calls its picture, of line `lines`. codes: int8 (pictures, attributes), of `CODES`. odd: of each
    column the first cell that has none, as it is written.
    """

    path: Path
    pictures: list[str]
    lines: list[int]
    attributes: list[str]
    codes: np.ndarray
    odd: Mapping[int, str]

    def bits(self, names: Sequence[str]) -> np.ndarray:
        """Return uint8 (pictures, names) in {0, 1}. Raises Fault that names the first cell which says neither."""
        found = np.empty((len(self.pictures), len(names)), dtype=np.uint8)
        for place, name in enumerate(names):
            column = self.attributes.index(name)
            fault = self.fault_of(column)
            if fault:
                raise Fault(fault)
            found[:, place] = np.isin(self.codes[:, column], [CODES[present] for present, _ in PAIRS])
        return found

    def fault_of(self, column: int) -> str:
        """Return what is wrong with the first cell of a column that says neither yes nor no; "" where all do."""
        codes = self.codes[:, column]
        present, absent = self.words(column)
        wrong = np.flatnonzero(~np.isin(codes, [CODES[present], CODES[absent]]))
        if not len(wrong):
            return ""
        code = int(codes[wrong[0]])
        cell = self.odd[column] if code == OTHER else next(text for text, known in CODES.items() if known == code)
        return (
            f"{self.path}:{self.lines[wrong[0]]}: {self.attributes[column]} = {cell!r} is not {present} or {absent}; "
            f"write {absent} for an absent attribute"
        )

    def words(self, column: int) -> tuple[str, str]:
        """Return how a column says yes and no.

        Where this one or another says no by -1, a 0 could mean unknown. Another column that holds more than yes and no, such
        as an age, has no part in that.
        """
        codes = self.codes[:, column]
        if np.isin(codes, [CODES["true"], CODES["false"]]).any():
            return PAIRS[2]
        return PAIRS[1] if self.has_zeros and not (codes == -1).any() and not self.is_signed else PAIRS[0]

    @cached_property
    def has_zeros(self) -> bool:
        """Whether any cell is 0."""
        return bool((self.codes == 0).any())

    @cached_property
    def is_signed(self) -> bool:
        """Whether a column is of 1 and -1 alone."""
        return bool((np.isin(self.codes, [1, -1]).all(axis=0) & (self.codes == -1).any(axis=0)).any())

    def columns(self) -> list[str]:
        """Return the names of the columns that are attributes from their first cell to their last."""
        return [name for column, name in enumerate(self.attributes) if not self.fault_of(column)]


def read_table(path: Path, content: bytes | None = None) -> Table:
    """Return the attribute table in `path`, or in `content` under this name: CelebA's .txt form, or CSV.

    The first column of a CSV, whatever its head, names the picture. Raises Fault with the line's number on what is neither,
    and on a cell of the .txt form that CelebA doesn't have.
    """
    rows, separated = _rows(path, content)
    if not rows:
        raise Fault(f"{path}: is empty; write it again, or fetch it if it is CelebA's (python -m stages.fetch celeba)")
    names, rows = _heading(path, rows, separated)
    if separated and _numbered(rows):
        raise Fault(f"{path}: its first column numbers the rows, not the pictures; save it without (index=False)")
    codes = np.empty((len(rows), len(names)), dtype=np.int8)
    pictures: dict[str, int] = {}
    odd: dict[int, str] = {}
    for position, (line, (picture, *cells)) in enumerate(rows):
        if len(cells) != len(names):
            raise Fault(f"{path}:{line}: {picture!r} has {len(cells)} values, not {len(names)}; mend the row")
        if not picture:
            raise Fault(f"{path}:{line}: names no picture; name it, or remove the row")
        if picture in pictures:
            raise Fault(f"{path}:{line}: {picture!r} is in line {pictures[picture]} already; remove one")
        pictures[picture] = line
        codes[position] = [CODES.get(cell.lower(), OTHER) for cell in cells]
        if OTHER in codes[position]:
            odd = {column: cell for column, cell in enumerate(cells) if codes[position, column] == OTHER} | odd
    table = Table(path, list(pictures), list(pictures.values()), names, codes, odd)
    if not separated:
        table.bits(names)
    return table


def read_partition(path: Path, content: bytes | None = None) -> dict[str, str]:
    """Return {picture: 'train', 'val' or 'test'} from list_eval_partition, the .txt or the .csv form."""
    sides: dict[str, str] = {}
    for position, (line, cells) in enumerate(_rows(path, content)[0]):
        if position == 0 and cells[-1] == "partition":
            continue
        if len(cells) != 2 or cells[1] not in PARTITION:
            raise Fault(f"{path}:{line}: {' '.join(cells)[:60]!r} is not a name and 0, 1 or 2; mend the line")
        if cells[0] in sides:
            raise Fault(f"{path}:{line}: {cells[0]!r} is there twice; remove one")
        sides[cells[0]] = PARTITION[cells[1]]
    return sides


def _heading(path: Path, rows: list[Row], separated: bool) -> tuple[list[str], list[Row]]:
    """Return the attribute names and the rows below them. The .txt form first states the number of rows."""
    stated = None if separated else _count(path, rows[0])
    (line, names), *rows = rows if separated else rows[1:] or [(2, [])]
    names = names[1:] if separated else names
    if not names or not all(names) or len(set(names)) != len(names):
        raise Fault(f"{path}:{line}: attribute names are missing or repeated; name each column once")
    if stated is not None and stated != len(rows):
        raise Fault(
            f"{path}:1: {stated} rows are announced, {len(rows)} are there; fetch a cut file again, or mend the number"
        )
    if not rows:
        raise Fault(f"{path}: no row below the attribute names; add a row a picture")
    return names, rows


def _numbered(rows: Sequence[Row]) -> bool:
    """Say whether the first column counts from 0 on, as pandas writes it, beside one that names files."""
    counted = all(cells[0] == str(number) for number, (_, cells) in enumerate(rows))
    return counted and all(len(cells) > 1 and PurePosixPath(cells[1]).suffix for _, cells in rows)


def _count(path: Path, row: Row) -> int:
    line, text = row[0], " ".join(row[1])
    if not text.isdecimal():
        raise Fault(
            f"{path}:{line}: {text[:60]!r} is not the number of rows; save the table as CSV, or begin it with the number"
        )
    return int(text)


def _rows(path: Path, content: bytes | None) -> tuple[list[Row], bool]:
    """Return all rows that are not blank, and whether they are CSV, by their first line; else blanks part their cells."""
    text = _text(path, content)
    if "\r" in text and "\n" not in text:
        raise Fault(f"{path}:1: ends its lines by carriage returns alone; save it with line feeds")
    lines = text.split("\n")
    separator = separator_of([line for line in lines if line.strip()][:2])
    if not separator:
        return [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip()], False
    return list(_of_csv(path, lines, separator)), True


def separator_of(lines: Sequence[str]) -> str:
    """Return what parts the cells of a CSV, by its first two lines, which have as many; "" where it is none.

    A separator within quotes is none, and one that only some lines have is a part of their cells.
    """

    def cells(line: str, separator: str) -> int:
        try:
            return len(next(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True), []))
        except csv.Error:
            return 0

    counts = {separator: [cells(line, separator) for line in lines] for separator in SEPARATORS}
    best = max(counts, key=lambda one: (len(set(counts[one])) == 1 and counts[one][0] > 1, counts[one][:1]))
    return best if lines and counts[best][0] > 1 else ""


def _of_csv(path: Path, lines: Sequence[str], separator: str) -> Iterator[Row]:
    """Yield the rows by the rules of CSV, their cells without blanks at the ends."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=separator, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise Fault(f"{path}:{reader.line_num}: is not CSV ({error}); mend the line or save the table again") from error


def _text(path: Path, content: bytes | None) -> str:
    """Return the text of a table, its letters composed (NFC): equal names are equal texts."""
    try:
        content = path.read_bytes() if content is None else content
    except OSError as error:
        raise Fault(
            f"{path}: cannot be read ({error.strerror}); put it there (CelebA's: python -m stages.fetch celeba), or "
            "correct its path in params.yaml"
        ) from error
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Fault(f"{path}:1: is UTF-16, not UTF-8; save the file as UTF-8")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise Fault(f"{path}:{line}: holds a NUL byte, so it is damaged; write or fetch it again")
    try:
        return unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Fault(f"{path}:{line}: is not UTF-8; save the file as UTF-8") from error
