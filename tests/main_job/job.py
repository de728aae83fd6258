"""The program as its users have it: the commands, a Jira over HTTP, and the tables it exports. No more."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

TOKEN = "demo-token"
EMAIL = "bot@demo.example"


@dataclass
class Desk:
    """A directory with a configuration in it, where somebody works."""

    folder: Path
    url: str
    product: str

    def configure(self, **more: Any) -> "Desk":
        site: dict[str, Any] = {
            "name": "site",
            "url": self.url,
            "token": "env:VCJIRA_TOKEN",
            "requests": {"per_second": 2000, "concurrency": 4},
        }
        if self.product == "cloud":
            site["email"] = EMAIL
        site |= more.pop("site", {})
        (self.folder / "vcjira.yaml").write_text(yaml.safe_dump({"version": 1, "sites": [site], **more}))
        return self

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "vcjira", *args],
            cwd=self.folder,
            env={**os.environ, "VCJIRA_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *args: str, code: int = 0) -> str:
        """Standard output of one command that must end with `code`."""
        process = self.start(*args)
        out, err = process.communicate(timeout=600)
        assert process.returncode == code, f"vcjira {' '.join(args)}: {process.returncode}\n{out}\n{err}"
        return out

    def tables(self) -> duckdb.DuckDBPyConnection:
        """The contract's tables, read back from an export."""
        target = self.folder / "export"
        self.call("export", str(target), "--format", "parquet")
        found = duckdb.connect()
        for folder in target.iterdir():
            if folder.is_dir():
                found.execute(f"CREATE TABLE {folder.name} AS FROM read_parquet('{folder}/**/*.parquet')")
        return found

    def status(self) -> dict[str, Any]:
        site: dict[str, Any] = json.loads(self.call("status", "--json"))["sites"][0]
        return site


@contextmanager
def jira_of(files: Sequence[Path], product: str, *more: str) -> Iterator[str]:
    """URL of `vcjira serve-jira` in a process of its own."""
    data = [part for path in files for part in ("--data", str(path))]
    server = subprocess.Popen(
        [sys.executable, "-m", "vcjira", "serve-jira", "--product", product, *data, *more],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout
        line = server.stdout.readline()
        yield next(word for word in line.split() if word.startswith("http"))
    finally:
        server.terminate()
        server.wait(10)
        if server.stdout:
            server.stdout.close()
