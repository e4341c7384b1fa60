"""What `explain` says: for people, from the account that machines get as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.text_table import GAP, aligned

LONGEST_CELL = 60


def explanation_words(account: Mapping[str, Any]) -> str:
    """An account of `pipeline.explain.explain` as text."""
    words = _story(account) if account["is"] == "subscription" else _row(account)
    return "\n".join(words)


def _row(account: Mapping[str, Any]) -> list[str]:
    """A bill line or an event: what, why, by which rules, from where, and where it went."""
    return [
        *_head(account),
        *_rules(account["rules"]),
        *_contract(account["contract"]),
        *_values(account["values"]),
        *_run(account),
        *_revenue_line(account.get("revenue_line")),
        *_answers(account),
        *_corrections(account),
    ]


def _head(account: Mapping[str, Any]) -> list[str]:
    amount = f"{account['currency']} {account['amount']}" if account["amount"] else "no amount yet"
    dated = f", dated {account['date']}" if account["date"] else ""
    kind = f" ({account['kind']})" if account["kind"] else ""
    lines = [f"{account['id']}, a {account['is']}{kind}: {amount}{dated}"]
    if account["sentence"]:
        lines.append(f"  why       {account['sentence']}")
    lines.append(f"  state     {account['state']}")
    if account["because"]:
        lines.append(f"  because   {account['because']}")
    if account["accounting_date"] and account["accounting_date"] != account["date"]:
        lines.append(f"  books     {account['accounting_date']}, the first open day")
    if account["corrects"]:
        lines.append(f"  corrects  {account['corrects']}")
    return lines


def _rules(rules: Sequence[Mapping[str, str]]) -> list[str]:
    return ["", "Rules", *(f"  {rule['says']} ({rule['source']})" for rule in rules)]


def _contract(contract: Mapping[str, Any]) -> list[str]:
    """The contract as it stood."""
    lines = ["", f"The contract as it stood on {contract['as_of']}"]
    lines += [
        f"  {name:<13} {_pairs(contract[name])}"
        for name in ("subscription", "customer", "line", "charge", "phase")
        if contract.get(name)
    ]
    return lines + [f"  {'action':<13} {_action(action)}" for action in contract["actions"]]


def _pairs(row: Mapping[str, str]) -> str:
    """The key first, then heading and text of the rest."""
    name, *rest = row.items()
    return ", ".join([name[1], *(f"{heading} {text}" for heading, text in rest)])


def _action(action: Mapping[str, Any]) -> str:
    why = f", {action['reason']}" if action["reason"] else ""
    return (
        f"{action['action']} of {action['concerns']} from {action['effective_date']}{why}"
        f" ({_address(action)})"
    )


def _values(values: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every value with its file, sheet and row."""
    rows = [
        [one["element"], one["column"], one["value"], _address(one), one["uploaded_at"] or "",
         one["note"]]
        for one in values
    ]  # fmt: skip
    heads = ["of", "column", "value", "from", "uploaded at", ""]
    return ["", "Values, and where they came from", *aligned([heads, *rows], longest=LONGEST_CELL)]


def _address(place: Mapping[str, Any]) -> str:
    """`contracts.xlsx, Charges, row 4`."""
    if place.get("how") == "DEFAULT":
        return "the default: the sheet does not say it"
    parts = [place["file"], place["sheet"], f"row {place['row']}"]
    heading = place.get("heading", "")
    return ", ".join(part for part in parts if part) + (f", {heading}" if heading else "")


def _run(account: Mapping[str, Any]) -> list[str]:
    run = account["run"]
    if run is None:
        return ["", "Not posted yet"]
    lines = [
        "",
        f"Posted by run {run['run_id']}, as of {run['as_of']}",
        f"  posted at {run['posted_at']} by program version {run['program_version']}",
        *([f"  by {run['posted_by']}"] if run["posted_by"] else []),
    ]
    if not run["files_are_out"]:
        lines.append(f"  its files are not out yet: milestone-billing export {run['run_id']}")
    return lines + [word for file in account["files"] for word in _file(file)]


def _file(file: Mapping[str, Any]) -> list[str]:
    """The row of a file, or an entry of the journal."""
    folder = f"  {file['run_id']}/"
    if "entry_id" in file:
        entry = [f"{folder}{file['file']}, entry {file['entry_id']}"]
        rows = [[line["account"], *_sides(line)] for line in file["lines"]]
        return entry + [GAP + row for row in aligned(rows, longest=LONGEST_CELL)]
    member = {"S": "an S row, "}.get(file.get("member", ""), "")
    inside = f", {file['member']}" if file.get("member") and not member else ""
    row = f", {member}row {file['row']}" if "row" in file else ""
    path, star, _ = file["file"].partition("*")
    if (
        star
    ):  # its number, or what else tells such files apart, is found out only as they are written
        return [f"  one of the files {folder.strip()}{path}…"]
    return [f"{folder}{file['file']}{inside}{row}"]


def _sides(line: Mapping[str, str]) -> list[str]:
    return [f"debit {line['debit']}"] if "debit" in line else [f"credit {line['credit']}"]


def _revenue_line(line: Mapping[str, Any] | None) -> list[str]:
    if line is None:
        return []
    return [
        "",
        f"Revenue line {line['id']}, version {line['version']}, {line['method']}",
        f"  allocated {line['allocated']}: {line['sentence']}"
        + (f" (run {line['run_id']})" if line["run_id"] else ""),
    ]


def _answers(account: Mapping[str, Any]) -> list[str]:
    """What Receivables answered; of an event it is never asked."""
    if account["run"] is None or account["is"] != "bill line":
        return []
    answers = account["answers"] or [{"answer": "no answer yet"}]
    return ["", "Receivables", *(f"  {_said(answer)}" for answer in answers)]


def _said(answer: Mapping[str, Any]) -> str:
    parts = [answer.get(name) for name in ("answer", "transaction_number", "transaction_date",
                                           "message")]  # fmt: skip
    said = ", ".join(str(part) for part in parts if part)
    place = f" ({_address(answer)}, read at {answer['accepted_at']})" if "file" in answer else ""
    again = "".join(f"; sent again by run {run}" for run in answer.get("sent_again_by", []))
    return said + place + again


def _corrections(account: Mapping[str, Any]) -> list[str]:
    rows = [
        [one["id"], one["amount"], f"net {one['net']}", f"run {one['run_id']}", one["sentence"]]
        for one in account["corrections"]
    ]
    return (
        ["", "The line and its corrections", *aligned(rows, longest=LONGEST_CELL)] if rows else []
    )


def _story(account: Mapping[str, Any]) -> list[str]:
    """A contract's story, and where it stands."""
    contract = account["contract"]
    lines = [f"Subscription {account['id']}, as of {account['as_of']}"]
    lines += [
        f"  {name:<13} {_pairs(contract[name])}"
        for name in ("subscription", "customer")
        if contract[name]
    ]
    for chapter in account["story"]:
        by = f", by {chapter['by']}" if chapter.get("by") else ""
        lines += ["", f"{chapter['title']} ({chapter['at']}{by})"]
        lines += [word for entry in chapter["entries"] for word in _entry(entry)]
    return lines + _stands(account["stands"]) + _waits(account["waits"])


def _entry(entry: Mapping[str, Any]) -> list[str]:
    place = f" ({_address(entry)})" if "file" in entry else ""
    return [f"  {entry['says']}{place}"]


def _stands(stands: Mapping[str, str]) -> list[str]:
    amounts = [[name.replace("_", " "), value] for name, value in stands.items()
               if name not in ("status", "currency")]  # fmt: skip
    width = max(len(value) for _, value in amounts)
    return [
        "",
        f"Where it stands: {stands['status']}, in {stands['currency']}",
        *(f"  {name:<13} {value:>{width}}" for name, value in amounts),
    ]


def _waits(waits: Sequence[Mapping[str, str]]) -> list[str]:
    rows = [[one["id"] or "-", one["state"], one["because"]] for one in waits]
    return ["", "What it waits for", *(aligned(rows, longest=LONGEST_CELL) or ["  nothing"])]
