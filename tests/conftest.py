"""What all tests share: how to accept golden files, and where public data lies if it is there."""

import os
import signal
from pathlib import Path

import hypothesis
import pytest

# The gate tries the same examples each time; `VCJIRA_SEARCH=1 make test` looks for new ones.
hypothesis.settings.register_profile("steady", derandomize=True)
if not os.environ.get("VCJIRA_SEARCH"):
    hypothesis.settings.load_profile("steady")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser):
    parser.addoption("--regold", action="store_true", help="Accept what is rendered as the new golden files.")


def pytest_configure():
    """A run that was started in the background ignores Ctrl-C, and so would every command that tests interrupt."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def regold(request):
    return request.config.getoption("--regold")


@pytest.fixture(scope="module")
def nights():
    """Only what changed is derived again, however little there is: a test's company is small."""
    from vcjira.nightly import again

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(again, "FEW", -1)
        yield


@pytest.fixture(scope="session")
def shared():
    """The folder of public data beside the checkout; tests that need it skip where it is not."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared")
    return SHARED
