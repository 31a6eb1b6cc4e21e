"""Tables: headings in any order and language, times as people type them."""

from datetime import UTC, date, datetime, time
from io import BytesIO

import pytest
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from events.formats import detect, table
from events.formats.reading import UnreadableFile

from .test_exports import DOCUMENT


def read(text: str | bytes, timezone: str = "Europe/Berlin", **choices):
    data = text.encode() if isinstance(text, str) else text
    return detect.read(data, timezone=timezone, **choices)


def said(reading) -> str:
    return "\n".join(f"{problem.place}: {problem.message}" for problem in reading.problems)


@pytest.mark.parametrize(
    "row",
    [
        "Title,Date,Start,End\nA,2024-06-01,10:00,11:00",
        "Titel;Datum;Beginn;Dauer (min)\nA;1.6.2024;10.00;60",
        "session title\tstarts at\tlength\nA\t2024-06-01 10:00\t1h",
        "标题,日期,开始,结束\nA,2024-06-01,10:00,11:00",
        "Our programme,,\n,,\nRoom,Title,Time,Day\n,A,10:00–11:00,2024-06-01",
        "title,start,end\nA,2024-06-01T08:00Z,2024-06-01T09:00Z",
        "Title,Date,Start,End\r\nA,2024-06-01,10:00 am,11:00 am\r\n",
        "Title,Date,Start,End,\nA,45444,0.4166667,0.4583333,",
        "Title,Date,Start,End\nA,1-Jun-24,10:00,11:00",
    ],
)
def test_headings_and_times_are_forgiving(row):
    reading = read(row)
    slot = reading.document.talks[0].slots[0]
    assert (slot.starts_at, slot.ends_at) == (
        datetime(2024, 6, 1, 8, tzinfo=UTC),
        datetime(2024, 6, 1, 9, tzinfo=UTC),
    )
    assert (reading.kind, reading.problems) == ("CSV", [])


def test_speakers_are_parted_by_semicolons_and_lines_never_by_commas():
    reading = read('Title,Speakers\nA,"Ann, Countess; Bo\nCleo"\n')
    assert [person.name for person in reading.document.talks[0].persons] == ["Ann, Countess", "Bo", "Cleo"]


def test_an_end_before_the_start_is_on_the_next_day():
    slot = read("Title,Date,Start,End\nA,2024-06-01,23:30,00:15").document.talks[0].slots[0]
    assert slot.ends_at == datetime(2024, 6, 1, 22, 15, tzinfo=UTC)


def test_problems_name_row_and_column():
    reading = read("Title,Start,Mood,State\nA,soon,good,perhaps\n")
    assert "line 1: A column that was not understood (Mood)." in said(reading)
    assert "line 2: Not a state that is known; the talk is a draft (perhaps)." in said(reading)
    assert "line 2: A talk without a time that can be read." in said(reading)


def test_the_reader_s_language_changes_words_alone():
    """Talks that nothing tells apart have names of their own all the same, and never by a translated word."""
    text = "Title,Room,Start\n" + "To be announced,Hall,soon\n" * 15
    english = read(text)
    with override("zh-hans"):
        chinese = read(text)
    assert "演讲没有可识别的时间：共 15 处。" in said(chinese)
    guids = [talk.guid for talk in english.document.talks]
    assert len(set(guids)) == 15
    assert guids == [talk.guid for talk in chinese.document.talks]


def test_a_table_without_titles_is_refused():
    with pytest.raises(UnreadableFile, match="no headings like Title"):
        read("a,b\n1,2\n")


def test_a_spreadsheet_with_real_dates():
    book = Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Programme")
    sheet.append(["Title", "Day", "Start", "Length", "Nr"])
    sheet.append(["A", date(2024, 6, 1), time(10, 0), 45, 7])
    out = BytesIO()
    book.save(out)
    reading = detect.read(out.getvalue(), timezone="Europe/Berlin")
    talk = reading.document.talks[0]
    assert (reading.kind, talk.id, talk.slots[0].starts_at) == (
        "XLSX",
        "7",
        datetime(2024, 6, 1, 8, tzinfo=UTC),
    )


@pytest.mark.parametrize("write", [table.write_csv, table.write_xlsx])
def test_what_is_written_is_read_again(write):
    back = detect.read(write(DOCUMENT), timezone="Europe/Berlin").document

    def rows(document):
        return sorted(
            (
                *(talk.title, talk.abstract, [person.name for person in talk.persons], talk.kind, talk.state),
                *(talk.topics, slot.room, slot.starts_at, slot.ends_at),
            )
            for talk in document.talks
            for slot in talk.slots
        )

    assert rows(back) == rows(DOCUMENT)
    assert "Not placed" in [talk.title for talk in back.talks if not talk.slots]


def test_no_cell_is_taken_for_a_formula():
    evil = "=HYPERLINK(1)"
    document = read(f"Title\tRoom\n{evil}\tHall\n").document
    assert b"\n'=HYPERLINK" not in table.write_csv(document)  # the title is not the first column
    assert b"'=HYPERLINK(1)" in table.write_csv(document)
    assert detect.read(table.write_csv(document)).document.talks[0].title == evil
    sheet = load_workbook(BytesIO(table.write_xlsx(document))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_a_table_is_titled_by_its_file():
    reading = detect.read(b"Title,Start\nA,2024-06-01 10:00\n", name="/tmp/Spring_days.csv")
    assert reading.document.title == "Spring days"


DAYS = (date(2027, 3, 12), date(2027, 3, 13))


@pytest.mark.parametrize(
    ("heading", "cells", "starts", "ends"),
    [
        (
            "Titre,Date,Heure de début,Heure de fin",
            "A,samedi 13 mars 2027,9 h 30,10h",
            "13 08:30",
            "13 09:00",
        ),
        ("Titre,Date,Heure de début,Heure de fin", "A,13 mars 2027,14h30,15h15", "13 13:30", "13 14:15"),
        (
            "Título;Fecha;Hora de inicio;Hora de fin",
            "A;13/03/2027;9:30 a. m.;2:15 p. m.",
            "13 08:30",
            "13 13:15",
        ),
        ("标题,日期,开始时间,结束时间", "一,2027年3月13日,下午2点,下午3点半", "13 13:00", "13 14:30"),
        (
            "Title,Start,End",
            "A,2027년 3월 13일 오후 2시 30분,2027년 3월 13일 오후 3시",
            "13 13:30",
            "13 14:00",
        ),
        ("Session,When", 'A,"Sat, Mar 13, 2027 4pm–5pm"', "13 15:00", "13 16:00"),
        ("Session,When", 'A,"Saturday 13 March 2027, 9:30 AM - 10:15 AM"', "13 08:30", "13 09:15"),
        ("Title;Start;Duration (min)", "A;2027-03-13T09:00;45,0", "13 08:00", "13 08:45"),
        ("Title,Day,Time,Duration", "A,Friday,9:00,0:45", "12 08:00", "12 08:45"),
        ("Title,Day,Time,Duration", "A,Day 2,9:00,0:45", "13 08:00", "13 08:45"),
    ],
)
def test_times_as_people_write_them(heading, cells, starts, ends):
    found = detect.read(f"{heading}\n{cells}\n".encode(), timezone="Europe/Berlin", days=DAYS)
    slot = found.document.talks[0].slots[0]
    assert [f"{moment:%d %H:%M}" for moment in (slot.starts_at, slot.ends_at)] == [starts, ends]


def test_a_day_that_the_event_does_not_have_is_reported():
    found = detect.read(b"Title,Day,Time\nA,Sunday,9:00\n", timezone="UTC", days=DAYS)
    assert found.document.talks[0].slots == []
    assert "Sunday" in said(found)


def test_speakers_in_columns_of_their_own():
    (talk,) = read(
        "Title,Start,Speaker 1,Speaker 2,Speaker #3,Tag 1,Tag 2\nA,2027-03-13 09:00,Ann,Bob,Cy,x,y\n"
    ).document.talks
    assert [person.name for person in talk.persons] == ["Ann", "Bob", "Cy"]
    assert talk.topics == ["x", "y"]


@pytest.mark.parametrize(
    ("headings", "encoding"),
    [
        ("Название,Докладчик,Начало,Конец,Зал", "cp1251"),
        ("タイトル,講演者,開始,終了,部屋", "shift_jis"),
        ("標題,講者,開始,結束,會議室", "big5"),
        ("כותרת,דובר,התחלה,סיום,חדר", "cp1255"),
        ("Título,Ponente,Hora inicio,Hora fin,Sala", "utf-8"),
        ("Titolo,Relatore,Inizio,Fine,Aula", "utf-8"),
    ],
)
def test_headings_of_many_languages(headings, encoding):
    row = "\nSQL,Ann Lee,2027-03-13 10:00,2027-03-13 10:45,A1\n"
    (talk,) = read((headings + row).encode(encoding)).document.talks
    assert (talk.title, talk.persons[0].name, talk.slots[0].room) == ("SQL", "Ann Lee", "A1")
    assert str(talk.slots[0].ends_at - talk.slots[0].starts_at) == "0:45:00"


def test_a_table_in_unknown_words_offers_its_columns():
    text = "Nimi,Esineja,Algus,Saal\nAndmebaasid,Mari Tamm,2027-03-13 10:00,Suur saal\n"
    reading = read(text)
    assert not reading.document.talks
    assert "line 1: No column is known to have the titles. Say which" in said(reading)
    assert [(one.heading, one.samples) for one in reading.columns][:2] == [
        ("Nimi", ["Andmebaasid"]),
        ("Esineja", ["Mari Tamm"]),
    ]
    columns = {"Nimi": "title", "Esineja": "speakers", "Algus": "start", "Saal": "room"}
    (talk,) = read(text, columns=columns).document.talks
    assert (talk.title, talk.persons[0].name, talk.slots[0].room) == ("Andmebaasid", "Mari Tamm", "Suur saal")


def test_twenty_four_hours_are_the_end_of_the_day():
    (talk,) = read("Title,Date,Start,End\nParty,2024-06-01,24:00,02:00\n").document.talks
    assert talk.slots[0].starts_at == datetime(2024, 6, 1, 22, tzinfo=UTC)
    assert talk.slots[0].ends_at == datetime(2024, 6, 2, 0, tzinfo=UTC)
