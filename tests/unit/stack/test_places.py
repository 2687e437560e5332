"""The ignored folder, also below a private home."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from migration_stack import disk, places, settings
from migration_stack.errors import StackError
from migration_stack.places import Account, Places


def test_servers_of_a_private_checkout_live_under_a_reachable_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SHELTER", tmp_path / "var")
    (tmp_path / "var").mkdir()
    monkeypatch.setattr(places, "account", lambda: Account("nobody", 65534, 65534))
    monkeypatch.setattr(places, "reachable", lambda path: False)
    here = Places(tmp_path / "private")

    here.prepare()
    here.prepare()

    assert here.services.is_symlink()
    assert here.services.resolve().parent == tmp_path / "var"
    assert stat.S_IMODE(here.services.resolve().stat().st_mode) == 0o711
    here.remove()
    assert not list((tmp_path / "var").iterdir())
    assert not here.home.exists()


def test_a_cleaned_shelter_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SHELTER", tmp_path)
    monkeypatch.setattr(places, "account", lambda: Account("nobody", 65534, 65534))
    monkeypatch.setattr(places, "reachable", lambda path: False)
    here = Places(tmp_path / "private")
    here.prepare()
    for folder in (here.programs, here.data, here.services.resolve()):
        folder.rmdir()

    here.prepare()

    assert here.data.is_dir()


def test_a_foreign_folder_in_the_shelter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "SHELTER", tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    name = places.shelter(tmp_path / "checkout").name
    (tmp_path / name).rmdir()
    (tmp_path / name).symlink_to(elsewhere)
    with pytest.raises(StackError, match="not ours"):
        places.shelter(tmp_path / "checkout")


def test_reachable_looks_at_every_folder_above(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a").chmod(0o700)
    assert not places.reachable(inner)


def test_passwords_are_private_and_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "account", Account)
    here = Places(tmp_path)
    here.prepare()
    first = settings.password(here, "postgres")

    assert settings.password(here, "redis") != first
    assert settings.password(here, "postgres") == first
    assert stat.S_IMODE((here.run / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(here.run.stat().st_mode) == 0o700


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="the first set-up needs 999999999 MB: free some space"):
        disk.require(tmp_path / "not" / "yet", 999_999_999, "the first set-up")
    assert os.listdir(tmp_path) == []
