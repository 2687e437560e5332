"""What mappers share: languages, people, access, extents, kinds, elements."""

# ruff: noqa: RUF005 - tables of cases read best one case a line

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harvesters import access, elements, extents, files, kinds, languages, people, xml
from migration_harvesters.mapping import Notebook
from migration_harvesters.people import Party
from migration_schemas import measures


@pytest.mark.parametrize(
    ("said", "expected"),
    [("en-GB", "en"), ("eng", "en"), ("fre", "fr"), ("fra", "fr"), ("ger", "de"), ("English", "en")]
    + [("http://publications.europa.eu/resource/authority/language/SPA", "es"), ("fil", "fil")]
    + [("mul", ""), ("und", ""), ("", ""), (None, ""), ("12", ""), ("not a language", "")],
)
def test_languages_are_read_in_all_their_spellings(said, expected):
    assert languages.tag(said) == expected


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ((1, 2, 3, 4), ["1 2 3 4"]),
        (("1,5", "2", "3", "4"), ["1.5 2 3 4"]),
        ((1, 4, 3, 2), ["1 2 3 4"]),
        ((170, -20, -170, -10), ["170 -20 180 -10", "-180 -20 -170 -10"]),
        ((190, 0, 200, 5), ["-170 0 -160 5"]),
        ((0, -90, 360, 90), ["-180 -90 180 90"]),
        ((-180, -90, 180, 90), ["-180 -90 180 90"]),
        ((5, 5, 5, 5), ["5 5 5 5"]),
        ((0, 0, 0, 91), []),
        ((0, 0, 500, 1), []),
        (("NaN", 0, 1, 1), []),
        (("inf", 0, 1, 1), []),
        (("", 0, 1, 1), []),
        ((-0.0, 0, 0, 0), ["0 0 0 0"]),
    ],
)
def test_cs05_rectangles_are_put_right_or_dropped(sides, expected):
    assert extents.boxes(*sides) == expected


@given(*([st.floats(width=32) | st.integers(-400, 400)] * 4))
def test_cs05_whatever_comes_out_is_a_box(west, south, east, north):
    assert all(measures.is_box(box) for box in extents.boxes(west, south, east, north))


def test_the_strictest_word_about_access_counts():
    assert access.read(["open access", "restricted"]) == ("RESTRICTED", None)
    assert access.read(["info:eu-repo/semantics/openAccess"]) == ("PUBLIC", None)
    assert access.read(["http://purl.org/coar/access_right/c_14cb", "open"]) == (
        "NON_PUBLIC",
        "metadata-only",
    )
    assert access.read(["licensed"]) == ("RESTRICTED", "licensed")
    assert access.read(["puf", "confidential"]) == ("NON_PUBLIC", "registration")
    assert access.read(["Creative Commons"]) == (None, None)


def test_cs07_a_persons_name_is_not_kept_and_that_is_noted():
    notebook = Notebook()
    rows = people.contacts(
        [
            Party("Jane Doe", mail="jane@agency.example", person=True),
            Party("Team", mail="data@agency.example"),
        ],
        notebook,
    )
    assert rows == [{"email": "jane@agency.example"}, {"email": "data@agency.example", "name": "Team"}]
    assert [note.field for note in notebook.notes] == ["contact"]
    assert "Jane" not in str(notebook.notes)


@pytest.mark.parametrize("bad", ["a@b", "no mail", "a@b.example; c@d.example", "<script>@x.example"])
def test_what_is_no_mail_address_is_none(bad):
    assert people.mail(bad) == ""


def test_roles_of_three_vocabularies_are_ours():
    rows = people.attribution(
        [Party("A", "custodian"), Party("B", "DataCollector"), Party("C", "user"), Party("", "owner")]
    )
    assert rows == [{"name": "A", "role": "custodian"}, {"name": "B", "role": "collector"}]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://x.example/a.csv?x=1", "CSV"),
        ("https://x.example/dataset/1", None),
        ("https://x.example/a.html", None),
    ]
    + [
        ("https://x.example/a.tar", None),
        ("javascript:a.csv", None),
        ("https://x.example/report.PDF", "PDF"),
    ],
)
def test_a_file_is_known_by_the_end_of_its_address(address, kind):
    assert files.of_address(address) == kind


@pytest.mark.parametrize(
    ("said", "expected"),
    [([], True), (["Dataset", "Text"], True), (["article"], False), (["doc-type:article", "text"], False)]
    + [(["http://purl.org/coar/resource_type/c_ddb1"], True), (["service"], False), (["whatever"], True)],
)
def test_what_a_record_describes(said, expected):
    assert kinds.is_data(said) is expected


def test_elements_are_found_by_local_names_in_any_namespace():
    root = xml.parse(
        b"<a:r xmlns:a='x:1' xmlns:b='y:2' xml:lang='fre'><b:c n='1'>one</b:c><d><a:c>two</a:c></d></a:r>"
    )
    assert elements.words(root, "c") == ["one"]
    assert elements.words(root, "**/c") == ["one", "two"]
    assert elements.words(root, "x|d/*") == ["two"]
    assert elements.spoken(root, "c") == [("fr", "one")]
    assert elements.attribute(elements.first(root, "c"), "m", "n") == "1"


def test_one_element_is_written_the_same_in_any_envelope():
    one, two = (
        xml.parse(body)[0]
        for body in (b"<e xmlns:q='q:q'><p:r xmlns:p='p:p' b='1' a='2'>t</p:r>tail</e>",
                     b"<o xmlns:p='p:p'>\n<p:r a='2' b='1'>t</p:r></o>")
    )  # fmt: skip
    assert xml.canonical(one) == xml.canonical(two) == b'<p:r xmlns:p="p:p" a="2" b="1">t</p:r>'
