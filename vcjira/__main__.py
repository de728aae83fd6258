"""`python -m vcjira` and the `vcjira` command: the one error boundary."""

import signal
import sys


def main() -> None:
    from vcjira.cli import run

    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(run(sys.argv[1:]))


def _interrupt(*_: object) -> None:
    """Being asked to end (systemd, Kubernetes) is Ctrl-C by other means."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
