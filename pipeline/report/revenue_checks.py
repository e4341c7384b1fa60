"""Checks of revenue: charges, contracts, the roll-forward and the journal say the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.record import RunRecord
from pipeline.report.billing_sheets import BILL_LINES
from pipeline.report.cells import places_of
from pipeline.report.check import JOURNAL as ABOUT_JOURNAL
from pipeline.report.check import OF_CURRENCY, OF_GROUP, Check, combined
from pipeline.report.check import REVENUE as ABOUT_REVENUE
from pipeline.report.layout import Detail, Details
from pipeline.report.live import Where, live_table
from pipeline.report.revenue_sheets import (
    CONTRACTS,
    JOURNAL,
    REVENUE,
    REVENUE_EVENTS,
    ROLL_FORWARD,
    TO_RECOGNISE,
)
from pipeline.report.roll_forward_sheet import blocks_of
from pipeline.report.to_come import TOTAL
from pipeline.report.totals import Total, exact_sums, totals_by_group
from schemas.outputs import RECEIVABLE
from schemas.outputs import REVENUE as REVENUE_ROLE
from schemas.outputs import ContractPositions as C
from schemas.outputs import JournalLines as J
from schemas.outputs import RevenueBalances as R
from schemas.outputs import RevenueToCome as T


@dataclass(frozen=True)
class Equation:
    """Columns of a detail sheet that must come to the same in every currency."""

    what: str
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    less_expected: tuple[str, ...] = ()
    less_actual: tuple[str, ...] = ()


RECOGNISED = (R.recognised_before_minor, R.recognised_tonight_minor)
OF_CHARGES = Equation(
    "Allocated = recognised + remaining", (R.allocated_minor,), (*RECOGNISED, R.remaining_minor)
)
OF_CONTRACTS = (
    Equation(
        "Liability - asset = billed - recognised", (C.billed_minor,), (C.liability_minor,),
        (C.recognised_minor,), (C.asset_minor,),
    ),
    Equation(
        "Remaining = within a year + later + no date", (C.remaining_minor,),
        (C.within_a_year_minor, C.later_minor, C.undated_minor),
    ),
)  # fmt: skip
IN_BALANCE = Equation("Debits = credits", (J.debit_minor,), (J.credit_minor,))


def revenue_checks(
    record: RunRecord, details: Details, closings: Mapping[str, str]
) -> Iterator[Check]:
    """All checks of revenue; `closings` are the cells of the last closing balances by currency."""
    yield from _equation_checks(OF_CHARGES, details[REVENUE], record.revenue_balances)
    yield from _to_come_checks(record, details)
    for equation in OF_CONTRACTS:
        yield from _equation_checks(equation, details[CONTRACTS], record.positions)
    yield from _closing_checks(record, details, closings)
    yield from _equation_checks(IN_BALANCE, details[JOURNAL], record.journal)
    yield from _posting_checks(record, details)


def _equation_checks(equation: Equation, detail: Detail, frame: pd.DataFrame) -> Iterator[Check]:
    """An equation in every currency, live where the sheet shows all rows."""
    sides = (
        (equation.expected, equation.less_expected),
        (equation.actual, equation.less_actual),
    )
    names = [name for side in sides for part in side for name in part]
    live = None if detail.is_cut else live_table(detail)
    for (currency,), listed in exact_sums(frame, ["currency"], names).items():
        sums = dict(zip(names, listed, strict=True))
        places = places_of(currency)
        expected, actual = (
            sum(sums[name] for name in plus) - sum(sums[name] for name in less)
            for plus, less in sides
        )
        formulas = [
            combined(live, detail.sheet, plus, places, less=less) if live else ""
            for plus, less in sides
        ]
        yield Check(
            equation.what, detail.sheet.tab, "", currency, expected, actual, places,
            live=formulas[1], live_expected=formulas[0],
            about=ABOUT_JOURNAL if equation is IN_BALANCE else ABOUT_REVENUE,
        )  # fmt: skip


def _to_come_checks(record: RunRecord, details: Details) -> Iterator[Check]:
    """What is still to be recognised against its months."""
    revenue, months = details[REVENUE], details[TO_RECOGNISE]
    remaining = exact_sums(record.revenue_balances, ["currency"], [R.remaining_minor])
    to_come = exact_sums(record.revenue_to_come, ["currency"], [T.amount_minor])
    for key in sorted({*remaining, *to_come}):
        places = places_of(key[0])
        yield Check(
            "Remaining = to come, by month", months.sheet.tab, "", key[0],
            remaining.get(key, (0,))[0], to_come.get(key, (0,))[0], places,
            live=_sum_formula(months, TOTAL, places),
            live_expected=_sum_formula(revenue, R.remaining_minor, places), about=ABOUT_REVENUE,
        )  # fmt: skip


def _sum_formula(
    detail: Detail, name: str, places: int, where: Sequence[Where] = OF_CURRENCY
) -> str:
    if detail.is_cut:
        return ""
    return live_table(detail).amount(detail.sheet.heading(name), places, *where)


def _closing_checks(
    record: RunRecord, details: Details, closings: Mapping[str, str]
) -> Iterator[Check]:
    """The roll-forward's last closing balance against the contracts' liabilities and assets."""
    detail = details[CONTRACTS]
    names = [C.liability_minor, C.asset_minor]
    positions = exact_sums(record.positions, ["currency"], names)
    closing = {
        block.currency: block.closing[-1] for block in blocks_of(record.roll_forward, record.as_of)
    }
    for currency in sorted({*closing, *(code for (code,) in positions)}):
        liability, asset = positions.get((currency,), (0, 0))
        places = places_of(currency)
        live = (
            combined(live_table(detail), detail.sheet, names[:1], places, less=names[1:])
            if not detail.is_cut
            else ""
        )
        cell = closings.get(currency, "")
        yield Check(
            "Last closing = liability - asset", ROLL_FORWARD.tab, "", currency,
            liability - asset, closing.get(currency, 0), places,
            live=cell and f"={cell}", live_expected=live, about=ABOUT_REVENUE,
        )  # fmt: skip


def _posting_checks(record: RunRecord, details: Details) -> Iterator[Check]:
    """What the journal posts to receivable and to revenue against tonight's lines and events."""
    for what, role, sign, rows, sheet in (
        ("Journal's receivable = bill lines", RECEIVABLE, 1, record.bill_lines, BILL_LINES),
        ("Journal's revenue = events", REVENUE_ROLE, -1, record.revenue_events, REVENUE_EVENTS),
    ):
        posted = exact_sums(
            record.journal[record.journal[J.role] == role],
            [J.business_unit, J.currency],
            [J.debit_minor, J.credit_minor],
        )
        totals = totals_by_group(rows)
        plus, minus = (J.debit_minor, J.credit_minor)[::sign]
        for unit, currency in sorted({*posted, *totals}):
            debit, credit = posted.get((unit, currency), (0, 0))
            total = totals.get((unit, currency), Total())
            places = places_of(currency)
            detail, journal = details[sheet], details[JOURNAL]
            where = (Where("Role", f'"{role}"'), *OF_GROUP)
            live = (
                combined(live_table(journal), journal.sheet, [plus], places, where, less=[minus])
                if not journal.is_cut
                else ""
            )
            yield Check(
                what, journal.sheet.tab, unit, currency,
                total.net, sign * (debit - credit), places,
                live=live, live_expected=_sum_formula(detail, "amount_minor", places, OF_GROUP),
                about=ABOUT_JOURNAL,
            )  # fmt: skip
