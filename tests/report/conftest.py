"""One hostile world for all tests of reports; nobody writes to it."""

import pytest
from report_world import world


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    made = world(tmp_path_factory.mktemp("world"))
    yield made
    made.mirror.close()
