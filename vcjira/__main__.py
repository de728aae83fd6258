"""`python -m vcjira` and the `vcjira` command: the one error boundary."""

import sys


def main() -> None:
    from vcjira.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
