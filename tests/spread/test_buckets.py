"""The law of buckets: a night that is put together from parts is the night of the whole."""

import datetime
import random
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.bill import Answered
from pipeline.forecast import Posted
from pipeline.settings import Settings
from pipeline.spread import SpreadError, compute_in_buckets
from pipeline.spread.buckets import bucket_of
from pipeline.spread.flat import computed_frames, known_frames
from pipeline.spread.parcels import read_parcel, write_parcel
from pipeline.spread.work import Bucket, do_bucket, versions
from pipeline.tonight import Asked, Computed, Known, compute_night
from schemas.outputs import BillLines, RevenueEvents, RevenueLines, nothing_of
from tests.forecast.worlds import still_open
from tests.laws.naive_revenue import Deal, Rules
from tests.laws.test_revenue_laws import LAW, accepted, deals, ledger, rules, with_deals
from tests.recognise.revenue_nights import months_of
from tests.schedules import Contracts

NIGHTS = st.dates(datetime.date(2024, 6, 1), datetime.date(2025, 6, 30))
WORLDS = st.lists(deals(), min_size=6, max_size=7)
SPAN = datetime.timedelta(days=40)
Frames = Mapping[str, pd.DataFrame]


def assert_same(these: Frames, those: Frames) -> None:
    """Row by row, to the dtype."""
    assert set(these) == set(those)
    for name, frame in these.items():
        pd.testing.assert_frame_equal(frame, those[name], obj=name)


def first_known(contracts: Contracts) -> Known:
    """Before the first night."""
    posted = nothing_of_ledger()
    return Known(contracts, posted, nothing_of(RevenueLines), months_of(posted.lines, posted.events),
                 Answered.of_nothing())  # fmt: skip


def nothing_of_ledger() -> Posted:
    """What was posted before the first night."""
    return Posted(nothing_of(BillLines).assign(sent=pd.Series([], dtype="bool")),
                  nothing_of(RevenueEvents))  # fmt: skip


def known_after(night: Computed, contracts: Contracts) -> Known:
    """After a night of which every third line was rejected."""
    lines = night.bills.lines
    rejected = lines.iloc[::3].reset_index(drop=True).assign(message="no such site")
    of_milestones = rejected.loc[rejected["what"].str.startswith("M")]
    keys = ["subscription_number", "charge_number", "what"]
    return Known(
        contracts, Posted(lines.assign(sent=True), night.revenue.events), night.revenue.lines,
        months_of(lines, night.revenue.events),
        Answered(of_milestones[keys].assign(state="REJECTED").reset_index(drop=True), rejected),
    )  # fmt: skip


@settings(LAW, max_examples=1)
@given(WORLDS, rules(), NIGHTS, st.integers(0, 10**6))
def test_the_parts_make_the_whole(
    world: list[Deal], chosen: Rules, night: datetime.date, seed: int
) -> None:
    """Two nights, the second after changes and answers: one bucket, two and five give the frames that
    are computed at once, with their rows in the same order."""
    assume(seed)  # the first world that is drawn is the simplest, and says nothing
    with ledger(chosen) as books:
        before = with_deals(accepted(books.folder, world), world)
        contracts = still_open(before, night, SPAN.days, random.Random(seed))
        asked = Asked("R-1", night, books.settings)
        whole = compute_night(first_known(before), asked)
        parts = compute_in_buckets(first_known(before), asked, 2)
        assert_same(computed_frames(parts), computed_frames(whole))
        later = Asked("R-2", night + SPAN, books.settings, with_outlook=False)
        known = known_after(whole, contracts)
        second = computed_frames(compute_night(known, later))
        for count in (1, 5):
            assert_same(computed_frames(compute_in_buckets(known, later, count)), second)
        assert whole.outlook and len(whole.outlook.months) and len(second["books.journal"])
        place = str(books.folder / "parcel")
        write_parcel(place, known_frames(known))
        assert_same(read_parcel(place, list(known_frames(known))), known_frames(known))


def test_every_row_is_in_one_bucket() -> None:
    numbers = pd.Series([f"S-{number}" for number in range(2000)], dtype="str")
    at = bucket_of(numbers, 7)
    assert at.min() == 0 and at.max() == 6
    assert np.bincount(at).min() > 200, "about the same number in each"
    assert (bucket_of(numbers.iloc[::-1], 7)[::-1] == at).all()


def test_a_parcel_keeps_every_dtype(tmp_path: Path) -> None:
    """Cents beyond what a float holds, days in whole seconds, blanks, and no row at all."""
    frame = pd.DataFrame(
        {
            "amount_minor": pd.Series([2**53 + 1, None, -(2**62) - 1], dtype="Int64"),
            "net_minor": pd.Series([2**53 + 1, 0, 2**62 + 1], dtype="int64"),
            "month": pd.Series(["2026-03-01", None, "0001-01-01"], dtype="datetime64[s]"),
            "reason": pd.Series(["", None, "=1+1\n\x1f"], dtype="str"),
            "sent": pd.Series([True, False, True]),
            "known": pd.Series([True, None, False], dtype="boolean"),
        }
    )
    frames = {"a": frame, "b.c": frame.iloc[:0], "blank": frame.iloc[1:2].reset_index(drop=True)}
    write_parcel(str(tmp_path / "new" / "one"), frames)
    assert_same(read_parcel(str(tmp_path / "new" / "one"), list(frames)), frames)


def test_a_worker_of_another_version_refuses() -> None:
    other = versions() | {"pandas": "2.2.3"}
    with pytest.raises(SpreadError, match=r"instead of 2\.2\.3: install the same on all machines"):
        do_bucket(
            Bucket("nowhere", (), Asked("R-1", datetime.date(2026, 3, 31), Settings()), other)
        )
