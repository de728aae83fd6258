"""The YAML in the documents about people and rules is read, and its tests pass."""

import re
from pathlib import Path

import pytest

from vcjira.config import load
from vcjira.rules import run_tests
from vcjira.rules.lint import lint

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("name", "doubts"), [("people.md", []), ("rules.md", ["contradicts"])])
def test_what_the_documents_show_is_read(tmp_path: Path, name: str, doubts: list[str]) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        path = tmp_path / "vcjira.yaml"
        path.write_text(block)
        (tmp_path / "people.csv").write_text("email,organization\n")
        settings = load(path)
        assert all(result.ok for result in run_tests(settings))
        assert [doubt.code for doubt in lint(settings) if doubt.code == "contradicts"] == doubts
