"""Tables: headings in any order and language, times as people type them."""

from datetime import UTC, date, datetime, time
from io import BytesIO

import pytest
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from events.formats import detect, table
from events.formats.reading import UnreadableFile

from .test_exports import DOCUMENT


def read(text: str, timezone: str = "Europe/Berlin"):
    return detect.read(text.encode(), timezone=timezone)


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
