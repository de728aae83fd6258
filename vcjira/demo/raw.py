"""JSON to and from bytes, quickly; texts with half a surrogate pair, as real Jiras serve them, go the slow way."""

import json
from typing import Any

import msgspec
from msgspec import Raw


def parse(encoded: bytes | Raw) -> Any:
    try:
        return msgspec.json.decode(encoded)
    except msgspec.DecodeError:
        return json.loads(bytes(encoded))


def parts(encoded: bytes | Raw) -> dict[str, Raw]:
    """The members of a JSON object, each still encoded; ValueError when it is none."""
    try:
        return msgspec.json.decode(encoded, type=dict[str, Raw])
    except msgspec.DecodeError:
        whole = json.loads(bytes(encoded))
        if not isinstance(whole, dict):
            raise ValueError("not a JSON object") from None
        return {name: Raw(json.dumps(value).encode()) for name, value in whole.items()}


def members(encoded: bytes | Raw) -> list[Raw]:
    """The members of a JSON list, each still encoded; nothing when it is none."""
    try:
        return msgspec.json.decode(encoded, type=list[Raw])
    except msgspec.DecodeError:
        try:
            whole = json.loads(bytes(encoded))
        except ValueError:
            return []
        return [Raw(json.dumps(value).encode()) for value in whole] if isinstance(whole, list) else []


def encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, ValueError):
        return json.dumps(_plain(value)).encode()


def raw(value: object) -> Raw:
    return Raw(encoded(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Raw):
        return json.loads(bytes(value))
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


USER_SIGNS = (b'"displayName"', b'"accountId"', b'"emailAddress"')


def has_people(value: Raw) -> bool:
    """Whether users may be inside an encoded object or list."""
    if len(memoryview(value)) < 20:
        return False
    text = bytes(value)
    return text[:1] in b"{[" and any(sign in text for sign in USER_SIGNS)
