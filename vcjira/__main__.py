"""`python -m vcjira` and the `vcjira` command: the one error boundary."""

import gc
import signal
import sys

GARBAGE = 50_000
"""New objects after which Python looks for cycles among them: imports make many and hardly a cycle."""


def main() -> None:
    gc.set_threshold(GARBAGE)
    from vcjira.cli import run

    signal.signal(signal.SIGTERM, _interrupt)
    code = run(sys.argv[1:])
    gc.freeze()  # else Python looks for cycles once more at its end, among all that ends with it: 65 ms
    sys.exit(code)


def _interrupt(*_: object) -> None:
    """Being asked to end (systemd, Kubernetes) is Ctrl-C by other means."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
