"""Secrets by reference: `env:NAME`, `file:PATH`, `keyring:SERVICE/USER`; never the secret itself."""

import os
from pathlib import Path

from vcjira.errors import Mend

KINDS = ("env", "file", "keyring")


def problem(reference: str) -> str | None:
    """What is wrong with a reference, without repeating it: it may be the secret itself."""
    kind, colon, rest = reference.partition(":")
    if not colon or kind not in KINDS:
        return "`token` must be env:NAME, file:PATH or keyring:SERVICE/USER; a secret does not belong in this file"
    if not rest.strip():
        return f"`token` names nothing after {kind}:"
    if kind == "keyring" and "/" not in rest:
        return "`token: keyring:` must be SERVICE/USER"
    return None


def read(reference: str, base: Path, *, where: str | None = None) -> str:
    """The secret; Mend naming variable, file or entry when it is not there. `base` is what FILE is relative to."""
    trouble = problem(reference)
    if trouble:
        raise Mend(trouble, where=where)
    kind, _, rest = reference.partition(":")
    found = {"env": _from_environment, "file": _from_file, "keyring": _from_keyring}[kind](rest, base, where)
    if not found.strip():
        raise Mend(f"the secret in {kind}:{rest} is empty", where=where)
    return found.strip()


def _from_environment(name: str, _: Path, where: str | None) -> str:
    if name not in os.environ:
        raise Mend(f"the environment variable {name} is not set", where=where, hint=f"export {name}=... and call again")
    return os.environ[name]


def _from_file(name: str, base: Path, where: str | None) -> str:
    path = base / Path(name).expanduser()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise Mend(f"the secret's file {path} {reason}", where=where) from None


def _from_keyring(entry: str, _: Path, where: str | None) -> str:
    import keyring
    import keyring.errors

    service, _slash, user = entry.partition("/")
    try:
        found = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise Mend(f"the keyring cannot be used: {type(error).__name__}", where=where) from None
    if found is None:
        hint = f"`keyring set {service} {user}` stores it"
        raise Mend(f"the keyring has no entry {service}/{user}", where=where, hint=hint)
    return found
