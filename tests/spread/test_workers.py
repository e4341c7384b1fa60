"""Who computes a night changes nothing of it, and whoever dies of it leaves nothing behind."""

import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeline.spread import SpreadError, cluster
from pipeline.spread.places import private_folder
from pipeline.spread.processes import Crew, map_in_processes
from tests.desk import Desk, files_below
from tests.spread import odd_jobs

ROOT = Path(__file__).parents[2]
FIRST, SECOND = "2026-01-31", "2026-02-28"
LEDGER = ("bill_lines", "revenue_lines", "revenue_events", "control_totals", "agenda")


def run(desk: Desk, night: str, *more: object) -> None:
    """A night of the sample company, which has rows to correct."""
    done = desk.run(*more, as_of=night, inbox=ROOT / "sample_data" / night)
    assert done.exit_code == 3, done.stderr


def ledger_of(desk: Desk) -> dict[str, list[tuple]]:
    """Every row that was posted, and when each contract is looked at again."""
    with sqlite3.connect(desk.folder / "store.db") as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)
            for table in LEDGER
        }


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Two nights in one process, looked at whole."""
    desk = Desk(tmp_path_factory.mktemp("alone"))
    run(desk, FIRST, "--workers", 1)
    run(desk, SECOND, "--workers", 1)
    return desk


@pytest.fixture
def two_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the sample company's contracts."""
    monkeypatch.setenv("MILESTONE_BILLING_CONTRACTS_PER_BUCKET", "8")


def kill_one(workers: Callable[[], Any], killed: list[int]) -> None:
    """Kill the first worker of a cluster that has a bucket, in the middle of it."""
    until = time.monotonic() + 60
    while not killed and time.monotonic() < until:
        for state, nanny in workers():
            if state.processing and nanny.pid:
                os.kill(nanny.pid, signal.SIGKILL)
                killed.append(nanny.pid)
                return
        time.sleep(0.005)


@pytest.mark.usefixtures("two_buckets")
def test_whoever_computes_it(alone: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes compute the first night, a cluster the second, and one of its workers is killed
    while it has a bucket: the files, the ledger and the agenda are those of one process."""
    distributed = pytest.importorskip(
        "distributed", reason="Dask distributed is not installed (the extra `cluster`)"
    )
    monkeypatch.setenv("TMPDIR", str(tmp_path / "private"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "private").mkdir()
    (tmp_path / "shared").mkdir()
    desk = Desk(tmp_path)
    run(desk, FIRST, "--workers", 2)
    assert not list((tmp_path / "private").iterdir())
    killed: list[int] = []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as local:

        def workers() -> list[tuple[Any, Any]]:
            nannies = {nanny.worker_address: nanny for nanny in local.workers.values()}
            states = list(local.scheduler.workers.values())
            return [(one, nannies[one.address]) for one in states if one.address in nannies]

        threading.Thread(target=kill_one, args=(workers, killed), daemon=True).start()
        shared = (tmp_path / "shared").as_uri()
        run(desk, SECOND, "--cluster", local.scheduler_address, "--shared", shared)
    assert killed
    assert not list((tmp_path / "shared").iterdir())
    assert files_below(desk.out) == files_below(alone.out)
    assert ledger_of(desk) == ledger_of(alone)


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    places = [str(tmp_path / name) for name in ("a", "b", "c")]
    assert dict(map_in_processes(odd_jobs.die_once, iter(places), 2)) == {0: "a", 1: "b", 2: "c"}


@pytest.mark.parametrize(
    ("job", "fault", "says"),
    [
        (odd_jobs.die, SpreadError, r"and so did the next one \(by signal 9\): if memory ran out"),
        (odd_jobs.overflow, OverflowError, odd_jobs.BIG),
        (odd_jobs.refuse, SpreadError, "no room; nothing was posted"),
        (odd_jobs.blunder, RuntimeError, r"(?s)in a worker process:.*odd_jobs.*due_minor"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_job_that_fails(job: Callable, fault: type[Exception], says: str) -> None:
    """What the night can tell in a sentence comes as it is, a fault of our own with its trace; and no
    process is left."""
    before = set(psutil.Process().children())
    with pytest.raises(fault, match=says):
        list(map_in_processes(job, [1], 1))
    assert set(psutil.Process().children()) == before


def test_a_crew_stays() -> None:
    """From one night to the next; but for who has died meanwhile, or failed."""
    crew, before = Crew(), set(psutil.Process().children())

    def at_work() -> set[int]:
        return {pid for _, pid in map_in_processes(odd_jobs.who, range(9), 2, crew)}

    at_work()
    first = {worker.process.pid for worker in crew.idle}
    assert len(first) == 2 and at_work() <= first
    with pytest.raises(OverflowError):
        list(map_in_processes(odd_jobs.overflow, [1], 1, crew))
    assert len(crew.idle) == 1
    os.kill(crew.idle[0].process.pid, signal.SIGKILL)
    second = at_work()
    assert len(crew.idle) == 2 and not first & second
    crew.end()
    assert set(psutil.Process().children()) == before


def test_items_are_taken_as_workers_are_free() -> None:
    taken: list[int] = []

    def items() -> Any:
        for number in range(9):
            taken.append(number)
            yield number

    results = map_in_processes(odd_jobs.double, items(), 2)
    number, result = next(results)
    assert (result, len(taken)) == (2 * number, 2)
    assert sorted([result, *(one for _, one in results)]) == list(range(0, 18, 2))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_night_that_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: signal.Signals
) -> None:
    """While workers compute: it ends within seconds, and its workers with it. A folder that a killed
    night could not remove goes with the next one."""
    command = [
        sys.executable, "-m", "pipeline", "run", str(ROOT / "sample_data" / FIRST), "--as-of", FIRST,
        "--out", str(tmp_path / "out"), "--store", f"sqlite:///{tmp_path / 'store.db'}",
        "--workers", "2",
    ]  # fmt: skip
    (tmp_path / "private").mkdir()
    given = os.environ | {
        "TMPDIR": str(tmp_path / "private"), "MILESTONE_BILLING_CONTRACTS_PER_BUCKET": "4",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    night = subprocess.Popen(command, env=given, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not list((tmp_path / "private").glob("*/0001/*")) and time.monotonic() < until:
        time.sleep(0.01)
    workers = psutil.Process(night.pid).children()
    assert len(workers) == 2
    night.send_signal(ending)
    _, said = night.communicate(timeout=20)
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive
    left = list((tmp_path / "private").iterdir())
    if ending == signal.SIGTERM:
        assert night.returncode == 143 and "stopped by SIGTERM" in said and not left
        return
    assert len(left) == 1
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "private"))
    with private_folder() as place:
        assert list((tmp_path / "private").iterdir()) == [Path(place)]


@pytest.mark.usefixtures("two_buckets")
def test_a_cluster_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1, a sentence that says what to do, and nothing posted; a night of one bucket does not ask
    for it."""
    pytest.importorskip("distributed", reason="Dask distributed is not installed")
    monkeypatch.setattr(cluster, "TO_CONNECT", "1s")
    desk = Desk(tmp_path)
    inbox = ROOT / "sample_data" / FIRST
    given = ("--cluster", "tcp://127.0.0.1:1", "--shared", tmp_path / "shared")
    done = desk.run(*given, as_of=FIRST, inbox=inbox)
    assert done.exit_code == 1
    assert "tcp://127.0.0.1:1: there is no scheduler to be reached" in done.stderr
    assert done.stderr.endswith("nothing was posted\n")
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = desk.run(*given, as_of=FIRST, inbox=inbox)
    assert done.exit_code == 1
    assert "pip install 'milestone-billing[cluster]'" in done.stderr
    assert desk.run(*given[:2], as_of=FIRST, inbox=inbox).exit_code == 2
    assert desk.on("history").stdout == "no run yet\n"


@pytest.mark.parametrize(
    "address", ["scheduler", "tls://127.0.0.1:1", "tcp://me:secret@127.0.0.1:1"]
)
def test_an_address_that_is_none(
    capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder, address: str
) -> None:
    """It is refused at once, by a sentence alone, without a password."""
    pytest.importorskip(
        "distributed", reason="Dask distributed is not installed (the extra `cluster`)"
    )
    with pytest.raises(SpreadError, match="there is no scheduler to be reached") as refused:
        list(cluster.map_on_cluster(len, ["a bucket"], address, lambda _: None))
    assert "secret" not in str(refused.value)
    del refused
    gc.collect()
    assert not capfd.readouterr().err
    assert not recwarn.list
