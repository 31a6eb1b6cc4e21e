"""The library in the admin: deciding on suggestions, merging, taking new addresses, importing lists."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from resources.models import Collection, LinkCheck, LinkImport, Resource
from roadshow.jobs.models import Job, JobState
from tests import factories

pytestmark = pytest.mark.django_db
LIST = reverse("admin:resources_resource_changelist")
IMPORT = reverse("admin:resources_resource_import_links")
FILE = """# Links

## Tools

- [A tool](https://example.org/tool) - Worth a try.
- [Nothing](javascript:alert(1))
"""


@pytest.fixture
def curator(client):
    user = factories.Organiser()
    client.force_login(user)
    return user


def act(client, action, *rows, **more):
    return client.post(
        LIST, {"action": action, "_selected_action": [row.pk for row in rows], **more}, follow=True
    )


def form_of(client, row):
    """The change form's own values, as a browser sends them."""
    page = client.get(reverse("admin:resources_resource_change", args=[row.pk]))
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    management = {"checks-TOTAL_FORMS": 0, "checks-INITIAL_FORMS": 0}
    return {name: value for name, value in values.items() if value not in (None, False, [])} | management


@pytest.mark.parametrize(
    ("action", "state"), [("publish", "published"), ("reject", "rejected"), ("retire", "retired")]
)
def test_suggestions_are_decided_in_bulk_and_by_whom_is_kept(client, curator, action, state):
    rows = [factories.Resource(state="suggested") for _ in range(3)]
    page = act(client, action, *rows[:2])
    assert f"2 links are {state} now." in page.text
    assert [Resource.objects.get(pk=row.pk).state for row in rows] == [state, state, "suggested"]
    assert rows[0].history.first().history_user == curator


@pytest.mark.parametrize(
    ("button", "state"), [("publish_and_next", "published"), ("reject_and_next", "rejected")]
)
def test_one_by_one_a_suggestion_is_corrected_decided_and_the_next_one_shown(client, curator, button, state):
    following, row = (factories.Resource(state="suggested") for _ in range(2))
    data = form_of(client, row) | {"title": "Corrected", f"resources_resource_{button}": ""}
    address = reverse("admin:resources_resource_change", args=[row.pk])
    answer = client.post(address, data)
    row.refresh_from_db()
    assert (row.title, row.state) == ("Corrected", state)
    assert answer.url == reverse("admin:resources_resource_change", args=[following.pk])
    assert "and_next" not in client.get(address).text


def test_a_corrected_address_is_still_known(client, curator):
    row = factories.Resource(url="https://example.org/old")
    client.post(
        reverse("admin:resources_resource_change", args=[row.pk]),
        form_of(client, row) | {"url": "https://example.org/new"},
    )
    assert Resource.objects.of_address("http://www.example.org/old/") == row
    assert Resource.objects.get().url == "https://example.org/new"


def test_records_of_one_link_are_merged(client, curator):
    row, other = factories.Resource(title="Stays"), factories.Resource(title="Goes", note="A note")
    talk = factories.Talk()
    other.talks.add(talk)
    assert "Which record stays?" in act(client, "merge", row, other).text
    assert Resource.objects.count() == 2
    assert "“Stays” is one record now." in act(client, "merge", row, other, into=row.pk).text
    assert Resource.objects.get() == row
    assert list(row.talks.all()) == [talk]
    assert Resource.objects.get().note == "A note"
    assert Resource.objects.of_address(other.url) == row


def test_one_record_is_merged_into_a_similar_one(client, curator):
    known = factories.Resource(title="Attention is all you need")
    suggested = factories.Resource(title="Attention is all you need (PDF)", state="suggested")
    page = act(client, "merge", known)
    assert [row.title for row in page.context["candidates"]] == [known.title, suggested.title]
    act(client, "merge", suggested, into=known.pk)
    assert Resource.objects.get().title == known.title


def test_new_addresses_are_taken_and_refusals_said(client, curator):
    moved = factories.Resource(
        url="https://example.org/old", health="moved", moved_to="https://example.org/new"
    )
    taken = factories.Resource(url="https://example.org/a", health="moved", moved_to="https://example.org/b")
    factories.Resource(url="https://example.org/b")
    page = act(client, "take_new_address", moved, taken)
    assert "1 link has its new address." in page.text
    assert "in the library already" in page.text
    moved.refresh_from_db()
    assert (moved.url, moved.moved_to, moved.health) == ("https://example.org/new", "", "good")
    assert Resource.objects.of_address("https://example.org/old") == moved


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_broken_links_says_why_in_as_many_queries_however_long(
    client, curator, count, django_assert_num_queries
):
    for _ in range(count):
        row = factories.Resource(health="broken")
        LinkCheck.objects.create(resource=row, at=timezone.now(), outcome="failed", reason="No such page.")
    query = {"state__exact": "published", "health__exact": "broken"}
    with django_assert_num_queries(5):
        page = client.get(LIST, query)
    assert page.text.count("No such page.") == count
    assert [queue["name"] for queue in page.context["queues"] if queue["current"]] == ["Broken"]


def test_a_link_shows_its_history_of_checks(client, curator):
    row = factories.Resource()
    LinkCheck.objects.create(resource=row, at=timezone.now(), outcome="failed", status=410, reason="Gone.")
    assert "Gone." in client.get(reverse("admin:resources_resource_change", args=[row.pk])).text


def upload(client, text=FILE, **more):
    return client.post(IMPORT, {"file": SimpleUploadedFile("links.md", text.encode()), **more}, follow=True)


def test_a_list_is_previewed_and_then_imported(client, curator):
    page = upload(client)
    assert "1 are new, 0 changed" in page.text
    assert "line 6</span> Addresses begin with http" in page.text
    assert not Resource.objects.exists()
    page = client.post(IMPORT, {"key": page.context["key"]}, follow=True)
    assert "Imported: 1 new, 0 changed, 0 unchanged." in page.text
    row = Resource.objects.get()
    assert (row.title, row.state, row.created_by) == ("A tool", "published", curator)
    assert [each.title for each in row.collections.all()] == ["Tools"]
    assert upload(client).context["report"]["changes"] == 0


def test_a_list_goes_into_one_collection(client, curator):
    page = upload(client, collection="All of them")
    client.post(IMPORT, {"key": page.context["key"]})
    row = Resource.objects.get()
    assert [each.title for each in row.collections.all()] == ["All of them"]
    assert [topic.name for topic in row.topics.all()] == ["Tools"]


@pytest.mark.parametrize("data", [{}, {"url": "http://127.0.0.1/list.md"}, {"url": "javascript:alert(1)"}])
def test_what_cannot_be_imported_is_refused_with_a_sentence(client, curator, data):
    page = client.post(IMPORT, data)
    assert page.status_code == 200
    assert page.context["form"].errors


@pytest.mark.parametrize("text", ["\0\0\0", " ", "Words, but no link."])
def test_a_file_without_links_is_refused_with_a_sentence(client, curator, text):
    assert upload(client, text).context["refusal"]


def test_an_import_is_undone_as_one(client, curator):
    known = factories.Resource(url="https://example.com/known", note="")
    text = "# List\n\n## Tools\n\n- [Known](https://example.com/known) - What it is.\n- [New](https://example.com/new)\n"
    page = upload(client, text)
    client.post(IMPORT, {"key": page.context["key"]})
    known.refresh_from_db()
    assert (known.note, Resource.objects.count()) == ("What it is.", 2)
    LinkCheck.objects.create(
        resource=Resource.objects.get(url__endswith="/new"), at=timezone.now(), outcome="ok"
    )
    entry = LinkImport.objects.get()
    page = client.post(IMPORT, {"undo": entry.pk}, follow=True)
    assert "Undone: links.md" in page.text
    known.refresh_from_db()
    assert (known.note, Resource.objects.count(), Collection.objects.count()) == ("", 1, 0)
    assert "cannot be undone" in client.post(IMPORT, {"undo": entry.pk}, follow=True).text


def test_an_import_that_something_depends_on_is_not_undone(client, curator):
    page = upload(client, "- [New](https://example.com/new)\n")
    client.post(IMPORT, {"key": page.context["key"]})
    Resource.objects.get().collections.add(factories.Collection())
    page = client.post(IMPORT, {"undo": LinkImport.objects.get().pk}, follow=True)
    assert "Refers to what was imported" in page.text
    assert Resource.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "²", "9" * 30])
def test_what_is_no_key_of_an_import_undoes_nothing(client, curator, key):
    assert "There is no such import." in client.post(IMPORT, {"undo": key}, follow=True).text


def test_an_address_that_is_too_long_is_refused_with_a_sentence(client, curator):
    page = client.post(IMPORT, {"url": "https://example.org/" + "a" * 2000})
    assert page.context["form"].errors["url"]


def test_a_preview_is_its_curator_s_own(client, curator):
    key = upload(client).context["key"]
    client.force_login(factories.Organiser())
    assert "The preview is too old" in client.post(IMPORT, {"key": key}, follow=True).text
    assert not Resource.objects.exists()


def test_a_list_is_read_by_the_worker(client, curator, settings):
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    page = upload(client)
    job, entry = Job.objects.get(), LinkImport.objects.get()
    assert page.redirect_chain == [(job.get_absolute_url(), 302)]
    assert "Preview of an import of links" in page.text
    assert client.get(IMPORT, {"entry": entry.pk}).url == job.get_absolute_url()
    job.state, job.problem = JobState.FAILED, "It took too long."
    job.save()
    assert "It took too long." in client.get(IMPORT, {"entry": entry.pk}).text
    client.post(IMPORT, {"key": entry.pk})
    client.post(IMPORT, {"key": entry.pk})
    assert Job.objects.filter(key__startswith="import_links:").count() == 1


def test_attendees_import_nothing(client):
    client.force_login(factories.User())
    assert client.get(IMPORT).status_code == 302
