"""A process that changes datasets at random and prints each change that CKAN acknowledged.

Run as ``python search_writer.py INI AGENCY NAME SEED``; SIGTERM ends it after the change under way. One line
of JSON a change: ``begun`` before it, then ``id`` with the state that was acknowledged, or ``failed``.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sys
import types
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

SECRET = "made-private"
"""Tag of the datasets that are public at first and never again once they were made private."""


@dataclass
class Writer:
    """Knows what it has made, and what of it was acknowledged."""

    agency: str
    name: str
    choice: random.Random
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    number: int = 0

    def step(self) -> None:
        """One random change."""
        living = [each for each, known in self.made.items() if known["state"] == "active"]
        what = self.choice.choices(
            ["create", "retitle", "hide", "delete", "purge"], [3, 5, 2, 1, 1] if living else [1, 0, 0, 0, 0]
        )[0]
        self.number += 1
        if what == "create":
            self.create()
            return
        dataset = self.choice.choice(living)
        say(begun=dataset)
        if what == "retitle":
            self.change(dataset, title=f"Title {self.name} {self.number}")
        elif what == "hide":
            self.change(dataset, private=True)
        elif what == "delete":
            act("package_delete", id=dataset)
            self.acknowledge(dataset, state="deleted")
        else:
            act("dataset_purge", id=dataset)
            self.acknowledge(dataset, state="purged")

    def create(self) -> None:
        name = f"{self.name}-{self.number}"
        say(begun=name)
        found = act("package_create", name=name, title=name, owner_org=self.agency, tags=[{"name": SECRET}])
        self.acknowledge(found["id"], name=name, title=name, private=False, state="active")

    def change(self, dataset: str, **values: Any) -> None:
        act("package_patch", id=dataset, **values)
        self.acknowledge(dataset, **values)

    def acknowledge(self, dataset: str, **values: Any) -> None:
        self.made[dataset] = {**self.made.get(dataset, {}), **values}
        say(id=dataset, **self.made[dataset])


def act(action: str, **values: Any) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    try:
        return tk.get_action(action)({"user": user, "ignore_auth": True}, values)
    finally:
        model.Session.remove()


def say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def main(ini: str, agency: str, name: str, seed: str) -> None:
    ended = False

    def end(_number: int, _frame: types.FrameType | None) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    with contextlib.redirect_stdout(sys.stderr):
        app = make_app(CKANConfigLoader(ini).get_config())
    writer = Writer(agency, name, random.Random(seed))  # noqa: S311 - the same changes in every run
    with app._wsgi_app.test_request_context():
        while not ended:
            try:
                writer.step()
            except Exception as error:  # noqa: BLE001 - a change that CKAN refuses fails the test
                say(failed=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
