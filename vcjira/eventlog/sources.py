"""Opening a log whatever it is packed in, and telling CSV from XES by its first characters."""

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from vcjira.errors import Mend

GZIP = b"\x1f\x8b"
BZIP = b"BZh"
XZ = b"\xfd7zXZ\x00"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
HIDDEN = re.compile(r"^__MACOSX|(^|/)\.")
LOG = re.compile(r"\.(csv|tsv|txt|xes)(\.(gz|bz2|xz))?$", re.IGNORECASE)


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """The unpacked bytes; Mend for what cannot be opened, is empty, or is an archive of several files."""
    try:
        with ExitStack() as layers:
            stream = layers.enter_context(path.open("rb"))
            while (inner := _unpacked(stream, layers, path)) is not stream:
                stream = inner
            if not stream.peek(1):
                raise Mend("the file is empty", where=str(path))
            yield stream
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Mend(f"the log could not be read: {reason}", where=str(path)) from None


def _unpacked(stream: io.BufferedReader, layers: ExitStack, path: Path) -> io.BufferedReader:
    """One wrapping taken off; the stream itself where there is none."""
    head = stream.peek(8)
    if head.startswith(GZIP):
        return io.BufferedReader(layers.enter_context(gzip.GzipFile(fileobj=stream)))
    if head.startswith(BZIP):
        return io.BufferedReader(layers.enter_context(bz2.BZ2File(stream)))
    if head.startswith(XZ):
        return io.BufferedReader(layers.enter_context(lzma.LZMAFile(stream)))
    if head.startswith(ZIP):
        archive = layers.enter_context(zipfile.ZipFile(stream))
        return io.BufferedReader(layers.enter_context(_only(archive, path)))
    return stream


def encodings(path: Path, given: str | None) -> list[tuple[bool, str]]:
    """What to read a table as, one after the other, each with whether it is the last."""
    with opened(path) as stream:
        head = stream.peek(2)[:2]
    names = [given] if given else ["utf-16"] if head in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    return [(name == names[-1], name) for name in names]


def _only(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipExtFile:
    visible = [info for info in archive.infolist() if not info.is_dir() and not HIDDEN.search(info.filename)]
    members = visible if len(visible) == 1 else [info for info in visible if LOG.search(info.filename)]
    if len(members) != 1:
        what = f"{len(members)} logs" if members else f"{len(visible)} files and no log"
        raise Mend(f"the archive holds {what}", where=str(path), hint="unpack it and name one of them")
    member = archive.open(members[0])
    assert isinstance(member, zipfile.ZipExtFile)
    return member


def kind(stream: io.BufferedReader) -> Literal["xes", "table"]:
    """XML is taken for XES, anything else for a table; nothing is consumed."""
    head = stream.peek(64).lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return "xes" if head.startswith(b"<") else "table"
