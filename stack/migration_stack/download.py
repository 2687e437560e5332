"""Fetching one folder out of a large zip on a web server, without fetching the zip.

A zip ends with its table of contents, and what was packed folder by folder lies in one stretch.
So two range requests are enough: the last megabytes, then the stretch. What arrived before an
interruption is kept and asked for no second time.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import requests

from migration_stack.errors import StackError

TAIL = 2 * 1024 * 1024
BLOCK = 256 * 1024
ATTEMPTS = 4
TIMEOUT = (20, 60)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder inside a remote zip: all entries whose path begins with `top`/`name`/."""

    url: str
    name: str
    sha256: str | None = None


class Window(io.RawIOBase):
    """A file of which only two pieces are known: a stretch in the middle and the end."""

    def __init__(self, size: int, pieces: list[tuple[int, io.BufferedIOBase, int]]) -> None:
        super().__init__()
        self._size = size
        self._pieces = pieces
        self._position = 0

    def seekable(self) -> bool:
        """Say yes, zipfile asks."""
        return True

    def readable(self) -> bool:
        """Say yes, zipfile asks."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place in the whole file."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """Return the place in the whole file."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Read from the piece that holds the current place; outside the pieces there is nothing."""
        for start, piece, length in self._pieces:
            if start <= self._position < start + length:
                piece.seek(self._position - start)
                data = piece.read(length - (self._position - start) if size < 0 else size)
                self._position += len(data)
                return data
        return b""


def fetch(folder: Folder, target: Path, work: Path, progress: Progress | None = None) -> None:
    """Unpack the remote folder to `target`; `work` keeps what arrived if this breaks off."""
    work.mkdir(parents=True, exist_ok=True)
    session = requests.Session()
    try:
        for last_try in (False, True):
            tail, size = _tail(session, folder.url)
            start, end = stretch(tail, size, folder)
            piece = work / f"{hashlib.sha256(f'{folder.url} {start} {end}'.encode()).hexdigest()[:16]}.part"
            _download(session, folder.url, (start, end), piece, progress)
            try:
                _unpack(folder, tail, size, (start, piece), target)
            except (zipfile.BadZipFile, EOFError, zipfile.zlib.error) as exc:  # type: ignore[attr-defined]
                piece.unlink()  # what arrived is damaged; once more from the beginning
                if last_try:
                    raise StackError(
                        f"What {folder.url} delivered is damaged ({exc})", "try again later"
                    ) from exc
                continue
            break
    except requests.RequestException as exc:
        raise StackError(
            f"{folder.url} cannot be reached ({type(exc).__name__})",
            "check the connection and run the same command again, or set MAVEN_REPOSITORY_URL to a mirror, "
            "ELASTICSEARCH_HOME to an unpacked Elasticsearch 8.19 or ELASTICSEARCH_URL to a running one",
        ) from exc
    shutil.rmtree(work, ignore_errors=True)


def stretch(tail: bytes, size: int, folder: Folder) -> tuple[int, int]:
    """Read the table of contents and return the first and last byte (exclusive) of the folder."""
    try:
        with zipfile.ZipFile(Window(size, [(size - len(tail), io.BytesIO(tail), len(tail))])) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
            directory = archive.start_dir
    except (zipfile.BadZipFile, OSError, ValueError) as exc:
        raise StackError(f"{folder.url} is not a complete zip ({exc})", "try again later") from exc
    inside = [index for index, entry in enumerate(entries) if _wanted(entry, folder)]
    if not inside:
        raise StackError(
            f"{folder.url} has no folder {folder.name}", "set ELASTICSEARCH_HOME to an own installation"
        )
    after = inside[-1] + 1
    return entries[inside[0]].header_offset, entries[after].header_offset if after < len(
        entries
    ) else directory


def _wanted(entry: zipfile.ZipInfo, folder: Folder) -> bool:
    """Say whether this is a file `<anything>/<name>/…`; entries of folders may lie anywhere in a zip."""
    parts = PurePosixPath(entry.filename).parts
    inside = len(parts) > 2 and parts[1] == folder.name and ".." not in parts
    return inside and not entry.is_dir() and not entry.filename.startswith("/")


def _tail(session: requests.Session, url: str) -> tuple[bytes, int]:
    """Fetch the last megabytes and the size of the whole file."""
    reply = session.get(url, headers={"Range": f"bytes=-{TAIL}"}, timeout=TIMEOUT, stream=True)
    with reply:
        reply.raise_for_status()
        if reply.status_code != requests.codes.partial_content:
            raise StackError(
                f"{url} does not answer range requests", "set MAVEN_REPOSITORY_URL to a repository that does"
            )
        return reply.content, int(reply.headers["Content-Range"].rpartition("/")[2])


def _download(
    session: requests.Session, url: str, span: tuple[int, int], piece: Path, progress: Progress | None
) -> None:
    """Fetch a stretch into a file and go on where the file ends; a broken connection is tried again."""
    start, end = span
    for attempt in range(1, ATTEMPTS + 1):
        done = piece.stat().st_size if piece.exists() else 0
        if done >= end - start:
            return
        try:
            headers = {"Range": f"bytes={start + done}-{end - 1}"}
            with session.get(url, headers=headers, timeout=TIMEOUT, stream=True) as reply:
                reply.raise_for_status()
                with piece.open("ab") as file:
                    for block in reply.iter_content(BLOCK):
                        file.write(block)
                        done += len(block)
                        if progress:
                            progress(done, end - start)
        except requests.RequestException:
            if attempt == ATTEMPTS:
                raise
    if piece.stat().st_size != end - start:
        raise requests.ConnectionError("the connection broke off")


def _unpack(folder: Folder, tail: bytes, size: int, middle: tuple[int, Path], target: Path) -> None:
    """Unpack the stretch beside the target and move it there when it is whole; zipfile checks each file."""
    start, piece = middle
    if folder.sha256 and _sha256(piece) != folder.sha256:
        raise zipfile.BadZipFile("its checksum is not the expected one")
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    with piece.open("rb") as file:
        pieces: list[tuple[int, io.BufferedIOBase, int]] = [
            (size - len(tail), io.BytesIO(tail), len(tail)),
            (start, file, piece.stat().st_size),
        ]
        with zipfile.ZipFile(Window(size, pieces)) as archive:
            for entry in archive.infolist():
                if not _wanted(entry, folder):
                    continue
                place = fresh.joinpath(*PurePosixPath(entry.filename).parts[2:])
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, place.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
                place.chmod(0o755 if entry.external_attr >> 16 & 0o100 else 0o644)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
