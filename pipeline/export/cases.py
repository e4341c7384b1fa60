"""The cases by which a target may fill a column differently. A target names them; see its TOML."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Case = Callable[[pd.DataFrame, Any], np.ndarray]


def is_charge(lines: pd.DataFrame, settings: Any) -> np.ndarray:
    """True where the customer owes: the amount is not negative."""
    return lines["amount_minor"].to_numpy() >= 0


def is_credit(lines: pd.DataFrame, settings: Any) -> np.ndarray:
    """True where the amount is negative."""
    return lines["amount_minor"].to_numpy() < 0


def is_correcting_credit(lines: pd.DataFrame, settings: Any) -> np.ndarray:
    """True where a credit corrects an earlier line; a positive correction is an invoice line."""
    corrects = lines["corrects_bill_line_id"].fillna("").ne("").to_numpy(bool)
    return is_credit(lines, settings) & corrects


def is_charge_for_period(lines: pd.DataFrame, settings: Any) -> np.ndarray:
    """True where a charge is for a service period, whose first and last day are known."""
    served = lines["service_start"].notna() & lines["service_end"].notna()
    return is_charge(lines, settings) & served.to_numpy(bool)


def is_ledger_currency(lines: pd.DataFrame, settings: Any) -> np.ndarray:
    """True where nothing is to be converted."""
    return lines["currency"].eq(settings.ledger_currency).to_numpy(bool)


def is_other_currency(lines: pd.DataFrame, settings: Any) -> np.ndarray:
    """True where the amount is converted into the ledger's currency."""
    return ~is_ledger_currency(lines, settings)


def is_by_milestones(rows: pd.DataFrame, settings: Any) -> np.ndarray:
    """True where each completed revenue milestone recognises its percentage."""
    return rows["method"].eq("MILESTONE").to_numpy(bool)


def is_straight_line(rows: pd.DataFrame, settings: Any) -> np.ndarray:
    """True where revenue is recognised over the time that is served."""
    return rows["method"].eq("STRAIGHT_LINE").to_numpy(bool)


def is_at_a_point_in_time(rows: pd.DataFrame, settings: Any) -> np.ndarray:
    """True where revenue is recognised at once: a fee, or each period of a recurring charge."""
    return rows["method"].eq("POINT_IN_TIME").to_numpy(bool)


BILL_LINE_CASES: dict[str, Case] = {
    "charge": is_charge,
    "credit": is_credit,
    "correcting_credit": is_correcting_credit,
    "charge_for_period": is_charge_for_period,
    "ledger_currency": is_ledger_currency,
    "other_currency": is_other_currency,
}

METHOD_CASES: dict[str, Case] = {
    "milestone": is_by_milestones,
    "straight_line": is_straight_line,
    "point_in_time": is_at_a_point_in_time,
}
