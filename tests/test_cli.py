"""The command line: what it prints where, how it ends, and what it leaves alone."""

import datetime
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from tests import engines
from tests.builders import changed, ledger_lines, little_company, only, write_inbox
from tests.desk import Desk, files_below

ROOT = Path(__file__).parents[1]
NIGHT = "2026-03-31"
COMMANDS = sorted(main.commands)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The command handles SIGTERM; the tests' own process keeps its own way."""
    former = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, former)


def invoke(*arguments: object) -> Result:
    """The command in this process; only a bug of the program's raises."""
    return CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)


def with_inbox(desk: Desk) -> Desk:
    """The little company in the desk's inbox."""
    write_inbox(desk.inbox, little_company())
    return desk


@pytest.fixture
def desk(tmp_path: Path, store_url: str) -> Desk:
    """The little company, on each database."""
    return with_inbox(Desk(tmp_path, store_url))


@pytest.fixture
def sqlite_desk(tmp_path: Path) -> Desk:
    """The little company, where the database makes no difference."""
    return with_inbox(Desk(tmp_path))


REFUSED = ("subscription_lines 3: product_code=NONE",)
"""A change after which S-2 is refused."""


# Help and usage


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    done = invoke(command, "--help")
    assert done.exit_code == 0
    assert done.stderr == ""
    assert f"Example:\n    milestone-billing {command}" in done.stdout


def test_the_commands_of_the_design() -> None:
    wanted = {"run", "check", "import", "bill", "export", "history"}
    assert wanted <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_options_have_help(command: str) -> None:
    for parameter in main.commands[command].params:
        assert getattr(parameter, "help", "") or parameter.param_type_name == "argument", parameter


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",), ("run",), ("run", "a", "b"), ("export",), ("run", "a", "--nonsense"),
        ("bill", "--as-of", "31/03/2026"), ("bill", "--as-of", "2026-02-30"),
        ("bill", "--as-of", "20260230"), ("bill", "--as-of", "1899-12-31"),
        ("bill", "--as-of", "3000-01-01"), ("bill", "--as-of", ""),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage(sqlite_desk: Desk, arguments: tuple[str, ...]) -> None:
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Error:" in done.stderr
    assert "Traceback" not in done.stderr


# Exit statuses


@pytest.mark.parametrize("command", ["run", "bill"])
def test_an_earlier_night_is_refused(after_first_night: Desk, command: str) -> None:
    desk = after_first_night
    before = ledger_lines(desk.store), desk.files()
    given = (desk.inbox_of(1), "--out", desk.out) if command == "run" else ()
    done = desk.on(command, *given, "--as-of", "2026-03-30")
    assert done.exit_code == 4
    assert done.stdout == ""
    assert done.stderr == (
        "milestone-billing: as of 2026-03-30 lies before the store's last night, 2026-03-31: "
        "it would credit what came due since; run as of 2026-03-31 or later\n"
    )
    assert ledger_lines(desk.store).equals(before[0])
    assert desk.files() == before[1]


def test_no_inbox(sqlite_desk: Desk) -> None:
    for command in ("run", "check", "import"):
        done = sqlite_desk.on(command, sqlite_desk.folder / "nowhere", "--out", sqlite_desk.out)
        assert done.exit_code == 2, command
        assert done.stdout == ""
        assert "nowhere" in done.stderr
        assert done.stderr.count("\n") == 1
    assert not sqlite_desk.out.exists()


def test_an_unknown_run(first_night: Desk, tmp_path: Path) -> None:
    done = first_night.on("export", "2026-03-31-9", "--out", tmp_path)
    assert done.exit_code == 2
    assert done.stderr == (
        "milestone-billing: there is no run 2026-03-31-9 in this store; "
        "the last ones: 2026-03-31-1\n"
    )


def test_an_outbox_that_can_not_be_written(desk: Desk) -> None:
    desk.folder.joinpath("file").write_text("", "utf-8")
    desk.out = desk.folder / "file" / "out"
    done = desk.run()
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith("milestone-billing: ")
    assert "can't be written" in done.stderr
    assert done.stderr.count("\n") == 1
    assert desk.on("history").stdout == "no run yet\n"


def test_an_inbox_that_is_one_file(sqlite_desk: Desk) -> None:
    sqlite_desk.on("import", sqlite_desk.inbox, "--out", sqlite_desk.folder / "import")
    dated = changed(little_company(), "milestones 3: completion_date=2026-03-30")
    one = write_inbox(sqlite_desk.folder / "more", only(dated, "milestones")) / "milestones.csv"
    done = sqlite_desk.run("--dry-run", "--json", inbox=one)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["billed"][0]["amount"] == "10500.00"


def test_an_empty_inbox_of_tonight(sqlite_desk: Desk) -> None:
    """Nothing came in: the night is run all the same, and as of today where nothing else is said."""
    (sqlite_desk.folder / "empty").mkdir()
    began = datetime.date.today()
    done = sqlite_desk.on("run", sqlite_desk.folder / "empty", "--out", sqlite_desk.out)
    assert done.exit_code == 0
    assert done.stdout.startswith(
        tuple(f"Run {day}-1, as of {day}\n" for day in (began, datetime.date.today()))
    )
    assert "0 lines: nothing to post" in done.stdout


# Standard output and standard error


def test_standard_output_is_the_result(sqlite_desk: Desk) -> None:
    """And the seconds of each stage go to a file of their own."""
    timings = sqlite_desk.folder / "timings.json"
    done = sqlite_desk.run("--timings", timings)
    assert done.exit_code == 0
    assert done.stdout == (
        "Run 2026-03-31-1, as of 2026-03-31\n"
        "  billed    2 lines, USD 3500.00, East\n"
        "  recognised  2 events, USD 10500.00, East\n"
        "  rows      25 read, 25 accepted, 0 refused\n"
        "  findings  none\n"
        f"  files     {sqlite_desk.out / '2026-03-31-1'}\n"
    )
    assert done.stderr == ""
    stages = [stage["stage"] for stage in json.loads(timings.read_text("utf-8"))]
    assert stages == [
        "read", "validate", "accept", "bill", "recognise", "forecast", "post", "export and report",
    ]  # fmt: skip
    assert not any(name.endswith("timings.json") for name in sqlite_desk.files())


def test_json(sqlite_desk: Desk) -> None:
    said = {
        "import": sqlite_desk.on(
            "import", sqlite_desk.inbox, "--out", sqlite_desk.folder / "import", "--json"
        ),
        "check": sqlite_desk.on(
            "check", sqlite_desk.inbox, "--out", sqlite_desk.folder / "check", "--json"
        ),
        "bill": sqlite_desk.on("bill", "--as-of", NIGHT, "--json"),
        "run": sqlite_desk.run("--json"),
        "export": sqlite_desk.on("export", f"{NIGHT}-1", "--out", sqlite_desk.out, "--json"),
        "history": sqlite_desk.on("history", "--json"),
    }
    told = {command: json.loads(done.stdout) for command, done in said.items()}
    assert all(done.exit_code == 0 and done.stderr == "" for done in said.values())
    assert told["bill"]["billed"] == [
        {"business_unit": "East", "currency": "USD", "lines": 2, "amount": "3500.00"}
    ]
    assert told["run"]["lines"] == 0
    assert told["check"]["rows_read"] == told["import"]["rows_accepted"] == 25
    assert [
        (run["run_id"], run["state"], run["lines"], run["billed"]) for run in told["history"]
    ] == [("2026-03-31-1", "EXPORTED", 2, {"USD": "3500.00"}), ("2026-03-31-2", "EXPORTED", 0, {})]
    assert len(sqlite_desk.files()["2026-03-31-2/bill_lines.csv"].splitlines()) == 1


def test_history_in_words(sqlite_desk: Desk) -> None:
    sqlite_desk.on("import", sqlite_desk.inbox, "--out", sqlite_desk.folder / "import")
    assert sqlite_desk.on("history").stdout == "no run yet\n"
    sqlite_desk.on("bill", "--as-of", NIGHT)
    heading, line = sqlite_desk.on("history").stdout.splitlines()
    assert heading.split() == [
        "run", "command", "state", "lines", "billed", "events", "recognised", "unanswered", "posted",
        "at",
    ]  # fmt: skip
    assert line.split()[:9] == [
        "2026-03-31-1", "bill", "POSTED", "2", "USD", "3500.00", "2", "USD", "10500.00",
    ]  # fmt: skip


def test_a_file_of_timings_that_can_not_be_written(sqlite_desk: Desk) -> None:
    done = CliRunner().invoke(
        main,
        ["run", str(sqlite_desk.inbox), "--as-of", NIGHT, "--out", str(sqlite_desk.out),
         "--store", sqlite_desk.store, "--timings", str(sqlite_desk.folder / "no" / "t.json")],
    )  # fmt: skip
    assert isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert f"the folder {sqlite_desk.folder / 'no'} does not exist" in done.stderr
    assert not sqlite_desk.out.exists()
    assert sqlite_desk.on("history").stdout == "no run yet\n"


# What is left alone


def digest(path: Path) -> str | None:
    """A file's digest, None where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def test_a_dry_run_of_a_store(desk: Desk) -> None:
    desk.on("import", desk.inbox, "--out", desk.folder / "import")
    before = digest(desk.folder / "store.db")
    for given in (("run", desk.inbox, "--out", desk.out), ("bill",)):
        done = desk.on(*given, "--as-of", NIGHT, "--dry-run")
        assert done.exit_code == 0
        assert not desk.out.exists()
        assert digest(desk.folder / "store.db") == before
        assert "dry run: nothing was posted, stored or written" in done.stdout
        told = [line for line in done.stdout.splitlines() if line.startswith("  would post")]
        heads = [
            "  would post S-1:10:M1, 2026-03-10, USD 3000.00: ",
            "  would post S-2:10:FEE, 2026-01-01, USD 500.00: ",
        ]
        assert len(told) == 2
        assert all(line.startswith(head) for line, head in zip(told, heads, strict=True))
        assert desk.on("history").stdout == "no run yet\n"
    assert desk.on("bill", "--as-of", NIGHT, "--json").exit_code == 0


@pytest.mark.parametrize("command", ["run", "bill"])
def test_a_dry_run_makes_no_store(sqlite_desk: Desk, command: str) -> None:
    given = (sqlite_desk.inbox, "--out", sqlite_desk.out) if command == "run" else ()
    done = sqlite_desk.on(command, *given, "--as-of", NIGHT, "--dry-run")
    assert done.exit_code == (0 if command == "run" else 2), "there is nothing to bill from"
    assert [path.name for path in sqlite_desk.folder.iterdir()] == ["inbox"]


@pytest.mark.parametrize("arguments", [("bill", "--as-of", NIGHT), ("export", f"{NIGHT}-1")])
def test_no_store_to_work_from(sqlite_desk: Desk, arguments: tuple[str, ...]) -> None:
    """A mistyped store is not made, and not taken for one in which nothing is due."""
    more = ("--out", sqlite_desk.out) if arguments[0] == "export" else ()
    done = sqlite_desk.on(*arguments, *more)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("milestone-billing: ")
    assert "store.db" in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in sqlite_desk.folder.iterdir()] == ["inbox"]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
@pytest.mark.parametrize("command", ["run", "bill", "history"])
def test_a_store_in_memory_is_refused(sqlite_desk: Desk, url: str, command: str) -> None:
    """It would be gone with the command, and the next night would bill everything again."""
    given = (sqlite_desk.inbox, "--out", sqlite_desk.out) if command == "run" else ()
    as_of = () if command == "history" else ("--as-of", NIGHT)
    done = invoke(command, *given, *as_of, "--store", url)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "a store in memory forgets what was billed: name a file" in done.stderr
    assert not sqlite_desk.out.exists()


def test_writing_files_again_makes_no_store(sqlite_desk: Desk) -> None:
    done = sqlite_desk.on("export", f"{NIGHT}-1", "--out", sqlite_desk.out)
    assert done.exit_code == 2
    assert [path.name for path in sqlite_desk.folder.iterdir()] == ["inbox"]


def test_many_lines_of_a_dry_run(sqlite_desk: Desk) -> None:
    """Every line is told, however many there are."""
    company = little_company()
    milestones = [
        {"subscription_number": "S-1", "charge_number": "10", "event_type": "BILLING",
         "sequence": str(number), "milestone_name": "Build", "percent": "1",
         "completion_date": "2026-03-01"}
        for number in range(1, 101)
    ]  # fmt: skip
    write_inbox(sqlite_desk.inbox, company | {"milestones": milestones})
    done = sqlite_desk.run("--dry-run")
    assert done.stdout.count("  would post ") == 101


def test_check_stores_nothing(sqlite_desk: Desk) -> None:
    check = ("check", sqlite_desk.inbox, "--out", sqlite_desk.folder / "check")
    done = sqlite_desk.on(*check)
    assert done.exit_code == 0, done.output
    assert not list(sqlite_desk.folder.glob("store.db*"))
    assert set(sqlite_desk.files("check")) == {"findings.csv"}
    quiet = sqlite_desk.on(*check, "--quiet")
    assert (quiet.stdout, quiet.stderr) == (done.stdout, ""), "the result is no talk"


def test_check_of_a_store_changes_nothing(desk: Desk) -> None:
    desk.on("import", desk.inbox, "--out", desk.folder / "import")
    before = digest(desk.folder / "store.db")
    write_inbox(desk.inbox, changed(little_company(), *REFUSED, "customers 2: customer_name=Neu"))
    done = desk.on("check", desk.inbox, "--out", desk.folder / "check")
    assert done.exit_code == 3
    assert set(desk.files("check")) == {"findings.csv", "rejections.xlsx"}
    assert digest(desk.folder / "store.db") == before
    again = desk.on("check", desk.inbox, "--out", desk.folder / "check")
    assert again.output == done.output, "nothing of the first check was kept"


# Stage by stage, and again


def test_import_bill_export_is_a_run(sqlite_desk: Desk) -> None:
    write_inbox(sqlite_desk.inbox, changed(little_company(), *REFUSED))
    assert sqlite_desk.run().exit_code == 3
    other = f"{sqlite_desk.store}-staged.db"
    staged = sqlite_desk.folder / "staged"
    assert (
        invoke(
            "import", sqlite_desk.inbox, "--out", sqlite_desk.folder / "i", "--store", other
        ).exit_code
        == 3
    )
    assert invoke("bill", "--as-of", NIGHT, "--store", other).exit_code == 0
    assert invoke("export", f"{NIGHT}-1", "--out", staged, "--store", other).exit_code == 0
    whole, by_stage = sqlite_desk.files(), sqlite_desk.files("staged")
    interface = [name for name in whole if name.endswith(("bill_lines.csv", ".zip"))]
    assert len(interface) == 2
    assert {name: by_stage[name] for name in interface} == {name: whole[name] for name in interface}
    judged = sqlite_desk.files("i")
    assert judged["findings.csv"] == whole[f"{NIGHT}-1/findings.csv"]
    assert judged["rejections.xlsx"] == whole[f"{NIGHT}-1/rejections.xlsx"]


def test_files_written_again_are_the_same_bytes(desk: Desk) -> None:
    """Also when a later night has changed the contracts, and billed and held more; beside the files
    that are there, and over them. (tests/confirm/test_story.py writes every one of four runs.)"""
    write_inbox(desk.inbox, changed(little_company(), *REFUSED))
    assert desk.run().exit_code == 3
    first = desk.files()
    later = changed(
        little_company(),
        "milestones 3: completion_date=2026-04-15",
        "customers 2: customer_name=Another name, bill_to_account=9",
        "subscriptions 2: status=ON_HOLD",
    )
    write_inbox(desk.inbox, later)
    assert desk.run(as_of="2026-04-30").exit_code in (0, 3)
    nights = desk.files()
    assert {name: nights[name] for name in first} == first
    for folder in ("again", "out"):
        done = desk.on("export", f"{NIGHT}-1", "--out", desk.folder / folder)
        assert done.exit_code == 0
    assert desk.files("again") == first
    assert desk.files() == nights
    assert {Path(name).name for name in nights} >= {"manifest.json", "workbook.xlsx"}


def test_a_night_twice_bills_once(postgresql_url: str, tmp_path: Path) -> None:
    """On the one database; `test_json` asks the other. And there, too, no earlier night is billed."""
    desk = with_inbox(Desk(tmp_path, postgresql_url))
    desk.run()
    lines = ledger_lines(desk.store)
    done = desk.run("--quiet")
    assert done.stderr == ""
    assert done.stdout.startswith("Run 2026-03-31-2, as of 2026-03-31\n  billed    0 lines")
    pd.testing.assert_frame_equal(ledger_lines(desk.store), lines)
    assert len(desk.files()["2026-03-31-2/bill_lines.csv"].splitlines()) == 1
    assert desk.on("bill", "--as-of", "2026-03-30").exit_code == 4


# Elsewhere


@pytest.fixture(scope="module")
def of_many_scripts(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A night of data in any script, run here; only looked at."""
    company = changed(
        little_company(), *REFUSED,
        "customers 2: customer_name=株式会社", "subscriptions 2: business_unit=Größe",
        "products 2: description=Ωmega 🧾",
    )  # fmt: skip
    desk = Desk(tmp_path_factory.mktemp("scripts"))
    write_inbox(desk.inbox, company)
    assert desk.run().exit_code == 3
    return desk


@pytest.mark.parametrize(
    ("environment", "beside"),
    [
        ({"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, "dry run"),
        ({"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONIOENCODING": "latin-1"}, ""),
        ({"TZ": "America/Adak", "COLUMNS": "20", "NO_COLOR": "1"}, "history"),
    ],
    ids=str,
)
def test_other_surroundings(
    of_many_scripts: Desk, tmp_path: Path, environment: dict[str, str], beside: str
) -> None:
    """Data of any script; a terminal of none: the files are the same and nothing breaks."""
    night = ("run", str(of_many_scripts.inbox), "--as-of", NIGHT, "--out", "elsewhere")
    more = {"dry run": (*night, "--dry-run"), "history": ("history",)}
    for arguments in [night, *([more[beside]] if beside else [])]:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *arguments, "--store", "sqlite:///other.db"],
            cwd=tmp_path, capture_output=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environment
            | engines.of_commands(),
        )  # fmt: skip
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert "Traceback" not in said, said
        assert done.returncode == (0 if arguments[0] == "history" else 3), said
    assert files_below(tmp_path / "elsewhere") == of_many_scripts.files()


def test_surroundings_that_can_not_spell_a_file_name(sqlite_desk: Desk) -> None:
    """One sentence, and nothing posted. (The same name where it can be written: `of_many_scripts`.)"""
    company = changed(little_company(), "subscriptions 2: business_unit=Größe")
    write_inbox(sqlite_desk.inbox, company)
    night = ("run", str(sqlite_desk.inbox), "--as-of", NIGHT, "--out", str(sqlite_desk.out))
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *night, "--store", sqlite_desk.store],
        cwd=sqlite_desk.folder, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C",
             "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"} | engines.of_commands(),
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("milestone-billing: ")
    assert "can't be written" in done.stderr
    assert done.stderr.count("\n") == 1
    assert sqlite_desk.on("history").stdout == "no run yet\n"
    assert not list(sqlite_desk.out.glob("2*"))


def test_store_and_settings_from_the_environment(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = sqlite_desk.folder / "billing.toml"
    config.write_text("workbook_rows = 0\n", "utf-8")
    monkeypatch.setenv("MILESTONE_BILLING_STORE", sqlite_desk.store)
    monkeypatch.setenv("MILESTONE_BILLING_CONFIG", str(config))
    done = invoke("bill", "--as-of", NIGHT)
    assert done.exit_code == 2
    assert "workbook_rows" in done.stderr
    config.write_text("", "utf-8")
    assert invoke("import", sqlite_desk.inbox, "--out", sqlite_desk.out).exit_code == 0
    assert invoke("bill", "--as-of", NIGHT).exit_code == 0
    assert len(ledger_lines(sqlite_desk.store)) == 2
