"""One folder out of a large zip, over a real server that may break off, cheat or be gone."""

from __future__ import annotations

import io
import random
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from migration_stack.download import Folder, fetch, stretch
from migration_stack.errors import StackError

OTHER = random.Random(1).randbytes(5000)  # noqa: S311 - content that does not compress


def archive(**extra: bytes) -> bytes:
    """A zip in the form of the real one: folder entries before, between and after, other folders around."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("dist-1/", b"")
        file.writestr("dist-1/search/", b"")
        file.writestr("dist-1/lib/first.jar", OTHER)
        program = zipfile.ZipInfo("dist-1/search/bin/run")
        program.external_attr = 0o100755 << 16
        file.writestr(program, b"#!/bin/sh\n")
        file.writestr("dist-1/search/lib/engine.jar", bytes(range(256)) * 4000)
        for name, content in extra.items():
            file.writestr(f"dist-1/search/{name}", content)
        file.writestr("dist-1/web/page.html", OTHER)
        file.writestr("dist-1/search/plugins/", b"")
    return buffer.getvalue()


@dataclass
class Server:
    """Answers range requests for one body; `cuts` says after how many bytes the next replies break off."""

    body: bytes
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range", "")
        self.asked.append(asked)
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, len(self.body) - int(last))
        end = int(last) + 1 if first and last else len(self.body)
        piece = self.body[start:end] if self.ranges else self.body
        handler.send_response(206 if self.ranges else 200)
        handler.send_header("Content-Length", str(len(piece)))
        handler.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(self.body)}")
        handler.end_headers()
        cut = self.cuts.pop(0) if self.cuts else -1
        handler.wfile.write(piece if cut < 0 else piece[:cut])
        if cut >= 0:
            handler.close_connection = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("migration_stack.download.TAIL", 1200)  # so that the stretch is not in the tail
    monkeypatch.setattr("migration_stack.download.BLOCK", 500)  # what breaks off inside a block is lost
    state = Server(archive())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    state.url = f"http://127.0.0.1:{running.server_address[1]}/a.zip"
    yield state
    running.shutdown()
    running.server_close()


def files(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()
    }


def test_only_the_wanted_folder_is_fetched_and_unpacked(server: Server, tmp_path: Path) -> None:
    fetch(Folder(server.url, "search"), tmp_path / "engine", tmp_path / "work")

    assert files(tmp_path / "engine") == {"bin/run": 10, "lib/engine.jar": 1_024_000}
    assert (tmp_path / "engine" / "bin" / "run").stat().st_mode & 0o111
    assert not (tmp_path / "work").exists()
    first, last = (int(number) for number in server.asked[1].removeprefix("bytes=").split("-"))
    assert last - first < len(server.body) - len(OTHER) * 2, "the other folders were asked for too"


def test_a_broken_connection_goes_on_where_it_ended(server: Server, tmp_path: Path) -> None:
    server.cuts = [-1, 3000]
    fetch(Folder(server.url, "search"), tmp_path / "engine", tmp_path / "work")

    assert len(files(tmp_path / "engine")) == 2
    starts = [int(asked.removeprefix("bytes=").split("-")[0]) for asked in server.asked[1:]]
    assert starts[1] == starts[0] + 3000


def test_an_interrupted_download_is_continued_by_the_next_run(server: Server, tmp_path: Path) -> None:
    server.cuts = [-1, 1000, 0, 0, 0]
    with pytest.raises(StackError, match="cannot be reached"):
        fetch(Folder(server.url, "search"), tmp_path / "engine", tmp_path / "work")
    assert not (tmp_path / "engine").exists()
    server.asked.clear()

    fetch(Folder(server.url, "search"), tmp_path / "engine", tmp_path / "work")

    start = stretch(server.body[-1200:], len(server.body), Folder(server.url, "search"))[0]
    assert server.asked[1].startswith(f"bytes={start + 1000}-")
    assert len(files(tmp_path / "engine")) == 2


def test_a_damaged_piece_is_fetched_again(server: Server, tmp_path: Path) -> None:
    whole = server.body
    broken = bytearray(whole)
    broken[whole.index(b"dist-1/search/lib/engine.jar") + 60] ^= 0xFF
    with pytest.MonkeyPatch.context() as patch:
        answers = iter([whole, bytes(broken)])
        original = Server.answer

        def answer(state: Server, handler: BaseHTTPRequestHandler) -> None:
            state.body = next(answers, whole)
            original(state, handler)

        patch.setattr(Server, "answer", answer)
        fetch(Folder(server.url, "search"), tmp_path / "engine", tmp_path / "work")

    assert files(tmp_path / "engine")["lib/engine.jar"] == 1_024_000
    assert len(server.asked) == 4


def test_another_checksum_than_the_known_one_is_refused(server: Server, tmp_path: Path) -> None:
    with pytest.raises(StackError, match="damaged"):
        fetch(Folder(server.url, "search", sha256="0" * 64), tmp_path / "engine", tmp_path / "work")
    assert not (tmp_path / "engine").exists()


def test_a_server_without_ranges_is_named(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    with pytest.raises(StackError, match="range requests"):
        fetch(Folder(server.url, "search"), tmp_path / "engine", tmp_path / "work")


def test_an_unreachable_repository_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="ELASTICSEARCH_HOME") as caught:
        fetch(Folder("http://127.0.0.1:9/a.zip", "search"), tmp_path / "engine", tmp_path / "work")
    assert "\n" not in str(caught.value)


def test_a_truncated_zip_is_refused(server: Server, tmp_path: Path) -> None:
    server.body = server.body[:-400]
    with pytest.raises(StackError, match="not a complete zip"):
        fetch(Folder(server.url, "search"), tmp_path / "engine", tmp_path / "work")


def test_a_path_that_leaves_the_folder_is_not_unpacked(server: Server, tmp_path: Path) -> None:
    server.body = archive(**{"../../../../escaped": b"x"})
    fetch(Folder(server.url, "search"), tmp_path / "engine", tmp_path / "work")
    assert not list(tmp_path.rglob("escaped"))
