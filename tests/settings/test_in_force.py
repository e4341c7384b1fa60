"""Everything that is wrong with settings is said at once; and `settings` says what is in force."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.findings import COLUMNS
from pipeline.settings import Settings, SettingsError, read_settings
from pipeline.settings.declared import declared_settings
from pipeline.settings.faults import CODES
from pipeline.settings.reading import OF_THE_COMMAND, VARIABLES
from tests.builders import little_company, write_inbox

ROWS, DAY = "MILESTONE_BILLING_WORKBOOK_ROWS", "MILESTONE_BILLING_FIRST_OPEN_DAY"


def invoke(*arguments: object, **environment: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(
        main, [str(one) for one in arguments], env=environment, catch_exceptions=False
    )


def write(folder: Path, text: str) -> Path:
    """billing.toml."""
    path = folder / "billing.toml"
    path.write_text(text, "utf-8")
    return path


WRONG = """\
workbook_rows = 0
phase_handovr = "day_after"
batch_source = "Mine"

[receivables]
batch_sorce = "Mine"
workbook_row = 5
ledger_currency = "US Dollar"
[accounts]
product.SUPPORT = { receivable = "1200" }
business_unit = { East = "4100" }
[[plausibility]]
most_billed = 1
"""
FAULTS = [
    ("SET-03", 1, "workbook_rows", "0", "write workbook_rows = 10000, or another that fits"),
    ("SET-02", 2, "phase_handovr", "day_after", ": write phase_handover"),
    ("SET-02", 3, "batch_source", "Mine", ": write batch_source below [receivables]"),
    ("SET-02", 6, "receivables.batch_sorce", "Mine", ": write batch_source"),
    ("SET-02", 7, "receivables.workbook_row", "5", "write workbook_rows above the first [heading]"),
    ("SET-03", 8, "receivables.ledger_currency", "US Dollar", 'write ledger_currency = "USD", or'),
    ("SET-05", 10, 'accounts.product."SUPPORT".receivable', "1200", "set revenue here"),
    ("SET-04", 11, 'accounts.business_unit."East"', "4100", "its settings below it"),
    ("SET-04", 12, "plausibility", "a list of tables", "write [plausibility] on a line"),
]


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, WRONG)
    with pytest.raises(SettingsError) as fault:
        read_settings(path, {DAY: "31/03/2026"})
    told = fault.value.findings
    assert list(told.columns) == COLUMNS
    of_the_file = told[told["file"] == str(path)]
    assert len(of_the_file) == len(FAULTS)
    for row, (code, line, column, value, remedy) in zip(
        of_the_file.itertuples(), FAULTS, strict=True
    ):
        assert (row.code, row.row, row.column, row.value) == (code, line, column, value)
        assert remedy in row.message
    assert set(told["severity"]) == {"error"}
    (variable,) = told[told["file"] == "environment"].itertuples()
    assert (variable.code, variable.column, variable.value) == ("SET-03", DAY, "31/03/2026")


def test_nothing_is_run(tmp_path: Path) -> None:
    inbox = write_inbox(tmp_path / "inbox", little_company())
    path = write(tmp_path, WRONG)
    done = invoke("run", inbox, "--config", path, "--out", tmp_path / "out",
                  "--store", f"sqlite:///{tmp_path / 'store.db'}", "--json")  # fmt: skip
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 + len(FAULTS)
    assert {one.name for one in tmp_path.iterdir()} == {"inbox", "billing.toml"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a = 1\nb = \n", 2, "is not TOML"),
        ("a = 1\n\na = 2\n", 3, "is not TOML"),
        ("workbook_rows = [\n 1,\n", 2, "is not TOML"),
    ],
)
def test_a_file_that_is_not_toml(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as fault:
        read_settings(write(tmp_path, text))
    (row,) = fault.value.findings.itertuples()
    assert (row.code, row.row) == ("SET-01", line)


@pytest.mark.parametrize(
    ("name", "text", "attribute", "value"),
    [
        (ROWS, "50", "workbook_rows", 50), (ROWS, " 7 ", "workbook_rows", 7),
        (ROWS, "", "workbook_rows", 20), (ROWS, "0", None, None), (ROWS, "1e3", None, None),
        (DAY, "2026-04-01", "first_open_day", "2026-04-01"), (DAY, "20260401", None, None),
        ("MILESTONE_BILLING_PHASE_HANDOVER", "day_after", "phase_handover", "day_after"),
        ("MILESTONE_BILLING_PHASE_HANDOVER", "Day_after", None, None),
    ],
)  # fmt: skip
def test_the_environment_prevails(
    tmp_path: Path, name: str, text: str, attribute: str | None, value: object
) -> None:
    path = write(tmp_path, "workbook_rows = 20\n")
    if attribute is None:
        with pytest.raises(SettingsError, match=name):
            read_settings(path, {name: text})
        return
    told = getattr(read_settings(path, {name: text}), attribute)
    assert told == value or str(told) == value


def test_a_variable_says_one_thing() -> None:
    assert not set(VARIABLES) & set(OF_THE_COMMAND)
    assert {one.address for one in VARIABLES.values()} <= set(Settings.__dataclass_fields__)


def test_every_setting_is_declared_with_what_it_does() -> None:
    for one in declared_settings():
        assert one.about and not one.about.endswith("."), one.address
        assert one.default is None or one.check.fits(one.default), one.address
    assert list(CODES) == sorted(CODES)


def test_settings_say_where_they_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, 'straight_line = "by_day"\n[accounts.product.SUPPORT]\nrevenue = "4900"\n')
    store = ("--store", f"sqlite:///{tmp_path / 'store.db'}")
    done = invoke("settings", "--config", "billing.toml", "--json", *store, **{ROWS: "5"})
    told = {one["setting"]: one for one in json.loads(done.stdout)["settings"]}
    assert {name: (one["value"], one["from"]) for name, one in told.items()
            if one["from"] != "default"} == {
        "straight_line": ('"by_day"', "billing.toml, line 1"),
        'accounts.product."SUPPORT".revenue': ('"4900"', "billing.toml, line 3"),
        "workbook_rows": ("5", f"environment, {ROWS}"),
    }  # fmt: skip
    assert set(told) > {one.address for one in declared_settings()}
    words = invoke("settings", *store, MILESTONE_BILLING_ROWS="5").stdout
    assert all(one.address in words and one.about in words for one in declared_settings())
    assert "billing.toml in this folder is not read: name it with --config billing.toml" in words
    assert "MILESTONE_BILLING_ROWS is no variable of this program" in words
    assert not (tmp_path / "store.db").exists()


CHART = """
workbook_rows = 500
[accounts.business_unit.East]
revenue = "4100"
[accounts.business_unit.east]
revenue = "4200"
[accounts.product.NONE]
revenue = "4300"
"""
NOBODYS = ['accounts.business_unit."east"', 'accounts.product."NONE"']


def test_accounts_of_nobody(tmp_path: Path, sqlite_url: str) -> None:
    """A night warns of them, and so does `settings`; what is spelt right is not mentioned."""
    inbox = write_inbox(tmp_path / "inbox", little_company())
    config = ("--config", write(tmp_path, CHART), "--store", sqlite_url)
    night = ("run", inbox, "--as-of", "2026-03-31", "--out", tmp_path / "out", "--json")
    done = invoke(*night, *config)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["findings"]["warning"] == len(NOBODYS)
    findings = (tmp_path / "out" / "2026-03-31-1" / "findings.csv").read_text("utf-8")
    told = json.loads(invoke("settings", *config, "--json").stdout)["findings"]
    assert [(one["code"], one["column"]) for one in told] == [("SET-06", one) for one in NOBODYS]
    assert all(one["message"].split('"')[1] in findings for one in told)
    again = tmp_path / "again"
    assert invoke("export", "2026-03-31-1", "--out", again, "--store", sqlite_url).exit_code == 0
    assert (again / "2026-03-31-1" / "findings.csv").read_text("utf-8") == findings
    run = invoke("settings", "--run", "2026-03-31-1", "--json", "--store", sqlite_url)
    kept = {one["setting"]: one for one in json.loads(run.stdout)["settings"]}
    assert kept["workbook_rows"]["value"] == "500"
    assert {one["from"] for one in kept.values()} == {"run 2026-03-31-1"}
    unknown = invoke("settings", "--run", "2026-03-31-9", "--store", sqlite_url)
    assert unknown.exit_code == 2
    assert "the last ones: 2026-03-31-1" in unknown.stderr
    both = invoke("settings", "--run", "2026-03-31-1", *config)
    assert (both.exit_code, "leave --config out" in both.stderr) == (2, True)


def test_targets_are_judged_with_the_other_settings(tmp_path: Path) -> None:
    """By `settings` and `run` alike, also where nothing else is wrong."""
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "ours.toml").write_text('[file]\npaths = "x/y.csv"\n', "utf-8")
    names = 'targets = ["my-ledgr", "ours"]\n[target.nobodys]\na = "b"\n'
    inbox = write_inbox(tmp_path / "inbox", little_company())
    run = ("run", inbox, "--out", tmp_path / "out", "--store", f"sqlite:///{tmp_path / 's.db'}")
    for text, before in ((names, 0), ("workbook_rows = 0\n" + names, 1)):
        config = write(tmp_path, text)
        expected = [
            (row + before, words)
            for row, words in ((1, "no target my-ledgr"), (1, "ours.toml, line 2"),
                               (2, "no target nobodys"))
        ]  # fmt: skip
        for command in (("settings",), run):
            done = invoke(*command, "--config", config)
            assert done.exit_code == 2
            for row, words in expected:
                said = [line for line in done.stderr.splitlines() if words in line]
                assert len(said) == 1, done.stderr
                assert f"SET-08  {config}, row {row}: " in said[0]
            assert ("SET-03" in done.stderr) == bool(before)
        assert not (tmp_path / "s.db").exists()
    told = invoke("settings", MILESTONE_BILLING_TARGETS="my-ledgr")
    assert told.exit_code == 2
    assert "SET-08  environment: there is no target my-ledgr" in told.stderr
