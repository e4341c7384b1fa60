"""The oracle: what must hold of any upload, however broken its files are."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

import schemas
from pipeline import money
from pipeline.read import Inputs, Sheet
from pipeline.validate import Validated
from schemas import cells
from tests.fuzz.reread import Rows, reread_csv, reread_sheet, reread_workbook, same

MARKED = ("FIL-06", "FIL-07", "FIL-08")
"""Findings on cells whose value the file does not hold, or no longer."""


def faults_of(files: Mapping[str, bytes], inputs: Inputs, validated: Validated) -> list[str]:
    """What is wrong with the reading and the judgement of these files; nothing, if all is well."""
    return [
        *faults_of_reading(files, inputs),
        *counts_that_differ(inputs, validated),
        *refused_in_silence(inputs, validated),
        *changed_values(inputs, validated),
    ]


def faults_of_reading(files: Mapping[str, bytes], inputs: Inputs) -> list[str]:
    """What is wrong with the reading alone."""
    return [*silent_skips(files, inputs), *changed_texts(files, inputs)]


def silent_skips(files: Mapping[str, bytes], inputs: Inputs) -> Iterator[str]:
    """A file of which nothing is read, and nothing said."""
    said = set(inputs.findings["file"]) | {sheet.file for sheet in inputs.sheets}
    known = inputs.files["file"].tolist()
    for name in files:
        if known.count(name) != 1:
            yield f"{name}: stands {known.count(name)} times among the files"
        elif name not in said:
            yield f"{name}: nothing is read of it, and nothing said"


def changed_texts(files: Mapping[str, bytes], inputs: Inputs) -> Iterator[str]:
    """Rows that are missing, or whose cells are not what a second reader finds."""
    books: dict[str, dict[str, list[list[Any]]] | None] = {}
    for sheet in inputs.sheets:
        data = files[sheet.file]
        if sheet.file.endswith(".csv"):
            rows = reread_csv(data, sheet)
            if rows is None:
                yield f"{sheet.file}: its headings are not those of the file"
                continue
        else:
            if sheet.file not in books:
                books[sheet.file] = reread_workbook(data)
            book = books[sheet.file]
            if book is None or sheet.sheet not in book:
                continue  # openpyxl is at its end where the program is not
            rows = reread_sheet(book[sheet.sheet], sheet)
            if rows is None:
                continue
        yield from _different(sheet, rows, inputs.findings)


def _different(sheet: Sheet, rows: Rows, findings: pd.DataFrame) -> Iterator[str]:
    where = f"{sheet.file} {sheet.sheet}"
    here = findings[(findings["file"] == sheet.file) & (findings["sheet"] == sheet.sheet)]
    marked = set(here.loc[here["code"].isin(MARKED), "row"])
    again = (here["code"] == "COL-05").any()
    missing = set(rows) - set(sheet.rows.tolist())
    for number in sorted(missing):
        texts = [str(cell).strip() for cell in rows[number]]
        if not (again and texts == list(sheet.headings)[: len(texts)]):
            yield f"{where} row {number}: is not read: {texts}"
    texts_read = sheet.cells.fillna("").to_numpy().tolist()
    for number, ours in zip(sheet.rows.tolist(), texts_read, strict=True):
        theirs = rows.get(number)
        if theirs is None:
            if number not in marked:
                yield f"{where} row {number}: is not in the file: {ours}"
            continue
        theirs += [""] * (len(ours) - len(theirs))
        for place, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            if sheet.columns[place] and number not in marked and not same(one, other):
                yield f"{where} row {number}, {sheet.columns[place]}: {other!r} was {one!r}"


def counts_that_differ(inputs: Inputs, validated: Validated) -> Iterator[str]:
    """Read = accepted + refused, by file, and read is what the sheets hold."""
    for _, file in validated.files.iterrows():
        held = sum(len(sheet.rows) for sheet in inputs.sheets if sheet.file == file["file"])
        refused = sum(
            len(sheet.row_numbers) for sheet in validated.refused_in_order
            if sheet.file == file["file"]
        )  # fmt: skip
        counts = (file["rows_read"], file["rows_accepted"] + file["rows_refused"])
        if counts != (held, held) or refused != file["rows_refused"]:
            yield f"{file['file']}: {held} rows, but {dict(file)}"


def refused_in_silence(inputs: Inputs, validated: Validated) -> Iterator[str]:
    """Refused rows that no finding names."""
    findings = validated.findings
    told = findings[(findings["severity"] == "error") | (findings["code"] == "HLD-01")]
    addresses = set(zip(told["file"], told["sheet"], told["row"], strict=True))
    for sheet in validated.refused_in_order:
        for number in sheet.row_numbers:
            if (sheet.file, sheet.sheet, number) not in addresses:
                yield f"{sheet.file} {sheet.sheet} row {number}: is refused, and no finding says so"


def changed_values(inputs: Inputs, validated: Validated) -> Iterator[str]:
    """Rows that were not refused, and yet are not in force with the values of their cells."""
    refused = {
        (place, number)
        for place, sheet in validated.refused.items()
        for number in sheet.row_numbers.tolist()
    }
    exponents = _exponents(validated)
    in_force = {table: _by_key(table, rows) for table, rows in validated.contracts.items()}
    for place, sheet in enumerate(inputs.sheets):
        columns = [
            (str(at), column)
            for at, heading in enumerate(sheet.columns)
            for column in schemas.columns_of(schemas.TABLES[sheet.table])
            if heading == column.heading
        ]
        texts = sheet.cells.fillna("").to_dict("records")
        for number, row in zip(sheet.rows.tolist(), texts, strict=True):
            if (place, number) in refused:
                continue
            said = {column.name: row[at] for at, column in columns}
            keys = _keys(sheet.table, said)
            where = f"{sheet.file} {sheet.sheet} row {number}"
            kept = in_force[sheet.table].get(keys)
            if kept is None:
                yield f"{where}: is accepted, and not in force: {said}"
                continue
            exponent = exponents.get(said.get("subscription_number", ""), 2)
            for _, column in columns:
                if not _is_what_was_typed(column, said[column.name], kept[column.name], exponent):
                    yield f"{where}, {column.heading}: {said[column.name]!r} is {kept[column.name]!r}"


def _exponents(validated: Validated) -> dict[str, int]:
    rows = validated.contracts["subscriptions"]
    known = money.currency_exponents()
    pairs = zip(rows["subscription_number"], rows["currency"], strict=True)
    return {number: known[currency] for number, currency in pairs if currency in known}


def _keys(table: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """The key as text, whole numbers and days in one form."""
    model = schemas.TABLES[table]
    columns = {column.name: column for column in schemas.columns_of(model)}
    named = [name for name in schemas.keys_of(model) if not columns[name].derived]
    return tuple(_key_text(columns[name], row.get(name, "")) for name in named)


def _key_text(column: schemas.Column, value: Any) -> str:
    if column.kind == cells.DATE:
        return str(value)[:10]
    if column.kind == cells.WHOLE:
        return str(int(Decimal(str(value)))) if str(value) else ""
    return str(value)


def _by_key(table: str, rows: pd.DataFrame) -> dict[tuple[str, ...], dict[str, Any]]:
    plain = rows.astype(object).where(rows.notna(), None)
    return {
        _keys(table, {k: "" if v is None else v for k, v in row.items()}): row
        for row in plain.to_dict("records")
    }


def _is_what_was_typed(column: schemas.Column, text: str, value: Any, exponent: int) -> bool:
    if not text:
        return value is None or str(value) == column.default
    if value is None:
        return False
    if column.kind == cells.MONEY:
        return Decimal(text) == Decimal(int(value)).scaleb(-exponent)
    if column.kind == cells.PERCENT:
        return Decimal(text.removesuffix("%").strip()) == Decimal(int(value)).scaleb(-6)
    if column.kind == cells.WHOLE:
        return Decimal(text) == int(value)
    if column.kind == cells.DATE:
        return datetime.date.fromisoformat(text[:10]) == value.date()
    return text == value
