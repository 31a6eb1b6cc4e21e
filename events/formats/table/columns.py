"""The columns of a table, and the headings that stand for them."""

import re

# field: headings, compared without case, blanks and punctuation; the first is the one that is written
_HEADINGS = {
    "id": "id|talk id|session id|nr|no|number|nummer|编号",
    "guid": "guid|uuid|uid",
    "code": "code",
    "title": "title|talk|talk title|session|session title|name|topic title|summary|subject|titel|vortrag"
    "|titre|título|标题|题目|演讲",
    "subtitle": "subtitle|untertitel|sous titre|副标题",
    "date": "date|day|start date|datum|tag|jour|fecha|日期",
    "start": "start|starts|starts at|start time|begin|begins|from|time|uhrzeit|beginn|von|début|inicio|hora"
    "|开始|开始时间|时间",
    "end": "end|ends|ends at|end time|finish|to|until|ende|bis|fin|结束|结束时间",
    "duration": "duration|length|minutes|dauer|durée|duración|时长",
    "room": "room|location|place|stage|venue|hall|raum|ort|saal|salle|sala|会议室|房间|地点",
    "speakers": "speakers|speaker|speaker name|speaker names|person|persons|people|presenter|presenters|by"
    "|author|authors|referent|referenten|sprecher|vortragende|intervenant|ponente|演讲者|讲者|嘉宾",
    "track": "track|strand|stream|strang|parcours|分会|分会场|专题",
    "type": "type|kind|format|session type|art|typ|类型",
    "level": "level|difficulty|audience level|niveau|nivel|难度",
    "language": "language|lang|sprache|langue|idioma|语言",
    "state": "state|status|zustand|状态",
    "abstract": "abstract|short description|zusammenfassung|résumé|resumen|摘要",
    "description": "description|details|beschreibung|descripción|简介|描述",
    "topics": "topics|topic|tags|keywords|categories|themen|主题|标签",
    "links": "links|link list|resources|链接",
    "url": "url|page|web page|website|link",
    "license": "recording license|licence|license|recording licence",
    "optout": "do not record|no recording|recording optout",
}
# field: headings, compared without case, blanks and punctuation; the first is the one that is written
COLUMNS = {field: tuple(headings.split("|")) for field, headings in _HEADINGS.items()}
_BY_HEADING: dict[str, str] = {}


def normalize_heading(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


for _field, _headings in COLUMNS.items():
    for _heading in _headings:
        _BY_HEADING.setdefault(normalize_heading(_heading), _field)


def find_field(heading: str) -> str:
    """The field that a heading stands for, also with a unit in brackets ("Duration (min)"); empty if none."""
    bare = re.sub(r"[(\[（].*?[)\]）]", "", heading)
    return _BY_HEADING.get(normalize_heading(heading)) or _BY_HEADING.get(normalize_heading(bare), "")
