"""What every command gets: the settings, the mirror, and how to speak to the person in front."""

import json
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vcjira.config import Settings
    from vcjira.mirror import Mirror


@dataclass
class App:
    """The global options; `ctx.obj` of every command."""

    config: Path | None = None
    verbose: int = 0
    log_format: str = "text"
    progress: bool = True

    @property
    def config_path(self) -> Path:
        """`-c`, else vcjira.yaml in the working directory, else $VCJIRA_CONFIG."""
        if self.config:
            return self.config
        local = Path("vcjira.yaml")
        named = os.environ.get("VCJIRA_CONFIG")
        return Path(named) if named and not local.exists() else local

    @cached_property
    def settings(self) -> "Settings":
        from vcjira.config import load

        return load(self.config_path)

    def mirror(self, *, write: bool = False) -> "Mirror":
        from vcjira.mirror import Mirror

        return Mirror(self.settings.mirror, write=write)

    def say(self, text: str = "") -> None:
        """A result, to stdout."""
        print(text)

    def say_json(self, document: Any) -> None:
        print(json.dumps(document, ensure_ascii=False, indent=2, default=str))

    def warn(self, text: str) -> None:
        """What went wrong, to stderr, whatever the verbosity."""
        if self.log_format == "json":
            print(json.dumps({"level": "error", "message": text}, ensure_ascii=False), file=sys.stderr)
            return
        for number, line in enumerate(text.splitlines()):
            print(self.clean(line if number else f"vcjira: {line}"), file=sys.stderr)

    @staticmethod
    def clean(text: str) -> str:
        """Text from Jira without what could steer a terminal: control, escape and bidi characters."""
        return "".join(c if c.isprintable() else "\ufffd" for c in text)

    def log(self, text: str, **facts: object) -> None:
        """A step, to stderr; silent with -q."""
        if self.verbose < 0:
            return
        if self.log_format == "json":
            print(
                json.dumps({"level": "info", "message": text, **facts}, ensure_ascii=False, default=str),
                file=sys.stderr,
            )
        else:
            print(text, file=sys.stderr)
