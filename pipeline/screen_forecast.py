"""What `forecast` says: months by currency, late milestones, those without a date; or JSON."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.forecast import Forecast
from pipeline.text_table import aligned
from schemas.forecasts import BILLING, PHASE, REVENUE

MOST_SHOWN = 20
SHOWN = ("milestones", "one_time", "recurring", "to_bill", "late", "on_hold", "to_recognise")
HEADINGS = ("month", "milestones", "one-time", "recurring", "to bill", "of it late", "on hold",
            "to recognise")  # fmt: skip
DOES = {BILLING: "bills", REVENUE: "recognises", PHASE: "ends a phase, bills fees of"}


def forecast_account(told: Forecast) -> dict[str, Any]:
    """The figures of a forecast, as JSON holds them: amounts are decimal texts."""
    late, undated = _apart(told.awaited)
    return {
        "as_of": told.as_of.isoformat(),
        "until": told.until.isoformat(),
        "months": [
            {"month": f"{row['month']:%Y-%m}", "currency": row["currency"],
             **{name: row[name] for name in SHOWN}}
            for row in _in_text(told.months, SHOWN).to_dict("records")
        ],
        "late": _awaited_account(late),
        "not_counted": _awaited_account(undated),
    }  # fmt: skip


def forecast_words(told: Forecast) -> str:
    """The figures of a forecast: a table by currency, then what is awaited."""
    lines = [f"Forecast as of {told.as_of}, until {told.until}, if every milestone is reached when "
             "it is expected"]  # fmt: skip
    if told.months.empty:
        lines.append("  nothing is to come")
    for currency in told.months["currency"].unique():
        lines += ["", f"  {currency}", *_table(told.months[told.months["currency"] == currency])]
    late, undated = _apart(told.awaited)
    lines += _awaited_words(
        late, f"{_count(late)} past {'its' if len(late) == 1 else 'their'} expected date, counted as "
        "reached on the next day",
    )  # fmt: skip
    lines += _awaited_words(undated, f"{_count(undated)} not counted")
    return "\n".join(lines)


def _count(milestones: pd.DataFrame) -> str:
    return f"{len(milestones):,} {'milestone' if len(milestones) == 1 else 'milestones'}"


def _apart(awaited: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Late ones that are counted, and all that are not counted."""
    counted = awaited["why"] == ""
    return awaited[counted], awaited[~counted]


def _table(months: pd.DataFrame) -> list[str]:
    """A currency's months and their total, amounts on the right."""
    minor = [f"{name}_minor" for name in SHOWN]
    currency = str(months["currency"].iloc[0])
    totals = {name: [money.total(months[name])] for name in minor}
    exponent = int(money.exponents_of(pd.Series([currency]))[0])
    cells = [
        [f"{month:%Y-%m}" for month in months["month"]] + ["total"],
        *(
            _readable(months[name], exponent) + _readable(pd.Series(totals[name]), exponent)
            for name in minor
        ),
    ]
    rows = [list(HEADINGS), *(list(row) for row in zip(*cells, strict=True))]
    return aligned(rows, left=1)


def _readable(minor: pd.Series, exponent: int) -> list[str]:
    texts: list[str] = money.readable_text(minor, np.full(len(minor), exponent)).to_pylist()
    return texts


def _awaited_words(milestones: pd.DataFrame, title: str) -> list[str]:
    """The first of them, one line each, the latest before the others."""
    if milestones.empty:
        return []
    shown = milestones.head(MOST_SHOWN)
    exponents = money.exponents_of(shown["currency"])
    amounts = money.readable_text(shown["amount_minor"], exponents).to_pylist()
    words = [
        f"  {_when(row)}  {_name(row)}, {row.milestone_name!r}, {row.customer_name}: "
        f"{DOES[str(row.event_type)]} {row.currency} {amount}"
        for row, amount in zip(shown.itertuples(), amounts, strict=True)
    ]
    more = len(milestones) - len(shown)
    return ["", f"  {title}", *words, *([f"  … and {more:,} more"] if more else [])]


def _when(row: Any) -> str:
    if row.why:
        return str(row.why)
    days = "1 day" if row.days_late == 1 else f"{row.days_late:,} days"
    return f"{row.expected_completion_date:%Y-%m-%d}, {days} late"


def _name(row: Any) -> str:
    if not row.charge_number:
        return f"{row.subscription_number} phase {row.number}"
    letter = "M" if row.event_type == BILLING else "R"
    return f"{row.subscription_number}:{row.charge_number}:{letter}{row.number}"


def _awaited_account(milestones: pd.DataFrame) -> list[dict[str, Any]]:
    days = milestones["expected_completion_date"].dt.strftime("%Y-%m-%d")
    rows = _in_text(milestones, ("amount",)).assign(expected_completion_date=days)
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in rows.to_dict("records")
    ]


def _in_text(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """The frame with its amounts as decimal texts, under their names without the unit."""
    exponents = money.exponents_of(frame["currency"])
    texts = {name: money.as_text(frame[f"{name}_minor"], exponents).to_pylist() for name in names}
    return frame.drop(columns=[f"{name}_minor" for name in names]).assign(
        **{name: pd.Series(values, frame.index, dtype="object") for name, values in texts.items()}
    )
