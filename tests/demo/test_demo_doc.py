"""docs/embedded-jira.md says what there is: every fault, every option, and examples that are understood."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from vcjira.cli.serve import serve_jira
from vcjira.config import load
from vcjira.demo import EMAIL, TOKEN, Bucket, Event, Fault, Faults, Life, Quota
from vcjira.demo.faults import Kind, read

TEXT = (Path(__file__).parents[2] / "docs" / "embedded-jira.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def blocks(kind):
    return [text for language, text in BLOCKS if language == kind]


@pytest.mark.parametrize("struct", [Faults, Fault, Life, Event, Quota, Bucket])
def test_every_member_is_explained(struct):
    assert [field.name for field in msgspec.structs.fields(struct) if f"`{field.name}`" not in TEXT] == []


def test_every_kind_and_deed_is_explained():
    deeds = get_args(msgspec.structs.fields(Event)[0].type)
    assert len(deeds) > 10
    assert [name for name in (*get_args(Kind), *deeds) if f"`{name}`" not in TEXT] == []


@pytest.mark.parametrize("text", blocks("json"))
def test_every_example_is_understood(text):
    assert read(text.encode(), "docs") != Faults()


def test_every_option_of_the_command_is_there():
    options = {name for parameter in serve_jira.params for name in parameter.opts}
    assert [name for name in sorted(options - {"--help"}) if name not in TEXT] == []


def test_the_configuration_and_the_account_are_right(tmp_path):
    (tmp_path / "c.yaml").write_text("version: 1\n" + blocks("yaml")[0])
    assert load(tmp_path / "c.yaml").sites[0].email == EMAIL
    assert TOKEN in TEXT


def test_the_python_example_runs():
    ran: dict = {}
    exec(blocks("python")[0].replace("    ...  #", "    ran(jira.url)  #"), {"ran": lambda url: get(url, ran)})
    assert ran == {"first": 503, "then": 200}


def get(url, ran):
    import requests

    for place in ("first", "then"):
        ran[place] = requests.get(f"{url}/rest/api/3/serverInfo", timeout=5).status_code
