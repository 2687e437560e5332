"""`migration-registry publish` and `pull` against the portal, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import ckan.plugins.toolkit as tk
import pytest
from click.testing import CliRunner, Result

from live_site import served
from migration_schemas import yaml_text
from migration_schemas.cli import main
from migration_schemas.client.commands import TOKEN
from migration_schemas.client.portal import Portal
from registry_site import Site, complete


@pytest.fixture
def portal(site: Site, app: Any) -> Iterator[str]:
    with served(app) as url:
        yield url


@pytest.fixture
def run(site: Site, portal: str, tmp_path: Path) -> Any:
    """Run a command as the editor of the agency, on one folder."""

    def invoke(command: str, *more: str, token: str | None = None) -> Result:
        given = [
            command,
            str(tmp_path / "records"),
            "--url",
            portal,
            "--organization",
            site.agency_name,
            *more,
        ]
        return CliRunner().invoke(main, given, env={TOKEN: token or site.editor["token"]})

    return invoke


def record(word: str, **changes: Any) -> dict[str, Any]:
    return {
        **complete(),
        "identifier": f"https://agency.example.org/{word}",
        "title_translated": {"en": f"Displacement, {word}"},
        **changes,
    }


def write(folder: Path, name: str, values: Any) -> Path:
    path = folder / "records" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
    return path


def whats(result: Result) -> list[str]:
    return [row["what"] for row in json.loads(result.stdout)["records"]]


def found(site: Site, word: str) -> dict[str, Any]:
    identifier = f"https://agency.example.org/{word}"
    (one,) = site.call("migration_dataset_find", identifiers=[identifier])["found"][identifier]
    return site.call("package_show", id=one["id"])


def test_a_folder_is_published_a_second_time_changes_nothing_and_bad_files_stop_no_other(
    site: Site, run: Any, tmp_path: Path
) -> None:
    one, two, three = (uuid4().hex[:8] for _ in range(3))
    write(tmp_path, "a.json", record(one))
    write(tmp_path, "b.yaml", yaml_text.dump([record(two), record(three, sensitivity_level="severe")]))
    write(tmp_path, "c.ttl", "this is not Turtle")
    write(tmp_path, "notes.txt", "not a record")

    dry = run("publish", "--dry-run", "--json")
    assert whats(dry) == ["created", "created", "invalid", "unreadable"]
    assert dry.exit_code == 2
    assert not (tmp_path / "records" / ".migration-registry.json").exists()

    first = run("publish", "--json")
    assert whats(first) == ["created", "created", "invalid", "unreadable"]
    assert any(
        "cannot be public" in one["message"] for one in json.loads(first.stdout)["records"][2]["findings"]
    )
    before = found(site, one)
    assert before["title"] == f"Displacement, {one}"
    assert before["private"] is False

    (tmp_path / "records" / "c.ttl").unlink()
    second = run("publish", "--json")
    assert whats(second) == ["unchanged", "unchanged", "invalid"]
    assert second.exit_code == 1
    assert found(site, one)["metadata_modified"] == before["metadata_modified"]
    assert site.editor["token"] not in first.output + second.output


def test_an_update_shows_its_differences_and_keeps_what_is_not_in_files(
    site: Site, run: Any, tmp_path: Path
) -> None:
    word = uuid4().hex[:8]
    write(tmp_path, "a.json", record(word))
    run("publish")
    held = found(site, word)
    changed = record(word, frequency="ANNUAL", spatial_coverage=["SDN", "TCD"])
    changed["resources"].append({"url": "https://agency.example.org/more", "name": "More"})
    write(tmp_path, "a.json", changed)

    dry = run("publish", "--diff", "--dry-run")
    assert "+ Chad (TCD)" in dry.stdout
    assert "- monthly (MONTHLY)" in dry.stdout
    assert found(site, word) == held

    assert run("publish").exit_code == 0
    now = found(site, word)
    assert now["spatial_coverage"] == ["SDN", "TCD"]
    assert now["resources"][0]["id"] == held["resources"][0]["id"], "links to a file stay good"
    assert len(now["resources"]) == 2
    assert now["name"] == held["name"]
    assert now["publisher"] == held["publisher"]


def test_what_was_changed_on_the_portal_is_not_overwritten_unasked(
    site: Site, run: Any, tmp_path: Path
) -> None:
    word = uuid4().hex[:8]
    write(tmp_path, "a.json", record(word))
    run("publish")
    site.call("package_patch", id=found(site, word)["id"], frequency="ANNUAL")
    write(tmp_path, "a.json", record(word, issued="2024-01-01"))

    refused = run("publish")
    assert refused.exit_code == 1
    assert "was changed since" in refused.stdout
    assert found(site, word)["frequency"] == "ANNUAL"

    kept = run("pull", "--json")
    assert whats(kept) == ["conflict"]
    assert json.loads((tmp_path / "records" / "a.json").read_text())["issued"] == "2024-01-01"

    assert run("publish", "--force").exit_code == 0
    assert (found(site, word)["frequency"], found(site, word)["issued"]) == ("MONTHLY", "2024-01-01")


def test_a_record_that_the_folder_never_met_is_a_conflict(site: Site, run: Any, tmp_path: Path) -> None:
    word = uuid4().hex[:8]
    site.create(**record(word, frequency="ANNUAL"))
    write(tmp_path, "a.json", record(word))

    result = run("publish")

    assert result.exit_code == 1
    assert "never met" in result.stdout
    assert found(site, word)["frequency"] == "ANNUAL"


@pytest.mark.parametrize("form", ["yaml", "json", "ttl"])
def test_pulled_records_publish_to_nothing(site: Site, run: Any, tmp_path: Path, form: str) -> None:
    site.create(name=f"one-{uuid4().hex[:8]}")
    site.create(private=True, without=("sensitivity_level", "contact"))
    site.create(
        sensitivity_level="severe",
        access_rights="NON_PUBLIC",
        access_mode="on-request",
        access_procedure_translated={"en": "Write to the focal point."},
        resources=[],
    )

    pulled = run("pull", "--format", form, "--json")
    assert whats(pulled) == ["written"] * 3, pulled.output
    again, back = run("pull", "--json"), run("publish", "--json")

    assert whats(again) == ["unchanged"] * 3
    assert whats(back) == ["unchanged"] * 3, back.output
    assert back.exit_code == 0


def test_somebody_of_another_agency_is_refused_and_each_record_says_so(
    site: Site, run: Any, tmp_path: Path
) -> None:
    word = uuid4().hex[:8]
    write(tmp_path, "a.json", record(word))

    result = run("publish", "--json", token=site.stranger["token"])

    assert whats(result) == ["refused"]
    assert result.exit_code == 1
    assert site.call("migration_dataset_find", identifiers=[record(word)["identifier"]])["found"] == {}


def test_a_wrong_token_and_a_wrong_address_end_it(run: Any, tmp_path: Path, portal: str) -> None:
    write(tmp_path, "a.json", record("x"))

    wrong = run("publish", token="no-such-token")
    assert wrong.exit_code == 3, wrong.output
    assert "no-such-token" not in wrong.output

    folder = str(tmp_path / "records")
    for url in (
        "http://registry.example.org",
        "ftp://x",
        "https://user:secret@example.org",
        f"{portal}/dataset",
    ):
        result = CliRunner().invoke(main, ["publish", folder, "--url", url], env={TOKEN: "abc"})
        assert result.exit_code == 3, (url, result.output)
        assert "secret" not in result.output
    result = CliRunner().invoke(main, ["publish", folder, "--url", portal], env={TOKEN: ""})
    assert result.exit_code == 3
    assert TOKEN in result.output


def test_ctrl_c_keeps_what_was_done_and_the_next_run_goes_on(
    site: Site, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [uuid4().hex[:8] for _ in range(3)]
    for number, word in enumerate(words):
        write(tmp_path, f"{number}.json", record(word))
    real, created = Portal.call, []

    def call(self: Any, action: str, **given: Any) -> Any:
        if action == "package_create":
            if created:
                raise KeyboardInterrupt
            created.append(given)
        return real(self, action, **given)

    monkeypatch.setattr(Portal, "call", call)
    first = run("publish", "--json")
    monkeypatch.undo()
    second = run("publish", "--json")

    assert (first.exit_code, whats(first)) == (130, ["created"])
    assert json.loads(first.stdout)["interrupted"] is True
    assert (second.exit_code, whats(second)) == (0, ["unchanged", "created", "created"])


def test_the_token_may_come_from_a_file(site: Site, portal: str, tmp_path: Path) -> None:
    write(tmp_path, "a.json", record(uuid4().hex[:8]))
    secret = tmp_path / "token"
    secret.write_text(site.editor["token"] + "\n", encoding="utf-8")
    secret.chmod(0o644)

    given = ["publish", str(tmp_path / "records"), "--url", portal, "--token-file", str(secret), "--json"]
    result = CliRunner().invoke(main, given, env={TOKEN: ""})

    assert whats(result) == ["created"], "the only agency of the editor is taken"
    assert "others can read" in result.stderr


def test_identifiers_are_found_by_those_who_may_read(site: Site) -> None:
    word = uuid4().hex[:8]
    hidden = site.create(**record(word), private=True)
    asked = {"identifiers": [hidden["identifier"]]}

    assert (
        site.call("migration_dataset_find", **asked)["found"][hidden["identifier"]][0]["id"] == hidden["id"]
    )
    assert site.call("migration_dataset_find", site.stranger["name"], **asked)["found"] == {}
    with pytest.raises(tk.NotAuthorized):
        site.call("migration_dataset_find", "", **asked)
    for wrong in ({"identifiers": "x"}, {"identifiers": ["x"] * 1001}, {}):
        with pytest.raises(tk.ValidationError):
            site.call("migration_dataset_find", **wrong)
