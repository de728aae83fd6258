"""What can go wrong, sorted by what the reader can do about it; each kind has its exit code.

VcjiraError            1  our bug (only by subclasses or the unexpected)
├── Mend               2  a file, an option or a rule must be mended; nothing was done
├── Unreachable        3  Jira could not be reached or the log-in failed; nothing was lost
│   └── LoginFailed    3  never retried
├── Incomplete         4  what could be got or written is kept; run again
├── Refused            5  a safety limit said no; `key` names the configuration key
└── Busy               6  another run holds the mirror
"""

EXIT_OK = 0
EXIT_BUG = 1
EXIT_INTERRUPTED = 130
MEANINGS = {
    0: "done",
    1: "a bug: an unexpected error (a short message; the trace with -v)",
    2: "wrong usage, configuration or rules; nothing was done",
    3: "Jira could not be reached or the log-in failed; nothing was lost",
    4: "incomplete: what could be got or written is kept, the rest is listed; run again",
    5: "refused by a safety limit; the message names the key to change and how to go on once",
    6: "another run holds the mirror",
    10: "`labels plan --detailed-exitcode`: there is something to apply",
    130: "interrupted; the mirror is whole",
}
"""Exit code -> what it says to whoever called."""


class VcjiraError(Exception):
    """One sentence of what happened, where (`file:line:column`, URL path, table), and what to do next."""

    exit_code = EXIT_BUG

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class Mend(VcjiraError):
    """Wrong usage, configuration, rules or file; mend it and call again."""

    exit_code = 2


class Unreachable(VcjiraError):
    """Jira could not be reached, or answered with something that is not Jira's."""

    exit_code = 3


class LoginFailed(Unreachable):
    """The credentials were refused; trying again could lock the account, so nobody does."""


class Incomplete(VcjiraError):
    """Something could not be read or written; the rest is kept."""

    exit_code = 4


class Refused(VcjiraError):
    """A safety limit refused; `key` is the configuration key that holds the limit."""

    exit_code = 5

    def __init__(self, what: str, *, key: str | None = None, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what, where=where, hint=hint)
        self.key = key


class Busy(VcjiraError):
    """Another run holds the mirror."""

    exit_code = 6
