"""Searching in a real browser."""

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talk(transactional_db):
    return factories.Talk(title="Lighthouses", slug="lighthouses")


def test_suggestions_are_chosen_by_keyboard(open_page, talk, axe):
    page = open_page("/")
    field = page.get_by_role("combobox", name="Search the portal")
    field.press_sequentially("light")
    expect(page.get_by_role("option", name="Lighthouses")).to_be_visible()
    axe(page)
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/talks/lighthouses/")


def test_the_field_is_a_plain_form_without_scripts(open_page, talk):
    page = open_page("/", javascript=False)
    page.get_by_label("Search the portal").fill("light")
    page.get_by_role("search").get_by_role("button").click()
    expect(page.get_by_role("link", name="Lighthouses")).to_be_visible()
