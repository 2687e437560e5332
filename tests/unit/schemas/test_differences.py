"""Differences between two records, as people read them."""

from __future__ import annotations

from migration_schemas import Record
from migration_schemas.differences import compare

ONE = Record(
    {
        "title_translated": {"en": "Baseline"},
        "tags_translated": {"en": ["idp", "survey"]},
        "spatial_coverage": ["SDN", "TCD"],
        "contact": [{"name": "Team", "email": "team@agency.example.org"}],
        "admin_level": 2,
    },
    ({"url": "https://agency.example.org/a", "format": "CSV"}, {"url": "https://agency.example.org/b"}),
)


def test_a_record_does_not_differ_from_itself_in_another_order():
    other = Record({**ONE.fields, "spatial_coverage": ["TCD", "SDN"]}, tuple(reversed(ONE.resources)))

    assert compare(ONE, other) == ()


def test_each_change_names_its_field_its_language_and_what_came_and_went():
    fields = {name: value for name, value in ONE.fields.items() if name != "admin_level"}
    other = Record(
        {
            **fields,
            "title_translated": {"en": "Baseline, round 2", "fr": "Base"},
            "tags_translated": {"en": ["idp"]},
            "spatial_coverage": ["SDN", "SSD"],
            "contact": [{"name": "Team", "email": "new@agency.example.org"}],
        },
        ({"url": "https://agency.example.org/a", "format": "XLSX"}, {"url": "https://agency.example.org/c"}),
    )

    text = "\n".join(line for change in compare(ONE, other) for line in change.lines())

    assert text.splitlines() == [
        "~ Title (en)",
        "    - Baseline",
        "    + Baseline, round 2",
        "+ Title (fr)",
        "    + Base",
        "~ Keywords (en)",
        "    - survey",
        "~ Focal point",
        "    - Name: Team; E-mail: team@agency.example.org",
        "    + Name: Team; E-mail: new@agency.example.org",
        "~ Geographic coverage",
        "    - Chad (TCD)",
        "    + South Sudan (SSD)",
        "- Finest administrative level",
        "    - 2",
        "~ Resource 1, file type",
        "    - CSV",
        "    + Excel (XLSX) (XLSX)",
        "- Resource 2, https://agency.example.org/b",
        "+ Resource 3, https://agency.example.org/c",
    ]


def test_labels_are_in_the_language_of_the_reader_and_nothing_moves_the_cursor():
    (change,) = compare(Record({}), Record({"title_translated": {"en": "a\x1b[2Jb" + "c" * 300}}), "fr")

    lines = list(change.lines())
    assert lines[0] == "+ Titre (en)"
    assert "\x1b" not in "".join(lines)
    assert max(map(len, lines)) < 120
