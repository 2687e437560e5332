"""A registry over its API, by ckanapi: the only module of the client that opens connections.

The token goes into a header of requests to this one portal and nowhere else: redirects are not followed, and
no message ever holds it. Plain http is for the own machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import ckanapi
import requests

from .. import ckan_refusal
from .errors import PortalError, PortalRefusedError

SECONDS = 120
PAGE = 100
LOOPBACK = ("localhost", "127.0.0.1", "::1")
AGENT = "migration-registry (ckanext-migration)"


class Portal:
    """One registry, as somebody with a token (or without: the public part, reading only)."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = _checked(url, token)
        self._remote = ckanapi.RemoteCKAN(self.url, apikey=token, user_agent=AGENT)

    def call(self, action: str, **given: Any) -> Any:
        """Call an action.

        Raises PortalRefusedError where the portal says no to what was asked, PortalError where it is not
        there, is no registry, or does not know the token.
        """
        try:
            return self._remote.call_action(action, given, requests_kwargs={"timeout": SECONDS})
        except ckanapi.NotAuthorized as error:
            raise PortalRefusedError(
                "The token does not allow this.", remedy="Ask an administrator of the agency for access."
            ) from error
        except ckanapi.NotFound as error:
            raise PortalRefusedError("The portal does not have this (any more).") from error
        except ckanapi.ValidationError as error:
            said = ckan_refusal.sentences(getattr(error, "error_dict", {}))
            raise PortalRefusedError(said or "The portal did not take the record.") from error
        except (ckanapi.CKANAPIError, ckanapi.ServerIncompatibleError) as error:
            raise PortalError(
                f"{self.url} did not answer as a registry does to {action}: {_status(error)}.",
                remedy="Check the address; behind a redirect give the address it leads to.",
                retry=True,
            ) from error
        except requests.RequestException as error:
            raise PortalError(
                f"{self.url} cannot be reached ({type(error).__name__}).",
                remedy="Check the address and the connection and run the same command again.",
                retry=True,
            ) from error

    def whoami(self) -> list[dict[str, Any]]:
        """Return the agencies for which the holder of the token may create records."""
        found: list[dict[str, Any]] = self.call(
            "organization_list_for_user", permission="create_dataset", include_dataset_count=False
        )
        return found

    def known(self, identifiers: list[str]) -> dict[str, list[dict[str, Any]]]:
        """Return what the portal holds under identifiers: ``id`` and ``organization`` of each dataset."""
        found: dict[str, list[dict[str, Any]]] = {}
        for start in range(0, len(identifiers), PAGE):
            part = identifiers[start : start + PAGE]
            found |= self.call("migration_dataset_find", identifiers=part)["found"]
        return found

    def show(self, package_id: str) -> dict[str, Any]:
        """Return a dataset."""
        found: dict[str, Any] = self.call("package_show", id=package_id)
        return found

    def listed(self, organization: str | None, query: str | None) -> Iterator[tuple[int, str]]:
        """Yield how many datasets there are and the id of each, page by page."""
        asked: dict[str, Any] = {"rows": PAGE, "include_private": True, "include_drafts": True}
        if query:
            asked["q"] = query
        if organization:
            asked["fq"] = f'organization:"{organization}"'
        cursor: dict[str, str] = {}
        while True:
            page = self.call("migration_search_scan", **asked, **cursor)
            for package in page["results"]:
                yield page["count"], package["id"]
            if not page["cursor"]:
                return
            cursor = {"cursor": page["cursor"]}


def _checked(url: str, token: str | None) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise PortalError(
            "This is not the address of a portal.", remedy="Give it as https://registry.example.org"
        )
    if token and parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise PortalError(
            "The token would travel unprotected over http.", remedy="Give the address with https://"
        )
    return url.strip().rstrip("/")


def _status(error: Exception) -> str:
    """Return the number of the answer, never its body: pages of proxies are long, and repeat headers."""
    words = str(error)[:500].replace(",", " ").split()
    number = next((word for word in words if word.isdigit()), None)
    return f"HTTP {number}" if number else "an unknown answer"
