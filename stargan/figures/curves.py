"""Training curves: the loss terms of several runs, and the verdicts on them, small multiples."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from stargan.core.names import decoded
from stargan.data.lettering import in_codes, system_font

SMOOTH = 25
"""A line is the running median of one in so many of its points, which shows more than noise."""
VERDICTS: Mapping[str, str] = {
    "judged_error": "error, %",
    "judged_kid": "KID",
    "judged_changed": "changed pixels: L1, of no edit's",
    "judged_kept": "kept pixels: L1",
}
"""The verdicts on a training by their stems, and what a panel of them is called."""
Style = Literal["-", "--", ":", "-."]
STYLES: tuple[Style, ...] = ("-", "--", ":", "-.")


def curves(losses: Mapping[str, pd.DataFrame]) -> bytes:
    """Return a PNG with a row a run: the terms of discriminators (`d_...`) at the left, of all others at the right.

    Each run has a column `iteration` and a column a term, empty where a term was not trained.
    """
    figure = Figure(figsize=(10, 2.3 * len(losses)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(losses), 2, squeeze=False)
    for row, (run, table) in zip(panels, losses.items(), strict=True):
        terms = [name for name in table.columns if name != "iteration" and split(name)[0] not in VERDICTS]
        critic = [name for name in terms if name.startswith("d_")]
        draw(row[0], f"{run}: discriminator", table, critic)
        others = [name for name in terms if name not in critic]
        encoders = "" if all(name.startswith("g_") for name in others) else " and encoders"
        draw(row[1], f"{run}: generator{encoders}", table, others)
    return png(figure, panels)


def verdicts(losses: Mapping[str, pd.DataFrame]) -> bytes:
    """Return a PNG with a row a run and a column for each of `VERDICTS`: a line each for own faces, and across datasets.

    The runs are those of `curves` that were judged on their way.
    """
    figure = Figure(figsize=(12, 2.3 * len(losses)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(losses), len(VERDICTS), squeeze=False)
    for row, (run, table) in zip(panels, losses.items(), strict=True):
        for axes, (stem, title) in zip(row, VERDICTS.items(), strict=True):
            names = [name for name in table.columns if split(name)[0] == stem]
            for name in names:
                known = table[["iteration", name]].dropna()
                axes.plot(known["iteration"], known[name], marker=".", linewidth=1, label=split(name)[1])
            decorate(axes, f"{run}: {title}")
            axes.set_ylim(bottom=min([0.0, *table[names].min().dropna()]))  # KID may be negative
            if names:
                lettered_legend(axes.legend(fontsize=7, frameon=False))
    return png(figure, panels)


def judged(table: pd.DataFrame) -> bool:
    """Return whether a training was judged on its way."""
    return any(split(name)[0] in VERDICTS for name in table.columns)


def png(figure: Figure, panels: Iterable[Sequence[Axes]]) -> bytes:
    """Return a figure as a PNG, its last row of panels with the axis named."""
    for axes in list(panels)[-1]:
        axes.set_xlabel("iteration", fontsize=8)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=90, metadata={"Software": None})
    return out.getvalue()


def draw(axes: Axes, title: str, table: pd.DataFrame, terms: Sequence[str]) -> None:
    """Draw the running medians: a colour a term, and a line style for each dataset or model that has it, if they are few."""
    parts = {term: split(term) for term in terms}
    stems = list(dict.fromkeys(stem for stem, _ in parts.values()))
    owners = list(dict.fromkeys(owner for _, owner in parts.values()))
    few = len(owners) <= len(STYLES)
    styles: dict[str, Style] = {owner: STYLES[i] if few else "-" for i, owner in enumerate(owners)}
    for term, (stem, owner) in parts.items():
        known = table[["iteration", term]].dropna()
        middle = known[term].rolling(max(1, len(known) // SMOOTH), min_periods=1, center=True).median()
        axes.plot(
            known["iteration"], middle, color=f"C{stems.index(stem)}", linestyle=styles[owner], linewidth=1 if few else 0.6
        )
    decorate(axes, title)
    legend = [Line2D([], [], color=f"C{i}", label=stem) for i, stem in enumerate(stems)]
    if len(owners) > 1:
        named: dict[str, Style] = styles if few else {f"a line each of {len(owners)}": "-"}
        legend += [Line2D([], [], color="0.4", linestyle=style, label=owner) for owner, style in named.items()]
    if legend:
        lettered_legend(
            axes.legend(handles=legend, fontsize=7, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
        )


def lettered_legend(legend: Legend) -> None:
    """Draw a legend's names as they are: '$' begins no formula, letters that matplotlib's font lacks are a system's."""
    known = get_font(findfont(FontProperties())).get_charmap()
    for text in legend.get_texts():
        name = text.get_text()
        text.set_parse_math(False)
        if any(ord(letter) not in known for letter in name):
            path = system_font(name)
            if path:
                text.set_fontproperties(FontProperties(fname=path, size=7))
            else:
                text.set_text(in_codes(name))


def split(term: str) -> tuple[str, str]:
    """Return a term's own name and what it is of, a dataset or a model: ('d_real', 'rafd') of 'd_real_rafd'."""
    first, second, owner = (*term.split("_", 2), "", "")[:3]
    return f"{first}_{second}".rstrip("_"), decoded(owner.replace("_", " "))


def decorate(axes: Axes, title: str) -> None:
    """Give a panel its title, a light grid and no box."""
    axes.set_title(title, fontsize=9, loc="left")
    axes.tick_params(labelsize=7)
    axes.grid(visible=True, color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
