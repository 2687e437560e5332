"""``/dataset.<suffix>?…``: the whole result of the search page with the same parameters, as a file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, copy_current_request_context

from ckanext.migration import config, shared
from ckanext.migration.export import reading
from ckanext.migration.export.formats import FORMATS
from ckanext.migration.export.streaming import stream
from ckanext.migration.export.writers import Job
from ckanext.migration.logic import visibility
from ckanext.migration.logic.publishing import language
from ckanext.migration.pages import dataset, searched, words

__all__ = ["export"]

export = Blueprint("migration_export", __name__)

RETRY_SECONDS = 30
_running = 0
_lock = threading.Lock()


@export.get("/dataset.<suffix>")
def result(suffix: str) -> Any:
    """Hand out the whole result of a search, while it is read."""
    chosen = FORMATS.get(suffix)
    if chosen is None:
        return tk.abort(404, tk._("Offered are: {types}").format(types=", ".join(FORMATS)))
    user = str(tk.g.user or "")
    try:
        tk.check_access("migration_search_export", {"user": user})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("Log in to download a whole result."))
    release = _begin()
    if release is None:
        response = Response(tk._("Too many downloads are running. Please try again in a minute."), 503)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
    try:
        return _response(user, suffix, release)
    except BaseException:
        release()
        raise


def _response(user: str, suffix: str, release: Callable[[], None]) -> Response:
    try:
        found = reading.read(user, searched.parameters(tk.request.args))
    except tk.ValidationError as error:
        return tk.abort(400, "; ".join(f"{name}: {text}" for name, text in error.error_summary.items()))
    if found.count > config.export_most():
        text = tk._("This result has {number} datasets; {most} can be downloaded at once. Narrow the search.")
        return tk.abort(400, text.format(number=found.count, most=config.export_most()))
    chosen, day = FORMATS[suffix], datetime.now(UTC).date().isoformat()
    job = Job(
        lang=language(),
        everything=visibility.may_read_all({"user": user}),
        count=found.count,
        day=day,
        address=dataset.dataset_url,
        publisher=words.publisher,
        record=shared.published,
    )
    file = _in_context(stream(chosen.writer(job), found.pages), release)
    response = Response(file, content_type=chosen.media_type)
    # A client that is gone before the first byte: the file was never begun.
    response.call_on_close(release)
    response.headers["Content-Disposition"] = f'attachment; filename="datasets-{day}.{suffix}"'
    response.headers["X-Total-Count"] = str(found.count)
    response.headers["X-Robots-Tag"] = "noindex"
    response.cache_control.no_cache = True
    # CKAN then says "private" where it would say "public": a file holds what its reader may see.
    tk.request.environ["__no_cache__"] = True
    return response


def _in_context(pieces: Generator[bytes, None, None], release: Callable[[], None]) -> Iterator[bytes]:
    """Make each piece inside the request's context; between two pieces a slow client holds nothing.

    Flask's own ``stream_with_context`` keeps the context of the thread pushed while the client waits.
    """
    step = copy_current_request_context(lambda: next(pieces, None))

    def file() -> Iterator[bytes]:
        try:
            while (piece := step()) is not None:
                yield piece
        finally:
            pieces.close()
            release()

    return file()


def _begin() -> Callable[[], None] | None:
    """Take one of the places of this process; what is returned gives it back, once."""
    global _running  # noqa: PLW0603 - one number for all threads of the process
    with _lock:
        if _running >= config.export_at_once():
            return None
        _running += 1
    given_back = threading.Event()

    def release() -> None:
        global _running  # noqa: PLW0603 - as above
        with _lock:
            if not given_back.is_set():
                given_back.set()
                _running -= 1

    return release
