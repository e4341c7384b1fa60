"""One round of torture: a night that is hit a few times, and then left to run to its end.

The seed says everything but the microsecond: which database, which night, where each blow falls.
"""

import random
import re
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kills.moments import DRAWN, PUBLISHING, file_of, point_of
from tests.kills.places import (
    FIRST,
    SECOND,
    Place,
    differences,
    half_folders,
    result_of,
    tables_of,
)  # fmt: skip
from tests.kills.rounds import POSTGRESQL, SQLITE, Tally, Worker
from tests.kills.undisturbed import REJECTED, Nights, Undisturbed

KILL, TERM, DISCONNECT = "SIGKILL", "SIGTERM", "connection cut"
STOPPED, FAILED, BUSY = 128 + signal.SIGTERM, 1, 75
SOON_ENOUGH = 15
"""Seconds in which a night that is asked to stop has stopped, on a machine that is busy besides."""

FREED = 20
"""Seconds in which the server of a killed night's database lets go what that night held."""

AT_THE_END = ("marking the run as sent", "after the night")
"""The points from which on a night may be over: the next run may be another."""

LEDGER = ("runs", "imports", "bill_lines", "revenue_lines", "revenue_events", "milestones",
          "control_totals", "run_closings", "audit_trail")  # fmt: skip


@dataclass(frozen=True)
class Blow:
    """How a night is hit: at a share of its length, or at a point (exactly, or soon after it)."""

    ending: str
    share: float
    point: str = ""
    soon: float | None = None

    def __str__(self) -> str:
        where = f"at {self.share:.3f} of the night"
        if self.point:
            where = f"{self.point}, at {self.share:.3f} of it"
        return f"{self.ending} {where}" + (f", {self.soon:.3f} s later" if self.soon else "")


@dataclass(frozen=True)
class Round:
    """What a seed says: `own` runs the night in an interpreter of its own, `looks` has the store
    looked at after each blow, before the night is run again."""

    seed: int
    kind: str
    day: str
    own: bool
    looks: bool
    blows: tuple[Blow, ...]


def round_of(seed: int) -> Round:
    """The round of a seed: one to five blows, before the night is left in peace."""
    source = random.Random(seed)
    kind = source.choice([SQLITE, POSTGRESQL])
    day = source.choice([FIRST, SECOND])
    own = source.random() < 0.04
    count = 1 if own else source.choices([1, 2, 3, 4, 5], [2, 3, 3, 3, 2])[0]
    blows = tuple(_blow(source, kind, own) for _ in range(count))
    return Round(seed, kind, day, own, source.random() < 0.7, blows)


def _blow(source: random.Random, kind: str, own: bool) -> Blow:
    ending = source.choices([KILL, TERM, DISCONNECT], [65, 15, 20 if kind == POSTGRESQL else 0])[0]
    share = source.random()
    if own or source.random() < 0.5:
        return Blow(ending, share)
    point = source.choice(DRAWN)
    return Blow(ending, share, point, source.choice([None, None, source.uniform(0, 0.03)]))


def play(worker: Worker, nights: Nights, seed: int) -> Tally:
    """Play the round of a seed."""
    asked = round_of(seed)
    whole = nights.of(worker, asked.kind, asked.day)
    place = worker.places[asked.kind].new(whole.start)
    played = Played(worker, asked, whole, place)
    played.to_the_end()
    worker.places[asked.kind].drop(place)
    if played.faults:
        played.told.faults[seed] = [f"{asked.kind}, {asked.day}: {one}" for one in played.faults]
    return played.told


class Played:
    """A round that is played, and what is found."""

    def __init__(self, worker: Worker, asked: Round, whole: Undisturbed, place: Place) -> None:
        self.worker, self.asked, self.whole, self.place = worker, asked, whole, place
        self.told = Tally()
        self.faults: list[str] = []
        self.told.counts.update({"rounds": 1, f"rounds on {asked.kind}": 1})

    def to_the_end(self) -> None:
        """All blows, then the night in peace, then the comparison."""
        over = reached_the_end = False
        for blow in self.asked.blows:
            ended = self.run(blow)
            over = ended["status"] == REJECTED
            if over:
                self.judge_survivor(ended, blow)
                break
            self.judge(ended, blow)
            reached_the_end |= ended["hit"].get("stage", PUBLISHING) == PUBLISHING
            hit = point_of(ended["hit"].get("stage", ""), ended["hit"].get("names", []))
            if (self.asked.looks and self.look(ended, blow)) or hit in AT_THE_END:
                break
        if not over:
            self.in_peace()
        self.compare(may_be_twice=reached_the_end)

    def run(self, blow: Blow | None) -> dict[str, Any]:
        """The night, hit or in peace; anew while a dead one's connection still holds the store."""
        job = self.place.night(self.whole.day)
        if self.asked.own:
            job |= {"own": True}
        job |= self.aimed(blow) if blow else {}
        until = time.monotonic() + FREED
        while True:
            ended = self.worker.server.run(job)[0]
            if ended["status"] != BUSY or time.monotonic() > until:
                return ended
            self.told.counts["runs kept out for a moment by a dead one's connection"] += 1
            time.sleep(0.1)

    def aimed(self, blow: Blow) -> dict[str, Any]:
        """The blow in the words of a job."""
        how: dict[str, Any] = {"signal": signal.SIGTERM if blow.ending == TERM else signal.SIGKILL}
        if blow.ending == DISCONNECT:
            server = self.worker.places[POSTGRESQL].server
            how = {"disconnect": [server, self.place.database]}
        at = [number for number, point in enumerate(self.whole.points) if point == blow.point]
        if not at:
            return how | {"after": blow.share * self.whole.length(self.asked.own)}
        chosen = at[int(blow.share * len(at))]
        how |= {"stage": self.whole.stages[chosen], "number": self.whole.number_in_stage(chosen)}
        return how | ({"soon": blow.soon} if blow.soon is not None else {})

    def judge(self, ended: dict[str, Any], blow: Blow) -> None:
        """The night ended as it should, having been hit so."""
        self.count(ended, blow)
        status, error, stage = ended["status"], self.place.said(), ended["hit"].get("stage")
        is_right = {
            KILL: status == -signal.SIGKILL,
            TERM: (status == STOPPED and "stopped by SIGTERM; nothing is left" in error)
            or (status == -signal.SIGTERM and stage in (None, PUBLISHING)),
            DISCONNECT: status == FAILED and _is_one_message(error),
        }[blow.ending]
        if not is_right or "Traceback" in error:
            self.fault(f"{blow} at {ended['hit']}: status {status}, said: {error[-900:]}")
        if blow.ending != KILL and ended["took"] > SOON_ENOUGH:
            self.fault(f"{blow}: ended {ended['took']:.1f} s later only")
        for fault in half_folders(self.place.folder / "out", self.whole.twice.files):
            self.fault(f"{blow} at {ended['hit']}: {fault}")

    def count(self, ended: dict[str, Any], blow: Blow) -> None:
        """Where the blow fell."""
        hit, counts = ended["hit"], self.told.counts
        names = hit.get("names", [])
        point = point_of(hit.get("stage", ""), names)
        if self.asked.own:
            point = "in an interpreter of its own"
        counts.update({"kills": 1, f"by {blow.ending}": 1, f"hit {point}": 1})
        counts[f"aimed at a {'point' if blow.point else 'random moment'}"] += 1
        if point == "writing the files" and names and file_of(names[-1]):
            counts[f"while writing {file_of(names[-1])}"] += 1
        if blow.ending != KILL:
            self.told.seconds[f"from {blow.ending} to the end"].append(ended["took"])

    def judge_survivor(self, ended: dict[str, Any], blow: Blow) -> None:
        """A night that ran to its end all the same: only where the blow came too late."""
        self.told.counts["blows that came too late: the night was over"] += 1
        hit = ended["hit"]
        if hit and blow.ending != KILL:
            point = point_of(hit.get("stage", ""), hit.get("names", []))
            if point not in AT_THE_END:
                self.fault(f"{blow} at {hit}: not noticed")

    def look(self, ended: dict[str, Any], blow: Blow) -> bool:
        """What stands in the store: as before, or all of the night. Whether the night was over."""
        if self.asked.kind == SQLITE:
            found = _tables_aside(self.place)
        else:  # a dead night's commit may still be under way
            if not self.worker.places[POSTGRESQL].is_left(self.place, FREED):
                self.fault(f"{blow}: its connection is still there {FREED} s later")
            found = tables_of(self.place.store)
        before, after = self.whole.before.tables, self.whole.once.tables
        posted = len(found.get("runs", [])) > len(before.get("runs", []))
        expected = after if posted else before
        for name in LEDGER:
            rows, wanted = found.get(name, []), expected.get(name, [])
            if (len(rows) if name == "runs" else rows) != (
                len(wanted) if name == "runs" else wanted
            ):
                self.fault(f"half a night: table {name} has {rows}, not {wanted}")
        self.told.counts[f"found {'after' if posted else 'before'} the post commit"] += 1
        parts = list((self.place.folder / "out").glob(f".*-{ended['pid']}.part"))
        if not posted and parts and blow.ending == TERM:
            self.fault(f"asked to stop before it posted, and left {parts} behind")
        return bool(posted and found["runs"] == after["runs"])

    def in_peace(self) -> None:
        """The night once more, and nobody disturbs it."""
        ended = self.run(None)
        if ended["status"] != REJECTED:
            self.fault(f"run again: status {ended['status']}, said: {self.place.said()[-900:]}")
            return
        out = self.place.said("out")
        how = "posted anew"
        if "was posted before and interrupted" in out:
            how = "found it posted and wrote its files"
        elif "0 lines: nothing to post" in out:
            how = "found it over and ran another, of nothing"
        self.told.counts[f"the next run {how}"] += 1
        if how == "posted anew":
            known = self.whole.own_seconds if self.asked.own else self.whole.seconds
            known.append(ended["seconds"])

    def compare(self, may_be_twice: bool) -> None:
        """The same ledger, numbers and files as of a night that nobody disturbed."""
        found = result_of(self.place)
        runs = len(found.tables.get("runs", []))
        is_twice = may_be_twice and runs == len(self.whole.twice.tables["runs"])
        expected = self.whole.twice if is_twice else self.whole.once
        for difference in differences(found, expected):
            self.fault(difference)

    def fault(self, words: str) -> None:
        """Something is wrong."""
        self.faults.append(words)


def _is_one_message(error: str) -> bool:
    return re.fullmatch(r"milestone-billing: the store [^\n]+\n", error) is not None


def _tables_aside(place: Place) -> dict[str, list[tuple]]:
    """The tables, read from a copy: whoever opens a killed night's file repairs it."""
    with tempfile.TemporaryDirectory() as folder:
        for path in place.folder.glob("store.db*"):
            shutil.copy(path, folder)
        copy = Path(folder) / "store.db"
        return tables_of(f"sqlite:///{copy}") if copy.exists() else {}
