"""A person at the command line: a folder with configuration and token, an embedded Jira, and what a command said."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vcjira.demo import TOKEN, EmbeddedJira, Faults, company

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def call(folder: Path, *args: str, env: dict[str, str] | None = None, timeout: float = 60) -> Said:
    """The real command line, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "vcjira", *args],
        cwd=folder,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("VCJIRA_", "COV_"))}
    return plain | {"PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"} | (more or {})


def invented(issues: int = 80, **faults: Any) -> EmbeddedJira:
    """The embedded Jira of a small invented company, not yet started."""
    return EmbeddedJira(company(issues, 7), faults=Faults(**faults))


def furnish(folder: Path, jira: EmbeddedJira, *, changes: Sequence[tuple[str, str]] = ()) -> Path:
    """A folder as `vcjira demo` leaves it before its first sync, with changes to the text of its configuration."""
    text = jira.store.config_yaml(jira.url, jira.product).replace("env:VCJIRA_TOKEN", "file:token")
    for old, new in changes:
        assert old in text, f"{old!r} is not in the configuration"
        text = text.replace(old, new)
    folder.mkdir(exist_ok=True)
    (folder / "vcjira.yaml").write_text(text, encoding="utf-8")
    (folder / "people.csv").write_text(jira.store.directory_csv(jira.product), encoding="utf-8")
    (folder / "token").write_text(TOKEN + "\n", encoding="utf-8")
    return folder
