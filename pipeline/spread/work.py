"""The work of one bucket, wherever it is done: a parcel is opened, computed, and another one packed.

Only names of places travel with the work. Whoever does a bucket again, because nobody knows what became
of it, packs a parcel of its own: no two write the same file, and one of them is taken.
"""

import platform
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as arrow

from pipeline import __version__
from pipeline.spread.faults import SpreadError
from pipeline.spread.flat import computed_frames, known_of
from pipeline.spread.parcels import read_parcel, write_parcel
from pipeline.tonight import Asked, compute_part


@dataclass(frozen=True)
class Bucket:
    """A bucket to be done: where its parcel is and what is in it, the night, and the versions of what
    computes it, which must be the same everywhere."""

    place: str
    names: tuple[str, ...]
    asked: Asked
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Done:
    """A bucket that is done: where its parcel is and what is in it."""

    place: str
    names: tuple[str, ...]


def versions() -> dict[str, str]:
    """What the same bytes depend on."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"milestone-billing": __version__, "Python": python, "pandas": pd.__version__,
            "numpy": np.__version__, "pyarrow": arrow.__version__}  # fmt: skip


def do_bucket(bucket: Bucket) -> Done:
    """Compute a bucket."""
    _refuse_others(bucket.versions)
    known = known_of(read_parcel(bucket.place, list(bucket.names)))
    frames = computed_frames(compute_part(known, bucket.asked))
    place = f"{bucket.place}.done-{uuid.uuid4().hex}"
    write_parcel(place, frames)
    return Done(place, tuple(frames))


def _refuse_others(wanted: Mapping[str, str]) -> None:
    own = versions()
    others = [f"{name} {own[name]} instead of {wanted[name]}" for name in wanted
              if own[name] != wanted[name]]  # fmt: skip
    if others:
        raise SpreadError(
            f"a worker on {platform.node()} has {', '.join(others)}: install the same on all machines; "
            "nothing was posted"
        )
