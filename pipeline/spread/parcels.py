"""Parcels: frames by name as Parquet files of one folder, here or wherever a URL leads. [files]

Whoever opens a parcel has the frames that were put into it, to the dtype: Parquet itself knows no whole
seconds, and would give days back in another unit.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as arrow
from pyarrow import parquet

from pipeline.spread.faults import SpreadError

DTYPES = b"dtypes"
COMPRESSION = "lz4"


def is_url(place: str) -> bool:
    """Whether a place is named by a URL: such are opened by fsspec, which a cluster brings along.

    >>> is_url("s3://bucket/nights"), is_url("/mnt/nights")
    (True, False)
    """
    return "://" in place


def write_parcel(place: str, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write each frame into a file of its name; the folder is made."""
    with _explained(place):
        if not is_url(place):
            Path(place).mkdir(parents=True)
        for name, frame in frames.items():
            table = arrow.Table.from_pandas(frame, preserve_index=False)
            dtypes = json.dumps({name: str(dtype) for name, dtype in frame.dtypes.items()})
            told = table.replace_schema_metadata({**table.schema.metadata, DTYPES: dtypes})
            with _opened(f"{place}/{name}.parquet", "wb") as file:
                parquet.write_table(told, file, compression=COMPRESSION)


def read_parcel(place: str, names: list[str]) -> dict[str, pd.DataFrame]:
    """The frames of these names."""
    with _explained(place):
        return {name: _read(f"{place}/{name}.parquet") for name in names}


def _read(place: str) -> pd.DataFrame:
    with _opened(place, "rb") as file:
        table = parquet.read_table(file)
    return table.to_pandas().astype(json.loads(table.schema.metadata[DTYPES]))


@contextmanager
def _opened(place: str, mode: str) -> Iterator[Any]:
    if is_url(place):
        import fsspec

        with fsspec.open(place, mode) as file:
            yield file
    else:
        with Path(place).open(mode) as file:
            yield file


@contextmanager
def _explained(place: str) -> Iterator[None]:
    """What the system says of a disk or a network, in words that an operator can act on."""
    try:
        yield
    except OSError as fault:
        raise SpreadError(
            f"the buckets' folder {place} can't be used: {fault.strerror or fault}: free space, allow "
            "writing, or name another one; nothing was posted"
        ) from fault
