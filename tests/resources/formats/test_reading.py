"""Lists of links as other people write them: what is understood, and what is reported."""

import json
from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

from events.formats.reading import UnreadableFile
from resources.formats import merge_duplicate_links, read_links


def links(text, name=""):
    return read_links(text if isinstance(text, bytes) else text.encode(), name=name).links.links


def one(text, name=""):
    (link,) = links(text, name)
    return link


MARKDOWN = """\
# Good things [![badge](https://img.example/b.svg)](https://badge.example/)

Some [prose](https://prose.example/) first. <!-- a comment -->

- [Contents](#tools)

## Tools
<a name="tools" />

* [One](https://one.example/a_b) - Its *note*, with [more](https://more.example/).
* [Two][two] does without a dash
  1. [Nested](<https://nested.example/a b>) – an en dash
  2. **[Bold](https://bold.example/)** : colon
+ <https://auto.example/>
+ https://bare.example/x and text
+ the address https://lost.example/ in the middle
- [relative](docs/x.md), [mail](mailto:a@b.example)
- ![picture](https://picture.example/p.png)

### Debuggers

| Name | What |
|------|------|
| [Cell](https://cell.example/) | it debugs | well |

```
- [code](https://code.example/)
```

Setext
------
- [Last](https://last.example/)

  A second paragraph.

[two]: https://two.example/ "title"
"""


def test_markdown_lists():
    reading = read_links(MARKDOWN.encode())
    assert (reading.kind, reading.links.title) == ("Markdown", "Good things")
    found = {link.title: link for link in reading.links.links}
    assert list(found) == [
        *("badge", "prose", "One", "more", "Two", "Nested", "Bold", "auto.example", "bare.example/x"),
        *("Cell", "Last"),
    ]
    assert found["One"].note == "Its *note*, with [more](https://more.example/)."
    assert found["One"].collections == ["Tools"]
    assert found["Two"].note == "does without a dash"
    assert found["Nested"].url == "https://nested.example/a%20b"
    assert [found[name].note for name in ("Nested", "Bold", "bare.example/x")] == [
        "an en dash",
        "colon",
        "and text",
    ]
    assert (found["Cell"].note, found["Cell"].collections) == ("it debugs", ["Tools / Debuggers"])
    assert (found["Last"].note, found["Last"].collections) == ("A second paragraph.", ["Setext"])
    assert (found["One"].place, found["Last"].place) == ("line 10", "line 32")
    assert [collection.title for collection in reading.links.collections] == [
        *("Tools", "Tools / Debuggers", "Setext")
    ]
    assert [(p.place, p.message) for p in reading.problems] == [
        ("line 16, line 18", "Text without a link was left out: 2 times."),
        ("line 17", "This is not a web address. Addresses begin with http:// or https://."),
        ("line 17", "Addresses begin with http:// or https://; this one begins with “mailto:”."),
    ]


BOOKMARKS = """\
<!DOCTYPE NETSCAPE-Bookmark-file-1>
<TITLE>Bookmarks</TITLE><H1>Bookmarks</H1>
<DL><p>
    <DT><H3 PERSONAL_TOOLBAR_FOLDER="true">Toolbar</H3>
    <DL><p>
        <DT><A HREF="https://bar.example/" ADD_DATE="1530000000">Bar &amp; more</A>
    </DL><p>
    <DT><H3 ADD_DATE="1">Reading</H3>
    <DD>What I read
    <DL><p>
        <DT><H3>Papers</H3>
        <DL><p>
            <DT><A HREF="https://paper.example/" TAGS="deep,vision" ADD_DATE="1530000000123">Paper</A>
            <DD>A note
over two lines
            <DT><A HREF="https://secret.example/" PRIVATE="1">Secret</A>
            <DD>secret note
        </DL><p>
        <DT><A HREF="javascript:alert(1)">Bookmarklet</A>
        <DT><A HREF="https://open.example/">Open
</DL>
"""


def test_bookmarks_files():
    reading = read_links(BOOKMARKS.encode())
    assert (reading.kind, reading.links.title) == ("bookmarks file", "Bookmarks")
    bar, paper, unclosed = reading.links.links
    assert (bar.title, bar.collections) == ("Bar & more", [])
    assert bar.added_at == paper.added_at == datetime(2018, 6, 26, 8, 0, tzinfo=UTC)
    assert (paper.note, paper.topics) == ("A note\nover two lines", ["deep", "vision"])
    assert paper.collections == ["Reading / Papers"]
    assert (unclosed.title, unclosed.collections) == ("Open", ["Reading"])
    assert reading.links.collections[0].text.strip() == "What I read"
    assert [problem.place for problem in reading.problems] == ["line 16", "line 19"]
    assert "private" in reading.problems[0].message
    assert "javascript" in reading.problems[1].message


def test_outlines():
    reading = read_links(
        b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="2.0"><head><title>Abonn\xe9s</title></head><body>
  <outline text="Blogs" description="Daily">
    <outline text="Feed" type="rss" xmlUrl="https://blog.example/feed" htmlUrl="https://blog.example/"
      category="/a/b,c" created="Tue, 26 Jun 2018 10:00:00 +0200"/>
    <outline text="Deep"><outline title="Only a feed" xmlUrl="https://feed.example/rss"/></outline>
  </outline>
  <outline text="Link" type="link" url="https://link.example/" language="de"/>
  <outline text="Nothing" url="about:blank"/>
</body></opml>"""
    )
    blog, feed, link = reading.links.links
    assert (reading.kind, reading.links.title) == ("OPML", "Abonnés")
    assert (blog.url, blog.collections, blog.topics) == ("https://blog.example/", ["Blogs"], ["a/b", "c"])
    assert blog.added_at == datetime(2018, 6, 26, 8, 0, tzinfo=UTC)
    assert (feed.title, feed.collections) == ("Only a feed", ["Blogs / Deep"])
    assert (link.collections, link.language) == ([], "de")
    assert [problem.place for problem in reading.problems] == ["line 9"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_tables_with_forgiving_headings(separator):
    rows = [
        [
            "Project",
            "Link URL",
            "Tags",
            "Authors",
            "Difficulty",
            "Lang",
            "Year",
            "Comments",
            "Stars",
            "Free?",
        ],
        [
            "Tool",
            "https://tool.example/",
            "a/b",
            "Müller",
            "expert",
            "German",
            "May 2019",
            "Good",
            "5",
            "yes",
        ],
        ["", "https://plain.example/", "", "", "", "zh_Hans", "unknown", "", "", "paid"],
        ["No address", "", "", "", "", "", "", "", "", ""],
    ]
    text = "\n".join(separator.join(row) for row in rows)
    reading = read_links(text.replace("Free?", "is free").encode(), name="list.csv")
    tool, plain = reading.links.links
    assert (tool.title, tool.url, tool.topics, tool.authors) == (
        "Tool",
        "https://tool.example/",
        ["a/b"],
        ["Müller"],
    )
    assert (tool.level, tool.language, tool.year, tool.free) == ("advanced", "de", 2019, True)
    assert (plain.title, plain.language, plain.year, plain.free) == ("plain.example", "zh-Hans", None, False)
    assert [(p.place, p.message.partition(".")[0]) for p in reading.problems] == [
        ("line 1", "These columns were not understood: Stars"),
        ("line 4", "There is no address"),
    ]


def test_a_homepage_goes_before_the_repository():
    text = "name,github_url,homepage,category,description\nA,https://code.example/a,https://a.example/,x-y,What\n"
    text += "B,https://code.example/b,,x-y,\n"
    first, second = links(text)
    assert (first.url, second.url) == ("https://a.example/", "https://code.example/b")
    assert (first.topics, first.note) == (["x-y"], "What")


def test_tables_without_headings():
    link = one('Name,https://a.example/,"A note, with a comma"\n', "x.csv")
    assert (link.title, link.note) == ("Name", "A note, with a comma")


def test_several_values_in_a_cell():
    text = 'url,tags,authors\nhttps://a.example/,"a, b, a","King, Jr.; B; B"\nhttps://b.example/,c;d\\;e,\n'
    first, second = links(text)
    assert (first.topics, first.authors) == (["a", "b"], ["King, Jr.", "B"])
    assert second.topics == ["c", "d;e"]


def test_spreadsheets():
    book = Workbook()
    book.active.append(["Title", "URL", "Year", "Added"])
    book.active.append(["A", "https://a.example/", 2018, datetime(2020, 1, 2, 3, 4, 5)])
    book.active.append([])
    book.active.append(["B", "no address", None, None])
    out = BytesIO()
    book.save(out)
    reading = read_links(out.getvalue())
    (link,) = reading.links.links
    assert (reading.kind, link.year, link.added_at) == (
        "XLSX",
        2018,
        datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert [problem.place for problem in reading.problems] == ["row 4"]


def test_json_feeds_and_other_json():
    feed = """{"version": "https://jsonfeed.org/version/1", "title": "Feed", "items": [
      {"id": "1", "url": "https://page.example/", "external_url": "https://link.example/", "title": "T",
       "summary": "S", "tags": ["x"], "author": {"name": "A"}, "authors": [{"name": "B"}],
       "date_published": "2018-06-26T10:00:00+02:00"}, 7]}"""
    reading = read_links(feed.encode())
    (link,) = reading.links.links
    assert (reading.kind, reading.links.title, link.url) == ("JSON Feed", "Feed", "https://link.example/")
    assert (link.note, link.topics, link.year) == ("S", ["x"], None)
    assert link.added_at == datetime(2018, 6, 26, 8, 0, tzinfo=UTC)
    assert [problem.place for problem in reading.problems] == ["item 2"]
    ours = '{"count": 1, "results": [{"url": "/resources/t/", "link": "https://l.example/", "title": "T", '
    ours += '"authors": "A; B", "free": false, "kind": "paper", "topics": ["tf-data"]}]}'
    link = one(ours)
    assert (link.url, link.authors, link.free, link.kind) == (
        "https://l.example/",
        ["A", "B"],
        False,
        "paper",
    )
    assert one('["https://a.example/"]').url == "https://a.example/"


def test_feeds():
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>
      <entry><title type="html">T</title>
      <link rel="self" href="https://self.example/"/><link href="https://a.example/"/>
      <author><name>N</name></author>
      <category term="x" label="X"/>
      <summary>S</summary><published>2018-06-26T10:00:00Z</published></entry></feed>"""
    link = one(atom)
    assert (link.url, link.authors, link.topics, link.note) == ("https://a.example/", ["N"], ["X"], "S")
    rss = """<?xml version="1.0"?><rss><channel><title>F</title><item><title>T</title>
      <link> https://a.example/ </link><category>x</category>
      <pubDate>Tue, 26 Jun 2018 10:00:00 +0200</pubDate>
      </item></channel></rss>"""
    assert (one(rss).added_at, one(rss).topics) == (datetime(2018, 6, 26, 8, 0, tzinfo=UTC), ["x"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding):
    text = "title;url\nÜbersicht über die Bücher für später;https://a.example/\n" * 1
    assert one(text.encode(encoding)).title == "Übersicht über die Bücher für später"


def test_values_that_nobody_understands_are_reported_once():
    text = "url,kind,level,language\n" + "".join(
        f"https://a.example/{n},sculpture,hardest,klingon\n" for n in range(50)
    )
    reading = read_links(text.encode())
    assert len(reading.links.links) == 50
    assert [problem.message for problem in reading.problems] == [
        "No kind of link is called (sculpture): 50 times.",
        "No level is called (hardest): 50 times.",
        "No language is called (klingon): 50 times.",
    ]


def test_duplicates_are_merged_and_reported():
    text = (
        "url,title,tags,note\nhttp://a.example/x,One,a,\nhttps://www.a.example/x/?utm_source=y,Two,b,Note\n"
    )
    merged, problems = merge_duplicate_links(links(text))
    (link,) = merged
    assert (link.url, link.title, link.topics, link.note) == ("http://a.example/x", "One", ["a", "b"], "Note")
    assert [(p.place, p.message) for p in problems] == [("line 3", "“Two” has the same address as line 2.")]


NOISE = "".join(f"{n} {'*[(<!&|' * (n % 7)} - [x](y{n}) https:/{n} \x07\ufffe\n" for n in range(10_000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n ",
        b"nothing here",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b"PK\x03\x04 damaged",
        b"{",
        b"[" * 100_000,
        b'{"a": 1}',
        b"<?xml version='1.0'?><other/>",
        b"<?xml version='1.0'?>",
        b"<opml><body></body></opml>",
        b"a,b\n1,2\n",
        b"name,tags\n",
        b"x" * (20 * 1024 * 1024 + 1),
    ],
    ids=lambda data: repr(data[:20]),
)
def test_what_is_no_list_is_one_sentence(data):
    with pytest.raises(UnreadableFile, match=r"^[A-Z].{10,100}\.$"):
        read_links(data, name="a.csv" if data.startswith((b"a,", b"name")) else "")


@pytest.mark.parametrize(
    "text",
    [
        NOISE + "- [x](https://a.example/)\n",
        "title,url\n" + NOISE + '"open,https://x\nT,https://a.example/\n',
        f"- [{'x' * 5_000_000}](https://b.example/)\n- [x](https://a.example/)\n",
        f"title,url\n{'x' * 5_000_000},https://a.example/\n",
        f"<dl><dt><a href='https://a.example/'>{'x' * 5_000_000}</a></dl>",
        f'<opml><body><outline url="https://a.example/" text="{"x" * 5_000_000}"/></body></opml>',
        '[{"url": "https://a.example/", "title": ["x"], "year": {}, "tags": 5, "authors": [1, null, {}]}]',
        "<dl>" * 5000 + "<a href='https://a.example/'>x</a>",
        '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<opml><body><outline url="https://a.example/" text="&b;"/></body></opml>',
        "- " * 3000 + "x\n\n- [x](https://a.example/)\n",
        "[" * 15_000 + "\n\n- [x](https://a.example/)\n",
        "*a _b " * 3_000 + "\n\n- [x](https://a.example/)\n",
    ],
    ids=lambda text: text[:20],
)
def test_noise_costs_neither_time_nor_the_rest(text):
    try:
        reading = read_links(text.encode(), name="a.csv" if text.startswith("title,") else "")
    except UnreadableFile as error:
        assert text.startswith(("<dl><dl>", "- - ", "[[["))  # nested deeper than any reader goes
        assert str(error).endswith(("no links in this file.", "nested too deeply."))
        return
    assert all(len(link.title) <= 300 for link in reading.links.links)
    assert len(reading.problems) < 100
    if "open," in text:  # a quotation mark that nobody closes holds the rest of the table
        assert reading.problems[-1].message == "There is no address: 10001 times."
    else:
        assert [link.url for link in reading.links.links][-1:] == ["https://a.example/"]


def test_entities_and_files_of_this_machine_stay_out():
    text = '<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    text += "<feed><entry><title>&x;</title><link href='https://a.example/'/></entry></feed>"
    assert "root:" not in one(text).title


HEAD = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n<DL><p>\n"
TYPED = [
    "the <title> tag",
    "about <script> tags",
    "an arrow <!-- note",
    "a <textarea> and a <style>",
    'an unclosed <a href="https://inner.example/> here',
    "see <a href='https://inner.example/1'>inner</a> too",
    "a <h1> heading",
    "C++$>+++$ and a < b",
    "an <iframe",
]


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("place", ["title", "note"])
def test_no_unclosed_tag_hides_the_links_after_it(typed, place):
    title, note = (typed, "explained") if place == "title" else ("First", typed)
    items = [f'<DT><A HREF="https://links.example/1">{title}</A>\n<DD>{note}']
    items += [f'<DT><A HREF="https://links.example/{n}">Link {n}</A>' for n in range(2, 6)]
    found = links(HEAD + "\n".join(items) + "\n</DL><p>\n")
    assert [link.url for link in found] == [f"https://links.example/{n}" for n in range(1, 6)]
    assert [link.title for link in found[1:]] == [f"Link {n}" for n in range(2, 6)]
    shown = found[0].title if place == "title" else found[0].note
    if "inner" not in typed:
        assert shown == typed


CHROME = {
    "checksum": "",
    "roots": {
        "bookmark_bar": {
            "type": "folder",
            "name": "Bookmarks bar",
            "children": [
                {
                    "type": "url",
                    "name": "Bar",
                    "url": "https://bar.example/",
                    "date_added": "13174473600000000",
                },
                {
                    "type": "folder",
                    "name": "Dev",
                    "children": [{"type": "url", "name": "Deep", "url": "https://deep.example/"}],
                },
            ],
        },
        "other": {"type": "folder", "name": "Other bookmarks", "children": []},
    },
}
FIREFOX = {
    "type": "text/x-moz-place-container",
    "root": "placesRoot",
    "title": "",
    "children": [
        {
            "type": "text/x-moz-place-container",
            "root": "toolbarFolder",
            "title": "toolbar",
            "children": [
                {
                    "type": "text/x-moz-place",
                    "uri": "https://bar.example/",
                    "title": "Bar",
                    "dateAdded": 1530000000000000,
                    "tags": "one,two words",
                    "annos": [{"name": "bookmarkProperties/description", "value": "What it is"}],
                },
                {"type": "text/x-moz-place", "uri": "place:sort=8", "title": "Most visited"},
                {"type": "text/x-moz-place-separator"},
                {
                    "type": "text/x-moz-place-container",
                    "title": "Dev",
                    "children": [
                        {"type": "text/x-moz-place", "uri": "https://deep.example/", "title": "Deep"}
                    ],
                },
            ],
        }
    ],
}


@pytest.mark.parametrize(("tree", "kind"), [(CHROME, "Chrome bookmarks"), (FIREFOX, "Firefox bookmarks")])
def test_trees_of_browsers(tree, kind):
    reading = read_links(json.dumps(tree).encode())
    bar, deep = reading.links.links
    assert (reading.kind, reading.problems) == (kind, [])
    assert (bar.title, bar.url, bar.collections) == ("Bar", "https://bar.example/", [])
    assert (deep.title, deep.collections) == ("Deep", ["Dev"])
    assert bar.added_at.year == 2018
    if tree is FIREFOX:
        assert (bar.topics, bar.note) == (["one", "two words"], "What it is")


PINBOARD = [
    {
        "href": "https://open.example/",
        "description": "A title",
        "extended": "A text",
        "shared": "yes",
        "tags": "one two",
    },
    {"href": "https://secret.example/", "description": "Secret", "extended": "", "shared": "no", "tags": ""},
]
PINBOARD_XML = """<?xml version="1.0" encoding="UTF-8"?><posts user="u">
<post href="https://open.example/" description="A title" extended="A text" tag="one two" shared="yes"/>
<post href="https://secret.example/" description="Secret" extended="" tag="" shared="no"/></posts>"""


@pytest.mark.parametrize("text", [json.dumps(PINBOARD), PINBOARD_XML], ids=["JSON", "XML"])
def test_pinboard(text):
    reading = read_links(text.encode())
    (link,) = reading.links.links
    assert reading.kind == "Pinboard"
    assert (link.title, link.note, link.topics) == ("A title", "A text", ["one", "two"])
    assert [problem.message for problem in reading.problems] == ["Marked as private, so it was left out."]


def test_a_file_of_private_links_says_so():
    with pytest.raises(UnreadableFile, match="private"):
        read_links(json.dumps(PINBOARD[1:]).encode())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("title,url,time_added,tags,status\nA,https://a.example/,1530000000,one word|two,unread\n", "p.csv"),
        (
            "<!DOCTYPE html><html><head><title>Pocket Export</title></head><body><h1>Unread</h1><ul>"
            '<li><a href="https://a.example/" time_added="1530000000" tags="one word,two">A</a></li></ul></body>',
            "ril_export.html",
        ),
    ],
)
def test_pocket(text, name):
    link = one(text, name)
    assert (link.title, link.topics, link.added_at.year) == ("A", ["one word", "two"], 2018)


def test_notes_of_linkding_and_raindrop():
    page = f'{HEAD}<DT><A HREF="https://a.example/">A</A>\n<DD>What[linkding-notes]My *notes*[/linkding-notes]\n</DL>'
    assert one(page).note == "What\n\nMy *notes*"
    entry = {
        "url": "https://a.example/",
        "title": "A",
        "description": "What",
        "notes": "Mine",
        "tag_names": ["x"],
    }
    assert one(json.dumps({"results": [entry]})).note == "What\n\nMine"
    table = 'id,title,note,excerpt,url,folder,tags\n1,A,mine,theirs,https://a.example/,Dev,"x, y z"\n'
    link = one(table, "raindrop.csv")
    assert (link.note, link.collections, link.topics) == ("mine\n\ntheirs", ["Dev"], ["x", "y z"])


HTML_IN_MARKDOWN = """\
<h1 align="center">Awesome <img src="logo.png" alt="logo"></h1>

## Tools

<details>
<summary><b>Debuggers</b></summary>
<ul>
<li><a href="https://one.example/">One</a> - it debugs</li>
<li><b>Zed</b>: an editor <a href="https://github.com/zed/zed">GitHub</a></li>
</ul>
</details>

<details>
<summary>Models</summary>

- **BERT** - a language model [GitHub](https://github.com/google/bert) | [Paper](https://paper.example/bert)
- [GitHub](https://github.com/owner/project) - it has a name

| Name | What | Code |
|------|------|------|
| ViT  | it sees | [Code](https://code.example/vit) |

</details>

<table><tr><th>Project</th><th>Link</th></tr>
<tr><td>Table project</td><td><a href="https://github.com/t/table">GitHub</a></td></tr></table>

### LLaMA
[GitHub](https://github.com/meta/llama)
"""


def test_html_in_markdown_and_names_of_projects():
    reading = read_links(HTML_IN_MARKDOWN.encode(), name="README.md")
    assert (reading.kind, reading.links.title) == ("Markdown", "Awesome")
    found = [(link.title, link.collections[0], link.note) for link in reading.links.links]
    assert found == [
        ("One", "Tools / Debuggers", "it debugs"),
        ("Zed", "Tools / Debuggers", "an editor"),
        ("BERT", "Tools / Models", "a language model [Paper](https://paper.example/bert)"),
        ("BERT (paper)", "Tools / Models", ""),
        ("project", "Tools / Models", "it has a name"),
        ("ViT", "Tools / Models", "it sees"),
        ("Table project", "Tools", ""),
        ("LLaMA", "Tools / LLaMA", ""),
    ]


def test_the_title_of_a_repository_s_page_is_the_project_s_name():
    link = one(
        f'{HEAD}<DT><A HREF="https://github.com/encode/httpx">GitHub - encode/httpx: A client</A>\n</DL>'
    )
    assert (link.title, link.note) == ("httpx", "A client")


def test_pasted_addresses_are_a_list():
    found = read_links(
        b"https://a.example/\nhttps://b.example/ What it is\n\n  https://c.example/x\n", name="links.txt"
    )
    assert [link.url for link in found.links.links] == [
        "https://a.example/",
        "https://b.example/",
        "https://c.example/x",
    ]


@pytest.mark.parametrize(
    "heading",
    ["Titel;Adresse;Schlagworte;Notiz", "Nom;Lien;Étiquettes;Remarque", "Título;Enlace;Etiquetas;Nota"],
)
def test_headings_of_other_languages(heading):
    (link,) = read_links(
        f"{heading}\nÄ;https://a.example/;x, y;Text\n".encode("cp1252"), name="l.csv"
    ).links.links
    assert (link.title, link.url, link.topics, link.note) == ("Ä", "https://a.example/", ["x", "y"], "Text")
