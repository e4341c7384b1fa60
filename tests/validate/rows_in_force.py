"""What stands after an upload, as plain rows."""

from pipeline.validate import Validated


def cells(validated: Validated, table: str, *headings: str, of: str = "S-1") -> list[list]:
    """The cells in force of one subscription's rows, in the order of its keys; blanks as None."""
    rows = validated.contracts[table]
    mine = rows[rows["subscription_number"] == of]
    keys = [name for name in ("charge_number", "event_type", "sequence") if name in mine]
    plain = mine.sort_values(keys)[list(headings)] if keys else mine[list(headings)]
    return plain.astype(object).where(plain.notna(), None).to_numpy().tolist()


def plan(validated: Validated, of: str = "S-1") -> list[list]:
    """Sequence, name and millionths of a percent of a subscription's milestones."""
    return cells(validated, "milestones", "sequence", "milestone_name", "percent_millionths", of=of)
