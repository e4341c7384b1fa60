"""What Receivables made of the lines that were sent: the table that `confirm` reads."""

from typing import ClassVar

from schemas.cells import code, date, identifier, text, whole
from schemas.inputs import Day, InputTable, Int, Text

INVOICED, REJECTED = ANSWERS = ("INVOICED", "REJECTED")
ATTRIBUTE = "INTERFACE_LINE_ATTRIBUTE"
"""How Receivables names the parts of a line's key, followed by 1 to 4."""


class Confirmations(InputTable):
    """Receivables' answers: one row per line, named by its id or by the four parts of its key."""

    class Config:
        name = "confirmations"
        metadata: ClassVar = {
            "unit": "bill_line_id",
            "named_by": "bill_line_id subscription_number",
        }

    bill_line_id: Text = text("The line, such as S-1:10:M2 or S-1:10:M2#1.", 100)
    subscription_number: Text = identifier(
        "Without bill_line_id: the line's contract.", also=(f"{ATTRIBUTE}1",)
    )
    charge_number: Text = identifier(
        "Without bill_line_id: the line's charge.", also=(f"{ATTRIBUTE}2",)
    )
    what: Text = text("Without bill_line_id: what it is for.", 30, also=(f"{ATTRIBUTE}3",))
    revision: Int = whole(
        "Without bill_line_id: 0, or the number of the correction.",
        least=0, most=999_999, also=(f"{ATTRIBUTE}4",),
    )  # fmt: skip
    answer: Text = code(
        "What became of the line; blank: INVOICED with a number, REJECTED with a message.", ANSWERS
    )
    transaction_number: Text = text("The number of the invoice or credit memo.", 50)
    transaction_date: Day = date("Its day; of a rejected line, the day of the rejection.")
    message: Text = text("Why it was rejected.", 2000)
