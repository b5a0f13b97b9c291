"""How fast raw pictures are prepared, on one core and on all, and how its memory grows with their number."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

from bench.setup import ROOT
from stargan.core.params import read_yaml
from stargan.raw.packing import cores
from stargan.synthetic.face import ATTRIBUTES
from stargan.synthetic.people import celeba_face, celeba_name
from stargan.synthetic.render import render_form
from support.interrupted import UNTRACKED

DRAWN = 300
SIZE = 128
CELEBA = 202_599


def write_raw(folder: Path, images: int) -> None:
    """Write CelebA's form of so many pictures, none twice: each is the mean of two drawn faces."""
    raw = folder / "data/raw/celeba"
    raw.mkdir(parents=True)
    faces = [render_form(celeba_face(1, celeba_name(index)), "celeba", 1) for index in range(1, DRAWN + 1)]
    names = [celeba_name(index) for index in range(1, images + 1)]
    with zipfile.ZipFile(raw / "img_align_celeba.zip", "w") as archive:
        for index, name in enumerate(names):
            buffer, apart = io.BytesIO(), 1 + index // DRAWN
            mean = Image.blend(faces[index % DRAWN], faces[(index + apart) % DRAWN], 0.5)
            mean.save(buffer, "JPEG", quality=95)
            archive.writestr(f"img_align_celeba/{name}", buffer.getvalue())
    # A pattern that gives every attribute and its lack to some.
    rows = (
        ",".join([name, *("1" if (index >> bit % 8) & 1 else "-1" for bit in range(len(ATTRIBUTES)))])
        for index, name in enumerate(names)
    )
    (raw / "list_attr_celeba.csv").write_text("\n".join([",".join(["image_id", *ATTRIBUTES]), *rows]) + "\n")
    (raw / "list_eval_partition.txt").write_text("".join(f"{name} 0\n" for name in names))
    params = read_yaml(ROOT / "params.yaml") | {"image_size": SIZE}
    params["datasets"]["celeba"]["test_images"] = images // 10
    (folder / "params.yaml").write_text(json.dumps(params))
    (folder / "sitecustomize.py").write_text(UNTRACKED)


def resident(pid: int) -> float:
    """Return the memory in MB of a process and its children, mapped files apart, shared pages counted once (PSS)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")) / 1024
    return own + sum(resident(int(child)) for child in children)


def started(folder: Path, stage: str, *arguments: str, processors: set[int] | None = None) -> subprocess.Popen[bytes]:
    """Start a stage in a folder, on some cores."""
    return subprocess.Popen(
        [sys.executable, "-m", f"stages.{stage}", *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": f"{folder}:{ROOT}", "DVC_ROOT": str(folder)},
        preexec_fn=lambda: os.sched_setaffinity(0, processors or os.sched_getaffinity(0)),
    )


def peak_of(process: subprocess.Popen[bytes]) -> float:
    """Return a process's peak in MB, after its end. Looking takes time: such a run is not timed."""
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(0.1)
    assert process.returncode == 0
    return peak


def timed(folder: Path, processors: set[int]) -> float:
    """Return how many seconds the set in a folder takes to prepare on some cores."""
    shutil.rmtree(folder / "data/prepared")
    begun = time.perf_counter()
    assert started(folder, "prepare", "celeba", processors=processors).wait() == 0
    return time.perf_counter() - begun


def prepare(folder: Path, images: list[int]) -> dict[str, Any]:
    """Return rates on one core and on all, and the memory at several numbers of pictures with its slope.

    A rate is what the largest set takes longer than the smallest: Python's start is in neither.
    """
    every = os.sched_getaffinity(0)
    peaks, seconds, seconds_alone = dict[int, float](), dict[int, float](), dict[int, float]()
    for count in images:
        work = folder / str(count)
        write_raw(work, count)
        peaks[count] = peak_of(started(work, "prepare", "celeba"))
        pairs = [(timed(work, every), timed(work, {min(every)})) for _ in range(2)]
        seconds[count], seconds_alone[count] = (min(taken) for taken in zip(*pairs, strict=True))
        shutil.rmtree(work)
    few, many = images[0], images[-1]
    rate, alone = ((many - few) / (taken[many] - taken[few]) for taken in (seconds, seconds_alone))
    slope = (peaks[many] - peaks[few]) / (many - few)
    return {
        "images": many,
        "cores": cores(),
        "images_per_second": rate,
        "images_per_second_one_core": alone,
        "ratio": rate / alone,
        "seconds": seconds,
        "seconds_one_core": seconds_alone,
        "peak_mb": peaks,
        "kb_per_image": 1024 * slope,
        "peak_mb_computed_for_celeba": peaks[many] + max(slope, 0.0) * (CELEBA - many),
    }
