"""Control totals: what a run comes to by its proofs, which the store holds against its rows. Pure."""

import numpy as np
import pandas as pd

from pipeline.bill import Bills
from pipeline.books import Books
from pipeline.money import totals_by
from pipeline.recognise import Revenue

CONTROLLED = ["lines", "amount_minor", "events", "recognised_minor", "debit_minor", "credit_minor"]


def control_totals(bills: Bills, revenue: Revenue, books: Books) -> pd.DataFrame:
    """By currency: how many lines and events are posted, and what they and the journal come to.

    Amounts are taken from the charges and the balances that were proven, and not from the rows that
    are posted. Columns: currency, CONTROLLED (int64), sorted; no row where all of it is nothing.
    """
    told = {
        "lines": _counted(bills.lines),
        "amount_minor": _totalled(bills.charges, "billed_tonight_minor"),
        "events": _counted(revenue.events),
        "recognised_minor": _totalled(revenue.balances, "recognised_tonight_minor"),
        "debit_minor": _totalled(books.journal, "debit_minor"),
        "credit_minor": _totalled(books.journal, "credit_minor"),
    }
    currencies = sorted({currency for one in told.values() for currency in one.index})
    totals = pd.DataFrame(
        {"currency": pd.Series(currencies, dtype="str")}
        | {name: one.reindex(currencies, fill_value=0).to_numpy() for name, one in told.items()}
    ).astype(dict.fromkeys(CONTROLLED, "int64"))
    return totals[(totals[CONTROLLED] != 0).any(axis=1)].reset_index(drop=True)


def _counted(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby("currency").size().astype(np.int64)


def _totalled(rows: pd.DataFrame, name: str) -> pd.Series:
    whole = rows[["currency"]].assign(**{name: rows[name].fillna(0).astype("int64")})
    return totals_by(whole, ["currency"]).set_index("currency")[name]
