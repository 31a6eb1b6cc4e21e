"""Search knows terms: a table of queries and what each finds first, on every surface with the same engine."""

import pytest

from events.models import Event
from tests import factories

pytestmark = pytest.mark.django_db

TALKS = {
    "Modern C++ in practice": "Templates and ranges.",
    "C for embedded devices": "Registers and interrupts.",
    "C# records explained": "Immutable data.",
    "F# for the curious": "Functions first.",
    "What is new in .NET": "The runtime of the year.",
    "Statistics with R": "Data frames.",
    "Rust for R users": "Rewriting packages.",
    "Node.js under load": "The event loop.",
    "Running 100+ services": "Operations at night.",
    "100 days of code": "A habit.",
    "Containers of the standard library": "When std::vector<int> is the answer, and when a std::map is.",
    "Vectors in space": "Geometry.",
    "Go": "A small language.",
    "Going further with Go": "Channels.",
    "Google's style guides": "How they are kept.",
    "Rust": "Ownership.",
    "Rusty metal": "Conservation of bridges.",
    "Trust on first use": "Keys.",
    "Objective-C lives on": "Messages.",
    "ASP.NET and friends": "Web pages.",
    "Zürich by night": "A walk.",
    "Machine learning for birds": "Songs.",
    "Learning to repair a machine": "Screws.",
    "什么是机器学习": "入门。",
    "مقدمة في الأمن": "أساسيات التشفير",
    "إدارة الأنظمة": "خوادم",
    "CI/CD without tears": "Pipelines.",
    "TCP/IP from scratch": "Packets.",
    "K8s at home": "A cluster in a cupboard.",
    "5G and you": "Antennas.",
    "The history of email": "It mentions C++ once, and the R language as well.",
    "An evening of music": "With a quartet called Objective.",
    "WebAssembly": "It runs C# in browsers.",
    "Vue.js or not": "A comparison of Node.js frameworks.",
    "Привет, мир": "Первая программа.",
    "Google+ in retrospect": "What went wrong.",
    "Über-coder": "A myth.",
    "Notepad++ plugins": "Editing.",
    "g++ flags": "Warnings.",
    "Ada": "A language with contracts.",
}
FIRST = {
    "C++": "Modern C++ in practice",
    "c++": "Modern C++ in practice",
    "modern c++": "Modern C++ in practice",
    "C": "C for embedded devices",
    "C#": "C# records explained",
    "c# records": "C# records explained",
    "F#": "F# for the curious",
    ".NET": "What is new in .NET",
    ".net": "What is new in .NET",
    "ASP.NET": "ASP.NET and friends",
    "R": "Rust for R users",
    "R users": "Rust for R users",
    "Node.js": "Node.js under load",
    "nodejs": "Node.js under load",
    "Vue.js": "Vue.js or not",
    "100+": "Running 100+ services",
    "100 days": "100 days of code",
    "std::vector": "Containers of the standard library",
    "std::map": "Containers of the standard library",
    "vector": "Containers of the standard library",
    "cpp": "Modern C++ in practice",
    "Go": "Go",
    "go": "Go",
    "Rust": "Rust",
    "rusty": "Rusty metal",
    "trust": "Trust on first use",
    "Objective-C": "Objective-C lives on",
    "zurich": "Zürich by night",
    "machine learning": "Machine learning for birds",
    "机器学习": "什么是机器学习",
    "الامن": "مقدمة في الأمن",
    "الأمن": "مقدمة في الأمن",
    "ادارة": "إدارة الأنظمة",
    "أنظمه": "إدارة الأنظمة",
    "CI/CD": "CI/CD without tears",
    "tcp/ip": "TCP/IP from scratch",
    "k8s": "K8s at home",
    "5G": "5G and you",
    "привет": "Привет, мир",
    "Google+": "Google+ in retrospect",
    "uber": "Über-coder",
    "notepad++": "Notepad++ plugins",
    "ada": "Ada",
    "tensrflow": "",
}
ONLY = {  # all that these may find
    "C++": {"Modern C++ in practice", "The history of email"},
    "C#": {"C# records explained", "WebAssembly"},
    "R": {"Statistics with R", "Rust for R users", "The history of email"},
    "100+": {"Running 100+ services"},
    "std::vector": {"Containers of the standard library"},
}


@pytest.fixture
def event():
    event = factories.Event(name="Terms", slug="terms")
    for title, abstract in TALKS.items():
        factories.Talk(event=event, title=title, abstract=abstract)
    return event


def api(client, query: str) -> list[str]:
    found = client.get("/api/v1/talks/", {"q": query, "page_size": 50}).json()["results"]
    return [talk["title"] for talk in found]


def portal(client, query: str) -> list[str]:
    found = client.get("/api/v1/search/", {"q": query}).json()["results"]
    return [one["record"]["title"] for one in found if one["kind"] == "talks"]


def test_every_query_finds_first_what_it_names(client, event):
    wrong = {}
    for query, title in FIRST.items():
        first = next(iter(api(client, query)), "")
        if first != title and not (query == "أنظمه" and "إدارة" in first):
            wrong[query] = first
    assert wrong == {}


@pytest.mark.parametrize("query", ONLY)
def test_a_term_finds_only_what_has_it(client, event, query):
    assert set(api(client, query)) == ONLY[query]


@pytest.mark.parametrize("query", ["C++", "R", ".NET", "Node.js", "100+", "std::vector", "Go"])
def test_the_portal_and_an_event_s_filter_find_the_same_first(client, event, query):
    page = client.get(f"{Event.objects.get().get_absolute_url()}talks/", {"q": query}).text
    titles = sorted(TALKS, key=lambda title: position(page, title))
    assert titles[0] == FIRST[query]
    assert portal(client, query)[0] == FIRST[query]


def position(page: str, title: str) -> int:
    """Where a talk's title stands in a page; behind everything when it does not."""
    plain = page.replace("<mark>", "").replace("</mark>", "").replace("&#x27;", "'")
    found = plain.find(f">{title}<")
    return found if found >= 0 else len(plain)
