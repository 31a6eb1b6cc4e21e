"""The map of a tour: where stops, names and land are on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.formats.land import stretches
from events.formats.tour_map import HEIGHT, WIDTH, Stop, draw

ZURICH, MILANO = Stop("Zurich", 47.37, 8.54), Stop("Milano", 45.46, 9.19)
BANGALORE = Stop("Bangalore", 12.97, 77.59)

STOPS = st.builds(
    Stop,
    name=st.sampled_from(["Ur", "Llanfairpwllgwyngyll", "北京市朝阳区", ""]),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    when=st.sampled_from(["past", "next", "later"]),
)


@pytest.mark.parametrize(
    ("latitude", "longitude", "land"),
    [
        (48.8, 2.3, True),  # Paris
        (39.9, 116.4, True),  # Beijing
        (-1.3, 36.8, True),  # Nairobi
        (-15.8, -47.9, True),  # Brasília
        (-25, 134, True),  # Australia's middle
        (54, -2.2, True),  # England
        (43, 34, False),  # the Black Sea
        (40, -41, False),  # the Atlantic
        (38, 4.5, False),  # the Mediterranean
        (15, 65, False),  # the Arabian Sea
        (0, -140, False),  # the Pacific
    ],
)
def test_land_is_where_people_live_and_the_sea_is_not(latitude, longitude, land):
    assert any(west <= longitude <= east for west, east in stretches(latitude)) == land


def test_no_stops_make_no_map():
    assert draw([]) is None


def test_stops_of_one_place_share_a_pin_that_says_the_most_urgent():
    coming = Stop("Bangalore", BANGALORE.latitude, BANGALORE.longitude, "next")
    found = draw([BANGALORE, ZURICH, coming, MILANO])
    assert [(pin.name, pin.when) for pin in found.pins] == [
        ("Bangalore", "next"),
        ("Zurich", "past"),
        ("Milano", "past"),
    ]


def test_north_is_up_east_is_right_and_names_keep_clear_of_each_other():
    zurich, milano, bangalore = draw([ZURICH, MILANO, BANGALORE]).pins
    assert zurich.y < milano.y < bangalore.y
    assert zurich.x < milano.x < bangalore.x
    assert (zurich.anchor, milano.anchor) == ("start", "end")


@given(st.lists(STOPS, min_size=1, max_size=6))
def test_every_pin_and_name_is_on_the_sheet(stops):
    found = draw(stops)
    for pin in found.pins:
        assert 0 <= pin.x <= WIDTH
        assert 0 <= pin.y <= HEIGHT
        if pin.anchor:
            assert 0 <= pin.label_x <= WIDTH
            assert 0 <= pin.label_y <= HEIGHT
