"""`vcjira serve-jira`: only the embedded Jira, on loopback, until somebody stops it."""

import gc
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vcjira.cli.app import App

if TYPE_CHECKING:
    from vcjira.demo.shapes import Product


@click.command("serve-jira")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="0 takes a free one.  [default: 0]")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="Raw issues, one JSON object per line; .gz is understood. Several files make one Jira.",
)
@click.option("--product", type=click.Choice(["cloud", "datacenter"]), default="cloud", show_default=True)
@click.option("--issues", type=click.IntRange(1, 1_000_000), default=600, show_default=True, help="Without --data.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed, another company.")
@click.option("--weight", type=click.Choice(["story", "bench"]), default="story", show_default=True)
@click.option("--faults", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Misbehaviour, as JSON.")
@click.option("--latency", type=click.FloatRange(0), default=0.0, help="Milliseconds before each answer.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone of the account's profile.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="Requests per second before 429.")
@click.option("--gzip/--no-gzip", default=True, show_default=True, help="Compress for clients that ask for it.")
@click.pass_obj
def serve_jira(
    app: App,
    port: int,
    data: tuple[Path, ...],
    product: str,
    issues: int,
    seed: int,
    weight: str,
    faults: Path | None,
    latency: float,
    zone: str,
    rate: float | None,
    gzip: bool,
) -> None:
    """Only the embedded Jira, on loopback.

    Prints one line with its URL and how to log in when it is ready; Ctrl-C ends it.
    """
    from vcjira.demo import EMAIL, TOKEN, EmbeddedJira, company, load
    from vcjira.demo.faults import Faults, read, throttled
    from vcjira.errors import Mend

    _known_zone(zone)
    wrong = read(faults.read_bytes(), str(faults)) if faults else Faults()
    throttled(wrong, rate, product)
    stopped = _stop_on_signals()
    store = load(data) if data else company(issues, seed, weight=weight)
    if not len(store):
        raise Mend("there is no issue in these files", where=", ".join(map(str, data)))
    gc.freeze()  # the issues stay for good; looking through them again and again would cost the requests
    store.clock.run()
    kind: Product = "datacenter" if product == "datacenter" else "cloud"
    jira = EmbeddedJira(store, product=kind, port=port, faults=wrong, latency=latency / 1000, zone=zone, compress=gzip)
    with jira:
        told = {"not issues": store.skipped, "said again": store.replaced}
        email = f"  email: {EMAIL}" if product == "cloud" else ""
        counts = "".join(f"  {what}: {count}" for what, count in told.items() if count)
        app.say(f"embedded Jira ({product}) on {jira.url}  issues {len(store)}{counts}{email}  token: {TOKEN}")
        sys.stdout.flush()
        stopped.wait()


def _known_zone(zone: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{zone!r} is not a time zone; try Europe/Berlin", param_hint="--zone") from None


def _stop_on_signals() -> threading.Event:
    """Set by Ctrl-C and by SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped
