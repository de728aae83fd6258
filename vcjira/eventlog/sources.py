"""Opening a log whatever it is packed in, and telling CSV from XES by its first characters."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from vcjira.errors import Mend

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """The unpacked bytes; Mend for what cannot be opened, is empty, or is an archive of several files."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0)
            if not head:
                raise Mend("the file is empty", where=str(path))
            if head.startswith(GZIP):
                with gzip.GzipFile(fileobj=file) as inner:
                    yield io.BufferedReader(inner)
            elif head.startswith(ZIP):
                with zipfile.ZipFile(file) as archive, _only(archive, path) as member:
                    yield io.BufferedReader(member)
            else:
                yield file
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Mend(f"the log could not be read: {reason}", where=str(path)) from None


def _only(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipExtFile:
    members = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX")]
    if len(members) != 1:
        raise Mend(f"the archive holds {len(members)} files", where=str(path), hint="unpack it and name one of them")
    member = archive.open(members[0])
    assert isinstance(member, zipfile.ZipExtFile)
    return member


def kind(stream: io.BufferedReader) -> Literal["xes", "table"]:
    """XML is taken for XES, anything else for a table; nothing is consumed."""
    head = stream.peek(64).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "xes" if head.startswith(b"<") else "table"
