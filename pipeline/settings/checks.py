"""What a setting may be: each check says what it wants, whether a value fits, and reads plain text."""

import datetime
import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

ACCOUNT_PART = r"[^\W_](?: ?[\w./&-])*"
ACCOUNT_FORM = re.compile(rf"{ACCOUNT_PART}(?::{ACCOUNT_PART})*")
"""What plain-text accounting programs read: two spaces or a semicolon would end the account."""


class Check(Protocol):
    """`wants` completes "must be …"; `from_text` reads what stands in the environment, and gives back
    the text itself where it can't be read, which then does not fit."""

    @property
    def wants(self) -> str:
        """What it must be."""

    def fits(self, value: Any) -> bool:
        """Whether a value can be used."""

    def from_text(self, text: str) -> Any:
        """The value of a plain text."""


@dataclass(frozen=True)
class Day:
    """A date.

    >>> Day().from_text("2026-04-01"), Day().fits("2026-04-01")
    (datetime.date(2026, 4, 1), False)
    """

    wants: str = "a date such as 2026-04-01, unquoted"

    def fits(self, value: Any) -> bool:
        """A date without a time of day."""
        return type(value) is datetime.date

    def from_text(self, text: str) -> Any:
        """Year-month-day."""
        try:
            return datetime.date.fromisoformat(text) if len(text) == len("2026-04-01") else text
        except ValueError:
            return text


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def wants(self) -> str:
        """The words."""
        return f"one of {', '.join(self.words)}, in quotes"

    def fits(self, value: Any) -> bool:
        """To the letter."""
        return value in self.words

    def from_text(self, text: str) -> Any:
        """As it is."""
        return text


@dataclass(frozen=True)
class Whole:
    """A whole number.

    >>> [Whole(1, 9).fits(value) for value in (1, 9, 10, 1.0, True)]
    [True, True, False, False, False]
    """

    least: int
    most: int

    @property
    def wants(self) -> str:
        """The bounds."""
        return f"a whole number from {self.least} to {self.most}"

    def fits(self, value: Any) -> bool:
        """Within the bounds; a yes or no is no number."""
        return type(value) is int and self.least <= value <= self.most

    def from_text(self, text: str) -> Any:
        """Digits, as a number."""
        return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text


@dataclass(frozen=True)
class Words:
    """A text that is not blank."""

    longest: int

    @property
    def wants(self) -> str:
        """The length."""
        return f"a text of 1 to {self.longest} characters, in quotes"

    def fits(self, value: Any) -> bool:
        """Blanks around it do not count."""
        return isinstance(value, str) and 1 <= len(value.strip()) <= self.longest

    def from_text(self, text: str) -> Any:
        """As it is."""
        return text


@dataclass(frozen=True)
class Names:
    """A list of texts; in the environment, with commas between them.

    >>> Names(30).from_text("a, b"), Names(30).fits(["a", "b"]), Names(30).fits(["a", "a"])
    (['a', 'b'], True, False)
    """

    longest: int

    @property
    def wants(self) -> str:
        """The length of each."""
        return f"a list of different texts of 1 to {self.longest} characters, each in quotes"

    def fits(self, value: Any) -> bool:
        """Each fits, and none comes twice."""
        one = Words(self.longest)
        return (
            isinstance(value, list | tuple)
            and all(one.fits(name) for name in value)
            and len(set(value)) == len(value)
        )

    def from_text(self, text: str) -> Any:
        """The parts between the commas."""
        return [part.strip() for part in text.split(",")]


@dataclass(frozen=True)
class Account:
    """An account of the general ledger."""

    longest: int = 100

    @property
    def wants(self) -> str:
        """Its form."""
        return (
            f"an account of 1 to {self.longest} letters, digits, single spaces and :._/-&, each "
            "part beginning with a letter or digit, in quotes"
        )

    def fits(self, value: Any) -> bool:
        """Of a form that plain-text accounting reads."""
        is_text = isinstance(value, str) and len(value) <= self.longest
        return is_text and ACCOUNT_FORM.fullmatch(value) is not None

    def from_text(self, text: str) -> Any:
        """As it is."""
        return text


def toml_text(value: Any) -> str:
    """A value as it is written in the settings file.

    >>> toml_text("a b"), toml_text(True), toml_text(datetime.date(2026, 4, 1)), toml_text(("a",))
    ('"a b"', 'true', '2026-04-01', '["a"]')
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_text(one) for one in value)}]"
    if isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
