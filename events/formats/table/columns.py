"""The columns of a table, the headings that stand for them, and the tables that known programs export."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# field: headings, compared without case, blanks and punctuation; the first is the one that is written
_HEADINGS = {
    "id": "id|talk id|session id|nr|no|number|nummer|编号|event key|submission id|proposal id|paper id",
    "guid": "guid|uuid|uid",
    "code": "code|proposal code",
    "title": "title|talk|talk title|session|session title|name|topic title|summary|subject|titel|vortrag"
    "|titre|título|标题|题目|演讲|proposal title|title of your talk|presentation title|event title|vortragstitel"
    "|titel des vortrags|titre de la présentation|título de la charla|演讲题目|presentation|paper title"
    "|название|тема|доклад|название доклада|タイトル|題名|発表タイトル|標題|題目|講題|主題|제목|titolo|tytuł|název"
    "|başlık|כותרת|العنوان",
    "subtitle": "subtitle|untertitel|sous titre|副标题|подзаголовок|副標題|sottotitolo|podtytuł",
    "date": "date|day|start date|datum|tag|jour|fecha|日期|event date|día|día de la charla|termin"
    "|дата|день|日付|日|날짜|data|giorno|dia|dzień|tarih|תאריך|التاريخ",
    "start": "start|starts|starts at|start time|begin|begins|from|time|uhrzeit|beginn|von|début|inicio|hora"
    "|开始|开始时间|时间|event start|scheduled at|start date time|starting time|zeit|heure|horario|slot"
    "|hora de inicio|when|wann|quand|cuándo|date and time|date time|day and time|datum und uhrzeit|zeitraum"
    "|heure de début|time slot|start timestamp"
    "|начало|время|время начала|開始|開始時刻|開始時間|開始日時|時間|시작|시작 시간|inizio|ora inizio|ora"
    "|hora inicio|hora de início|início|starttijd|begintijd|początek|godzina|začátek|čas"
    "|başlangıç|התחלה|שעה|البداية",
    "end": "end|ends|ends at|end time|finish|to|until|ende|bis|fin|结束|结束时间|event end|end date time"
    "|finish time"
    "|heure de fin|hora de fin|ending time"
    "|конец|окончание|время окончания|終了|終了時刻|終了時間|終了日時|結束|結束時間|종료|종료 시간|fine|ora fine"
    "|hora fin|término|hora de término|eindtijd|einde|koniec|konec|bitiş|סיום|النهاية",
    "end_date": "end date|enddatum|date de fin|fecha de fin",
    "duration": "duration|length|minutes|dauer|durée|duración|时长|scheduled duration|duration minutes|länge"
    "|длительность|продолжительность|時長|長さ|durata|duração|duur|czas trwania|délka|süre",
    "room": "room|location|place|stage|venue|hall|raum|ort|saal|salle|sala|会议室|房间|地点|room name|lieu|lugar"
    "|bühne|auditorium|where"
    "|зал|аудитория|комната|место|部屋|会場|會議室|場地|教室|장소|stanza|aula|luogo|local|zaal|ruimte"
    "|sala konferencyjna|místnost|místo|salon|חדר|אולם|القاعة",
    "speakers": "speakers|speaker|speaker name|speaker names|person|persons|people|presenter|presenters|by"
    "|author|authors|referent|referenten|sprecher|vortragende|intervenant|ponente|演讲者|讲者|嘉宾|your name"
    "|full name|presenter name|names|vortragender|referentin|wer|who|speaker s|instructor|instructors"
    "|name des vortragenden"
    "|orateur|orateurs|intervenants|ponentes|主讲人|dein name|ihr name|votre nom|tu nombre|nombre del ponente"
    "|докладчик|докладчики|спикер|спикеры|автор|講演者|発表者|登壇者|講者|演講者|發表者|발표자|연사|relatore"
    "|relatori|palestrante|palestrantes|spreker|sprekers|prelegent|prelegenci|mówca"
    "|přednášející|konuşmacı|konuşmacılar|דובר|מרצה|المتحدث",
    "cospeakers": "co speakers|co speaker|cospeakers|cospeaker s|additional speakers|other speakers"
    "|second speaker"
    "|co presenters|co presenter|weitere vortragende|co authors",
    "moderators": "moderators|moderator|chair|session chair|host|moderation|modérateur|moderador|主持人",
    "artists": "artists|panelists|panellists|panelist",
    "speaker_ids": "speaker ids|speaker id",
    "first_name": "firstname|first name|speaker first name|vorname|prénom|given name",
    "last_name": "lastname|last name|surname|family name|speaker last name|nachname|nom de famille|apellido",
    "biography": "bio|biography|speaker bio|about you|speaker biography|biografie|biographie|biografía|简历"
    "|讲者简介"
    "|about the speaker|kurzbiografie"
    "|биография|о докладчике|プロフィール|講者簡介|biografia",
    "headline": "tagline|headline|affiliation|company|organisation|organization|job title|institution"
    "|firma|affiliations",
    "picture": "picture|photo|profile picture|avatar|headshot|speaker photo|foto|头像|photo url"
    "|profile photo",
    "track": "track|strand|stream|strang|parcours|分会|分会场|专题|event type|category|theme|kategorie"
    "|main topic|catégorie"
    "|трек|секция|направление|トラック|議程軌|트랙|percorso|trilha|ścieżka",
    "type": "type|kind|format|session type|art|typ|类型|session format|talk type|submission type"
    "|proposal type|talk format",
    "level": "level|difficulty|audience level|niveau|nivel|难度|audience|experience level|target audience"
    "|уровень|レベル|程度|難度|livello|nível|poziom|úroveň",
    "language": "language|lang|sprache|langue|idioma|语言|spoken language"
    "|язык|言語|語言|언어|lingua|língua|taal|język|jazyk|dil",
    "state": "state|status|zustand|状态|decision|proposal state|acceptance|entscheidung|result|accepted"
    "|confirmed"
    "|décision|decisión|estado|statut|submission state|review result|ergebnis"
    "|статус|состояние|решение|状況|狀態|상태|stato|situação|status zgłoszenia|stav|durum",
    "active": "active|published|public",
    "abstract": "abstract|short description|zusammenfassung|résumé|resumen|摘要|summary of your talk|teaser"
    "|elevator pitch|kurzbeschreibung"
    "|аннотация|概要|要旨|摘要說明|초록|riassunto|resumo|samenvatting|streszczenie|anotace|özet|תקציר",
    "description": "description|details|beschreibung|descripción|简介|描述|long description|outline|inhalt"
    "|описание|説明|詳細|說明|설명|descrizione|descrição|beschrijving|opis|popis|açıklama|תיאור",
    "topics": "topics|topic|tags|keywords|categories|themen|主题|标签|event subtype|schlagworte|mots clés"
    "|etiquetas|sub topic"
    "|теги|темы|ключевые слова|タグ|標籤|태그|etichette|tagi|štítky",
    "links": "links|link list|resources|链接|attachments|urls",
    "slides": "slides|slides url|slides link|presentation url|slide deck|link to slides|folien"
    "|diapositives|diapositivas|幻灯片"
    "|presentation link|link to your slides",
    "recording": "recording|recording url|video|video url|recording link|youtube|aufzeichnung|vidéo"
    "|grabación|录像|视频"
    "|link to recording|stream recording",
    "repository": "repository|repo|code url|github|source code|code repository|git",
    "paper": "paper|paper url|pdf|proceedings",
    "live": "live url|stream url|livestream|stream link",
    "url": "url|page|web page|website|link|event url|session url|proposal url|talk url|webseite",
    "logo": "image|logo|session image|bild",
    "license": "recording license|licence|license|recording licence",
    "optout": "do not record|no recording|recording optout|dont record this session"
    "|do not record this session",
}
COLUMNS = {field: tuple(headings.split("|")) for field, headings in _HEADINGS.items()}
# What a table of ours has; the other fields are of tables that other programs write.
WRITTEN = (
    "id", "guid", "code", "title", "subtitle", "date", "start", "end", "duration", "room", "speakers", "track",
    "type", "level", "language", "state", "abstract", "description", "topics", "links", "url", "license", "optout",
)  # fmt: skip
PRIVATE = re.compile(
    r"e-?mail|phone|telefon|timestamp|zeitstempel|address|adresse|notes?$|internal|remarks|comments?$|t-?shirt|diet"
    r"|owner|score|votes?|rating|horodateur|marca temporal|seats|goers|pinned|informed|volunteers|sponsors|exhibitors",
    re.IGNORECASE,
)
_WORDS = (  # for headings that are questions ("What is the title of your talk?"), in this order
    ("cospeakers", r"co-?(?:speaker|presenter)|other speaker|additional speaker"),
    ("slides", r"slides?\b|folien"),
    ("recording", r"recording|video\b"),
    ("biography", r"\bbio(?:graphy|grafie)?\b|about (?:you|yourself|the speaker)"),
    ("title", r"\btitle\b|\btitel\b|\btitre\b|\btítulo\b|题目"),
    ("abstract", r"\babstract\b|zusammenfassung|résumé|摘要"),
    ("speakers", r"your (?:full )?name|speaker name|name of (?:the )?speaker"),
    ("state", r"\bdecision\b|\bstatus\b"),
    ("level", r"\blevel\b"),
    ("duration", r"\bduration\b|how long"),
    ("track", r"\btrack\b"),
)


def normalize_heading(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


_BY_HEADING: dict[str, str] = {}
for _field, _headings in COLUMNS.items():
    for _heading in _headings:
        _BY_HEADING.setdefault(normalize_heading(_heading), _field)
# Fields of which a table may have many columns
SEVERAL = ("speakers", "cospeakers", "moderators", "artists", "topics", "links")
_BY_WORDS = tuple((field, re.compile(words, re.IGNORECASE)) for field, words in _WORDS)


def find_field(heading: str) -> str:
    """The field that a heading stands for, also with a unit in brackets ("Duration (min)"); empty if none."""
    bare = re.sub(r"[(\[（].*?[)\]）]", "", heading)
    numbered = re.fullmatch(r"(.*\D)\s*#?(\d{1,2})", heading.strip())
    if numbered and numbered[1].strip().casefold() == "tag":  # alone it is the German word for a day
        return "topics"
    if numbered and _BY_HEADING.get(normalize_heading(numbered[1])) in SEVERAL:
        return _BY_HEADING[normalize_heading(numbered[1])]
    return _BY_HEADING.get(normalize_heading(heading)) or _BY_HEADING.get(normalize_heading(bare), "")


def guess_field(heading: str) -> str:
    """The field that a question in a form asks for; empty if none or if it is about private data."""
    if len(heading.split()) < 2 or PRIVATE.search(heading):
        return ""
    return next((field for field, words in _BY_WORDS if words.search(heading)), "")


@dataclass(frozen=True, slots=True)
class Source:
    """A table that a known program exports: headings by which it is known, and what they mean there."""

    name: str
    headings: tuple[str, ...]  # all of them are there
    fields: Mapping[str, str] = field(default_factory=dict)  # heading -> field, where it differs from usual
    comma: bool = False  # persons in a cell are separated by commas
    generator: str = ""

    def matches(self, headings: Iterable[str]) -> bool:
        return set(map(normalize_heading, self.headings)) <= set(headings)


SOURCES = (
    Source(
        "Sessionize, flattened sessions",
        ("Session Id", "Title", "Speaker Id", "FirstName", "LastName"),
        {
            "Speaker Id": "speaker_ids",
            "TagLine": "headline",
            "Session Id": "id",
            "Owner": "",
            "Owner Email": "",
        },
    ),
    Source(
        "Sessionize, sessions",
        ("Session Id", "Title", "Owner", "Speakers"),
        {"Session Id": "id", "Owner": "", "Owner Email": "", "Description": "abstract"},
        comma=True,
    ),
    Source("Sessionize, schedule", ("Day", "Time", "Room", "Title", "Speakers"), comma=True),
    Source(
        "pretalx, sessions",
        ("Proposal title", "Session type", "Speaker names"),
        {"ID": "code", "Resources": "links", "Notes": "", "Internal notes": "", "Speaker IDs": "speaker_ids"},
        generator="pretalx",
    ),
    Source(
        "Sched, sessions",
        ("event_key", "event_start", "event_end"),
        {
            "id": "",
            "event_key": "id",
            "active": "active",
            "event_type": "track",
            "event_subtype": "topics",
            "address": "",
        },
        comma=True,
    ),
    Source(
        "Sched, spreadsheet",
        ("Session Title", "Session Type", "Venue", "Start Time"),
        {"Session Type": "track", "Session Subtype": "topics"},
        comma=True,
    ),
    Source(
        "Indico, contributions",
        ("Id", "Title", "Start date", "Duration", "Type", "Session", "Track", "Presenters"),
        {"Id": "id", "Title": "title", "Start date": "start", "Session": "", "Presenters": "speakers"},
    ),
)


def find_source(headings: Iterable[str]) -> Source | None:
    """The program that exports a table with these headings."""
    known = {normalize_heading(heading) for heading in headings}
    return next((source for source in SOURCES if source.matches(known)), None)
