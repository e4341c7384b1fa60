"""How a target says which lines become one invoice: what is wrong in it, with its line."""

import re

import pytest

from pipeline.export.row_forms import TargetFileError
from pipeline.export.target_reader import read_target
from pipeline.export.targets import shipped_text

NAME = "own-receivables"
TEXT = (shipped_text("oracle-autoinvoice.toml") or "").replace('path = "ar/', 'path = "own/')
GROUPING = 'group_by = "oracle-autoinvoice.grouping.txt"'


def test_a_copy_of_the_shipped_target_groups_as_it_does() -> None:
    [form] = read_target(NAME, TEXT, {}).records
    assert form.invoices is not None and form.invoices.date == "TRX_DATE"
    assert {"BU_NAME", "TRX_DATE", "GL_DATE", "PURCHASE_ORDER"} <= set(form.invoices.group_by)
    assert set(form.invoices.group_by) <= set(form.layout), (
        "a name that is no column groups nothing"
    )
    own = TEXT.replace(GROUPING, 'group_by = ["TRX_DATE"]')
    [form] = read_target(NAME, own, {}).records
    assert form.invoices is not None and form.invoices.group_by == ("TRX_DATE",)


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        (GROUPING, 'group_by = "nothing.txt"', "give a list of columns"),
        (GROUPING, 'group_by = ["NOWHERE"]', "NOWHERE is no column"),
        ('terms = "TERM_NAME"', 'terms = "COMMENTS"', "COMMENTS is not filled"),
        ('terms = "TERM_NAME"\n\n', "\n", "terms"),
        (
            'date = "TRX_DATE"',
            'date = "DESCRIPTION"',
            "must hold one of bill_date, accounting_date",
        ),
        ('site = "BILL', 'place = "BILL', "place is not known"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(good: str, bad: str, said: str) -> None:
    assert good in TEXT
    with pytest.raises(TargetFileError) as fault:
        read_target(NAME, TEXT.replace(good, bad, 1), {})
    assert said in str(fault.value)
    assert re.match(rf"{NAME}\.toml, line \d+: ", str(fault.value))
