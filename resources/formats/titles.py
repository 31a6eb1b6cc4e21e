"""Titles of links: a project's own name instead of what its button says ("GitHub", "Paper", "here")."""

import re
from urllib.parse import urlsplit

# What a link is called when its text names its target's site or kind instead of the thing itself -> its kind.
_LABEL_KINDS = {
    "code": "github gitlab bitbucket codeberg repo repository code source|source code|github repo|github repository"
    "|git stars|github stars|star|github star|notebook|colab|open in colab|代码|源码|源代码",
    "paper": "paper pdf arxiv preprint publication|article pdf|论文",
    "video": "video youtube recording|watch|视频",
    "slides": "slides deck presentation|幻灯片",
    "demo": "demo|live demo|try it|playground|演示",
    "article": "blog|blog post",
    "": "link url website site web homepage|home page|project page|project|page|web page|here|click here|docs"
    "|documentation|download|官网|主页|链接|文档",
}
_KIND_OF_LABEL: dict[str, str] = {}
for _kind, _labels in _LABEL_KINDS.items():
    _first, *_others = _labels.split("|")
    _KIND_OF_LABEL |= dict.fromkeys([*_first.split(), *_others], _kind)
_CODE_HOSTS = {"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com", "sr.ht", "git.sr.ht"}
_GITHUB_TITLE = re.compile(r"(?:GitHub - )(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)(?:: (?P<text>.*))?", re.DOTALL)
_NAME_ENDS = re.compile(r"\s+[-–—|]\s|[:：](?=\s|$)|\s*[(\[（]")
MAX_NAME = 100  # characters of a text that can be a name


def is_label(title: str) -> bool:
    """Whether a link's text only names a site or kind, such as "GitHub", "Paper" or "here"."""
    return _normalise(title) in _KIND_OF_LABEL


def kind_of_label(title: str) -> str:
    """The kind of link that such a text stands for; empty when it stands for none."""
    return _KIND_OF_LABEL.get(_normalise(title), "")


def _normalise(title: str) -> str:
    return " ".join(re.sub(r"[^\w ]+", " ", title).casefold().split())


def repository_name(url: str) -> str:
    """The name of the project that a URL of a code host belongs to; empty for other URLs."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if (parts.hostname or "").removeprefix("www.") not in _CODE_HOSTS or len(segments) < 2:
        return ""
    return segments[1].removesuffix(".git")


def split_page_title(title: str, url: str) -> tuple[str, str]:
    """A title and the description in it: ("httpx", "An HTTP client") for "GitHub - encode/httpx: An HTTP client"."""
    found = _GITHUB_TITLE.fullmatch(title)
    if not found or not repository_name(url):
        return title, ""
    return found["name"], (found["text"] or "").strip()


def leading_name(text: str) -> str:
    """The name at the beginning of a text ("BERT" of "BERT - a language model (2018)"); empty when it is too long."""
    name = _NAME_ENDS.split(text.strip(), maxsplit=1)[0].strip(" *_`:-–—|")
    return name if len(name) <= MAX_NAME and not is_label(name) else ""
