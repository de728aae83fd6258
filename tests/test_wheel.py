"""The wheel holds all it needs: installed elsewhere, it plays the whole demo and renders from any directory."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def call(*command: object, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The `bin` of a fresh environment with the wheel; its requirements are borrowed from ours, vcjira is not."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    call(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT, cwd=folder)
    [wheel] = folder.glob("vcjira-*.whl")
    venv.create(folder / "fresh", with_pip=False)
    [packages] = (folder / "fresh" / "lib").glob("python*/site-packages")
    call(*pip, "install", "--no-deps", "--target", packages, wheel, cwd=folder)
    ours = Path(pytest.__file__).parents[1]
    (packages / "borrowed.pth").write_text(f"{ours}\n")
    return folder / "fresh" / "bin"


@pytest.mark.slow
def test_an_installed_wheel_renders_reports_from_any_directory(installed, tmp_path):
    python = installed / "python"
    place = call(python, "-c", "import vcjira; print(vcjira.__file__)", cwd=tmp_path)
    assert str(installed.parent) in place
    call(python, "-m", "vcjira", "demo", "--dir", "here", "--issues", "60", cwd=tmp_path)
    for kind in ("html", "md", "csv", "json"):
        call(
            python, "-m", "vcjira", "-c", "here/vcjira.yaml", "report", "walls", "requesters", "--format", kind,
            "--out", tmp_path / "out", cwd=tmp_path,
        )  # fmt: skip
    assert len(list((tmp_path / "out").iterdir())) == 8


@pytest.mark.slow
def test_the_wheel_holds_every_template(installed):
    [packages] = (installed.parent / "lib").glob("python*/site-packages")
    inside = {path.name for path in (packages / "vcjira" / "templates").iterdir()}
    assert inside == {path.name for path in (ROOT / "templates").iterdir()}
