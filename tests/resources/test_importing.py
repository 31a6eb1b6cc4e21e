"""Lists of links into the library: new ones are made, known ones completed, and nothing twice."""

import pytest
from django.core.management import CommandError, call_command

from resources.actions import import_resources, merge_resources, refresh_url_keys
from resources.formats import WRITERS, read_links
from resources.models import Collection, Resource
from tests import factories

pytestmark = pytest.mark.django_db
LIST = b"""# Links

## Tools

- [A tool](https://www.example.org/tool/?utm_source=x) - Worth a try.
- [The same](http://example.org/tool)

## Papers

- [A paper](https://arxiv.org/abs/1706.03762)
"""


def bring(data=LIST, **options):
    return import_resources(reading=read_links(data), **options)


def test_links_are_made_and_headings_become_collections():
    report = bring()
    assert (report.links, report.distinct, len(report.new), report.placed) == (3, 2, 2, 2)
    assert [(problem.place, problem.message) for problem in report.problems] == [
        ("line 6", "“The same” has the same address as line 5.")
    ]
    tool, paper = Resource.objects.order_by("pk")
    assert (tool.url, tool.note, tool.state) == ("https://www.example.org/tool/", "Worth a try.", "published")
    assert (paper.kind, paper.level, paper.language) == ("paper", "", "")
    assert [each.title for each in Collection.objects.order_by("title")] == ["Papers", "Tools"]


def test_the_same_list_again_changes_nothing():
    bring()
    before = list(Resource.objects.values())
    report = bring()
    assert (report.changes, report.unchanged) == (0, 2)
    assert list(Resource.objects.values()) == before


def test_what_is_lacking_is_filled_in_and_the_rest_kept_unless_the_file_knows_better():
    factories.Resource(title="My title", url="http://example.org/tool", note="")
    report = bring()
    assert (len(report.new), len(report.changed), len(report.kept)) == (1, 1, 1)
    row = Resource.objects.get(title="My title")
    assert row.note == "Worth a try."
    assert bring(update=True).changed[0].fields["title"] == ("My title", "A tool")


def test_a_dry_run_says_all_and_writes_nothing():
    assert len(bring(dry_run=True).new) == 2
    assert not Resource.objects.exists()
    assert not Collection.objects.exists()


def test_a_link_that_was_merged_away_does_not_come_back():
    bring()
    tool, paper = Resource.objects.order_by("pk")
    merge_resources(into=paper, other=tool)
    report = bring()
    assert (report.new, report.placed) == ([], 0)
    assert Resource.objects.get() == paper


def test_suggestions_and_rejected_links_stay_what_they_are():
    factories.Resource(title="A tool", url="http://example.org/tool", state="rejected")
    assert "It stays so." in bring().problems[-1].message
    assert Resource.objects.get(title="A tool").state == "rejected"


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_page_exports_is_imported_without_a_change(client, name):
    bring(collection="A path")
    row = Resource.objects.order_by("pk").first()
    Resource.objects.filter(pk=row.pk).update(
        level="advanced",
        language="zh-hans",
        authors="Ada; Grace, Hopper",
        year=1999,
        free=False,
        note="a\n\n*b*",
    )
    address = "/resources/feed/" if name == "atom" else f"/resources.{name}"
    data = client.get(address, {"topic": "tools"}).content
    assert len(read_links(data).links.links) == 1
    report = bring(data, update=True)
    assert (report.changes, report.unchanged) == (0, 1)
    Resource.objects.all().delete()
    bring(data)
    again = Resource.objects.values(
        "title", "level", "language", "authors", "year", "free", "note", "kind"
    ).get()
    assert again == {
        "title": "A tool", "level": "advanced", "language": "zh-hans", "authors": "Ada; Grace, Hopper",
        "year": 1999, "free": False, "note": "a\n\n*b*", "kind": row.kind,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"no link in here", "There are no links"),
        (b"\0\0\0", "neither text"),
        (None, "cannot be read"),
    ],
)
def test_the_command_ends_with_a_sentence(tmp_path, capsys, content, sentence):
    file = tmp_path / "list.md"
    if content is not None:
        file.write_bytes(content)
    try:
        call_command("import_resources", str(file))
    except CommandError as refused:
        assert refused.returncode == 2
        assert sentence in str(refused)
    else:
        assert sentence in capsys.readouterr().out


def test_ten_thousand_lines_of_noise_hide_no_link():
    noise = [f"{number} ]( * _ ` <" for number in range(5000)]
    report = bring("\n".join([*noise, "", "- [A tool](https://example.org/tool)", "", *noise]).encode())
    assert report.new == ["A tool"]
    assert any("Text without a link" in problem.message for problem in report.problems)


def test_the_forms_of_one_address_are_one_record():
    for url in ("https://youtu.be/dQw4w9WgXcQ?si=x", "https://m.youtube.com/watch?v=dQw4w9WgXcQ"):
        import_resources(reading=read_links(f"- [A video]({url})".encode()))
    assert [row.url for row in Resource.objects.all()] == ["https://youtu.be/dQw4w9WgXcQ?si=x"]


def test_keys_of_earlier_versions_are_refreshed():
    row, same = factories.Resource(url="https://youtu.be/dQw4w9WgXcQ"), factories.Resource()
    Resource.objects.filter(pk=row.pk).update(url_key="youtu.be/dQw4w9WgXcQ")
    Resource.objects.filter(pk=same.pk).update(url="https://m.youtube.com/watch?v=dQw4w9WgXcQ", url_key="old")
    assert refresh_url_keys() == 1
    row.refresh_from_db()
    same.refresh_from_db()
    assert (row.url_key, same.url_key) == ("youtube.com/watch?v=dQw4w9WgXcQ", "old")
    assert refresh_url_keys() == 0
