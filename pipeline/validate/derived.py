"""Columns that follow from what was uploaded: the parts of a bill line's id, what an action is about."""

from collections.abc import Callable, Mapping

import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.words import join

Texts = Mapping[str, arrow.Array]

LINE_ID = (
    r"^(?P<subscription_number>[^:#]{1,30}):(?P<charge_number>[^:#]{1,30}):(?P<what>[^:#]{1,30})$"
)


def line_parts(texts: Texts) -> dict[str, arrow.Array]:
    """The subscription, the charge and the what of each bill_line_id; missing where it has not three
    parts, or names a correction (`#1`).

    >>> parts = line_parts({"bill_line_id": arrow.array(["S-1:10:M2", "S-1"], arrow.large_string())})
    >>> [part.to_pylist() for part in parts.values()]
    [['S-1', None], ['10', None], ['M2', None]]
    """
    parts = compute.extract_regex(texts["bill_line_id"], LINE_ID)
    return {
        name: compute.struct_field(parts, name).cast(arrow.large_string())
        for name in ("subscription_number", "charge_number", "what")
    }


def concerns(texts: Texts) -> dict[str, arrow.Array]:
    """What each action is about, in words, for its key: two milestones may be reopened on one day."""
    line, charge, sequence = (texts[name] for name in ("line_number", "charge_number", "sequence"))
    of_milestone = join(
        "milestone ",
        compute.fill_null(sequence, "?"),
        " of charge ",
        compute.fill_null(charge, "?"),
    )
    of_line = join("line ", compute.fill_null(line, ""))
    either = compute.if_else(compute.is_valid(line), of_line, "the subscription")
    reopens = compute.fill_null(compute.equal(texts["action"], "REOPEN_MILESTONE"), False)
    return {"concerns": compute.if_else(reopens, of_milestone, either)}


SHOWN_AT = {"concerns": "action"}
"""Where a fault of a derived column stands: the heading of one that the sheet has."""

DERIVED: dict[str, Callable[[Texts], dict[str, arrow.Array]]] = {
    "adjustments": line_parts,
    "actions": concerns,
}
"""By table: its derived columns, from the uploaded ones."""
