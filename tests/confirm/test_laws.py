"""Where lines stand, by a store and by plain Python; each rejection is sent again once."""

import datetime
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from pipeline.post.totals import CONTROLLED
from pipeline.store import answers, ledger, writing
from schemas.outputs import BillLines, RevenueEvents, RevenueLines, dtypes_of, nothing_of

AS_OF = datetime.date(2026, 3, 31)


@dataclass
class Line:
    """A posted line: the run that posted it, those that sent it again, and its answers, each as the
    run that it is about, the last run by then, and what was said."""

    run: int
    resent_by: list[int] = field(default_factory=list)
    told: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass
class Model:
    """Lines by id, and after which run the files of each run came out."""

    lines: dict[str, Line] = field(default_factory=dict)
    sent: dict[int, int] = field(default_factory=dict)
    runs: int = 0

    def state(self, line: Line, before: int) -> str:
        """Where a line stands before a run; blank where it is not sent."""
        if self.sent.get(line.run, before) >= before:
            return ""
        told = [one for one in line.told if one[1] < before]
        if not told:
            return "UNANSWERED"
        of_run, _, answer = told[-1]
        later = [run for run in line.resent_by if of_run < run < before]
        if answer == "INVOICED" or not later:
            return answer
        return "UNANSWERED" if self.sent.get(later[-1], before) < before else "UNSENT"

    def seen(self, before: int) -> dict[str, str]:
        """What a run sees: the state of every sent line."""
        states = {name: self.state(line, before) for name, line in self.lines.items()}
        return {name: state for name, state in states.items() if state}


def seen_by(connection: Connection, before: int, model: Model) -> dict[str, str]:
    """The same, as the store tells it."""
    answers.stand_before(connection, before)
    unanswered = answers.read_unanswered(connection, before_run=before, most=1000)
    states = dict.fromkeys(unanswered["bill_line_id"], "UNANSWERED")
    states |= dict.fromkeys(answers.read_rejected(connection)["bill_line_id"], "REJECTED")
    for row in answers.read_milestone_answers(connection).itertuples():
        states[f"{row.subscription_number}:{row.charge_number}:{row.what}"] = row.state
    totals = answers.read_answer_totals(connection, before_run=before)
    counted = totals.groupby("state")["lines"].sum().to_dict()
    told = pd.Series(list(states.values()), dtype="str").replace("UNSENT", "REJECTED")
    assert counted == told.value_counts().to_dict()
    sent = answers.read_sent_totals(connection, before_run=before)
    assert sent["lines"].sum() == len(states)
    return states


def post(connection: Connection, model: Model, count: int, held: set[int]) -> None:
    """A run: new lines, and what is rejected goes out again unless its place is held."""
    model.runs += 1
    answers.stand_before(connection, model.runs)
    waiting = answers.read_rejected(connection)["bill_line_id"]
    again = [name for place, name in enumerate(waiting) if place not in held]
    names = [f"S-{model.runs}:1:M{place}" for place in range(1, count + 1)]
    run = ledger.Run(
        run_number=model.runs, run_id=f"2026-03-31-{model.runs}", as_of=AS_OF, command="bill",
        import_number=0, own_import=None, inputs_digest="", settings="{}", program_version="0",
        posted_at="", sent_after_run=None,
    )  # fmt: skip
    empty = nothing_of(RevenueLines), nothing_of(RevenueEvents)
    ledger.post_run(connection, run, lines_of(names), *empty)
    answers.keep_resent(connection, model.runs, pd.Series(again, dtype="str"))
    nothing = dict.fromkeys(CONTROLLED, 0) | {"currency": "USD"}
    totals = pd.DataFrame([nothing | {"lines": count, "amount_minor": 100 * count}])
    ledger.close_run(connection, model.runs, totals)
    model.lines |= {name: Line(model.runs) for name in names}
    for name in again:
        model.lines[name].resent_by.append(model.runs)


def lines_of(names: list[str]) -> pd.DataFrame:
    """Ledger rows of 1.00 for these ids."""
    dtypes = dtypes_of(BillLines)
    parts = [name.split(":") for name in names]
    plain = {name: "" if dtype == "str" else 0 for name, dtype in dtypes.items()}
    days = {name: pd.Timestamp(AS_OF) for name, dtype in dtypes.items() if "date" in dtype}
    rows = [
        plain | days | {
            "bill_line_id": name, "subscription_number": part[0], "charge_number": part[1],
            "what": part[2], "kind": "MILESTONE", "currency": "USD", "amount_minor": 100,
        }
        for name, part in zip(names, parts, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes)


def tell(connection: Connection, model: Model, name: str, answer: str) -> None:
    """An answer about a line that is sent and not invoiced."""
    line = model.lines[name]
    out = [run for run in (line.run, *line.resent_by) if run in model.sent]
    if line.run not in model.sent or any(said == "INVOICED" for *_, said in line.told):
        return
    answers.want_lines(connection, [name])
    asked = answers.read_wanted_lines(connection)
    assert asked["sent_in"].tolist() == [out[-1]]
    given = pd.DataFrame(
        {"bill_line_id": [name], "of_run": out[-1:], "answer": [answer],
         "transaction_number": ["7" if answer == "INVOICED" else None], "file": ["a"],
         "sheet": ["s"], "row": [1], "sha256": ["x"]}
    )  # fmt: skip
    texts = given.columns.difference(["of_run", "row"])
    answers.keep_answers(connection, given.astype(dict.fromkeys(texts, "str")), "now")
    line.told.append((out[-1], model.runs, answer))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(0, 2), st.sets(st.integers(0, 3), max_size=2)),
        st.tuples(st.just("send"), st.integers(0, 5), st.just("")),
        st.tuples(st.just("tell"), st.integers(0, 5), st.sampled_from(["INVOICED", "REJECTED"])),
        st.tuples(st.just("tell"), st.integers(0, 5), st.just("REJECTED")),
    ),
    min_size=4,
    max_size=16,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None)
def test_the_store_stands_where_plain_python_does(steps: list[tuple]) -> None:
    """And what every run saw can be read again later."""
    model, seen = Model(), {}
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{Path(folder) / 'store.db'}"
        with writing(store, "test") as connection, connection.begin():
            for kind, number, more in [("run", 2, set()), ("send", 0, ""), *steps]:
                if kind == "run":
                    seen[model.runs + 1] = model.seen(model.runs + 1)
                    assert seen_by(connection, model.runs + 1, model) == seen[model.runs + 1]
                    post(connection, model, number, more)
                elif kind == "send":
                    run = number % model.runs + 1
                    ledger.mark_sent(connection, run)
                    model.sent.setdefault(run, model.runs)
                else:
                    name = sorted(model.lines)[number % len(model.lines)]
                    tell(connection, model, name, more)
            for run, states in seen.items():
                assert seen_by(connection, run, model) == states
    for line in model.lines.values():
        rejections = {of_run for of_run, _, answer in line.told if answer == "REJECTED"}
        assert len(line.resent_by) <= len(rejections), "each rejection is sent again once"
        assert len(set(line.resent_by)) == len(line.resent_by)
