"""HTML to Markdown, and cleaning."""

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from events.formats.text import clean_block, clean_line


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One</p><p>two <b>three </b>four</p>", "One\n\ntwo **three** four"),
        ("<p>a<br>b</p>", "a  \nb"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n  - b"),
        ('<ol start="3"><li>a</li><li><p>b</p><p>c</p></li></ol>', "3. a\n4. b\n\n   c"),
        ("<h2>Head</h2>text", "## Head\n\ntext"),
        ("<pre>x\n  y</pre>", "```\nx\n  y\n```"),
        ("<p><code>a`b</code></p>", "`` a`b ``"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ('<p><a href="https://x.example/a b">li[n]k</a></p>', "[li\\[n\\]k](https://x.example/a%20b)"),
        ('<p><a href="https://x.example">https://x.example</a></p>', "<https://x.example>"),
        ('<p><a href="javascript:alert(1)">x</a></p>', "x"),
        ('<p><img src="https://x.example/i.png" alt="A cat"></p>', "[A cat](https://x.example/i.png)"),
        ("<table><tr><th>a<th>b<tr><td>1<td>2|3</table>", "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |"),
        (
            "<p>1. not a list</p><p># not a head</p><p>- nor this</p>",
            "1\\. not a list\n\n\\# not a head\n\n\\- nor this",
        ),
        ("<p>2 * 3 and snake_case, but *x* and _y_</p>", "2 * 3 and snake_case, but \\*x\\* and \\_y\\_"),
        ("<p>if a &lt;b&gt; then</p>", "if a \\<b> then"),
        ("<script>alert(1)</script><style>x</style><p>a</p>", "a"),
        ("<dl><dt>Term</dt><dd>What</dd></dl>", "**Term**\n\nWhat"),
        ("#include <stdio.h> is not HTML", "#include <stdio.h> is not HTML"),
        ('Lines\nand *Markdown* with <a href="https://x.example">one</a>\n\ntag', None),
        ("    indented\n      text\n", "indented\n  text"),
        ("a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_formatting_is_kept(html, markdown):
    expected = markdown or "Lines\nand *Markdown* with [one](https://x.example)\n\ntag"
    assert clean_block(html) == expected


def rendered(markdown: str) -> str:
    return nh3.clean(MarkdownIt("commonmark", {"html": False}).render(markdown), tags=set())


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co"]),
        min_size=1,
    )
)
def test_text_of_a_paragraph_shows_as_it_was(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    shown = rendered(clean_block(f"<p>{escaped}</p>")).strip()
    assert (
        shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&quot;", '"') == text
    )


@given(st.text(alphabet="<>/abp ulitrd=\"'&;#1\n", max_size=80))
def test_any_text_is_understood_somehow(text):
    clean_block(text)


def test_nesting_costs_no_more_than_length():
    for opening in ("<ul>", "<table><tr><td>y", "<blockquote><p>a", "<div><b>", "<ol><li>", "<em>"):
        assert len(clean_block(opening * 2000 + "x")) < 100_000


def test_markdown_is_left_alone_where_it_is_known_to_be():
    assert clean_block("```\n<p>x</p>\n```", markdown=True) == "```\n<p>x</p>\n```"


def test_a_line_is_one_line():
    assert clean_line(" a\n b\u00a0\u200bc &amp; d ") == "a b c & d"
    assert clean_line("a\u202eb\x00\ud800") == "ab"
    assert clean_line(None) == ""
