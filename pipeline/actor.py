"""Who gave a command, and how: for the store's audit trail. Passwords are masked everywhere."""

import getpass
import os
import re
import shlex
import socket
from collections.abc import Sequence
from dataclasses import dataclass

# a URL that was taken for a path has lost a slash
OF_A_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*:/{1,2}[^\s/:@?#'\"]*):[^\s'\"]*@", re.IGNORECASE)
NAMED = re.compile(r"((?:password|passwd|pwd|passphrase|secret|token)=)[^&\s'\";]+", re.IGNORECASE)
MASK = "***"


@dataclass(frozen=True)
class Actor:
    """The user and the machine as the system knows them, and the command as it was typed."""

    user: str
    host: str
    command_line: str


def actor_of(arguments: Sequence[str]) -> Actor:
    """This process's actor; `arguments` are the command's, without the program's name; none where
    another program calls this one."""
    line = shlex.join(["milestone-billing", *arguments]) if arguments else ""
    return Actor(_user(), socket.gethostname(), masked(line))


def masked(text: str) -> str:
    """The text without passwords: those of URLs, however many signs like `@` and `/` are in them, and
    those that are named.

    >>> masked("--store postgresql://billing:p@ss/word@host/base?sslpassword=x&a=b")
    '--store postgresql://billing:***@host/base?sslpassword=***&a=b'
    >>> masked("no such folder: in/box, at 10:30 by a@b")
    'no such folder: in/box, at 10:30 by a@b'
    """
    return NAMED.sub(rf"\1{MASK}", OF_A_URL.sub(rf"\1:{MASK}@", text))


def _user() -> str:
    """The user by number, where the system has such: the environment may say anything."""
    if hasattr(os, "getuid"):
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"uid {os.getuid()}"
    try:
        return getpass.getuser()
    except OSError:
        return "unknown"
