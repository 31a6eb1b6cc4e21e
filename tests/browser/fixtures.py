"""A real browser for tests: `page` is an ordinary one, `open_page` makes any other.

def test_menu(open_page, live_server):
    page = open_page("/", width=360, javascript=False)
    page.get_by_role("link", name="Events").click()

def test_everybody_can_use_it(page, live_server, axe):
    page.goto(live_server.url)
    axe(page)
"""

import os

import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Pastes a text, as a user would.
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const options = { clipboardData: data, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
}"""


@pytest.fixture(scope="session")
def browser(request):
    """The system's Chromium, one per process of the tests."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # as long as a busy machine needs
    # Playwright's loop runs in this thread; queries of a test are not made from within it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=request.config.chromium, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, live_server):
    """`open_page(path, javascript=True, width=1366, height=900, dark=False, errors=False, **context)`.

    Opens `path` of the live server, or nothing, in a context of its own. Unless `errors` is true, the test
    fails when a page throws, logs an error, breaks the Content-Security-Policy, or asks any other host.
    A service worker would replace pages that come slowly, so only tests of it have `service_workers="allow"`.
    """
    contexts, faults = [], []

    def open_page(path=None, *, javascript=True, width=1366, height=900, dark=False, errors=False, **options):
        context = browser.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **{"locale": "en-GB", "timezone_id": "UTC", "service_workers": "block"} | options,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        if not errors:
            watch(page, faults)
        if path is not None:
            page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


def watch(page, faults: list[str]) -> None:
    """Note what a reader would never see and a developer should."""
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error} {error.stack}"))
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            and faults.append(f"{page.url}: {message.text} ({message.location.get('url')})")
        ),
    )
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("http://localhost:", "http://127.0.0.1:", "data:", "blob:"))
            or faults.append(f"{page.url} asks another host: {request.url}")
        ),
    )


@pytest.fixture
def page(open_page):
    """A page of an ordinary screen, with JavaScript, in light colours."""
    return open_page()


@pytest.fixture
def axe():
    """`axe(page)` fails with what keeps somebody from using the page, by the rules of WCAG 2.2 A and AA."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page, **options):
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(page, options={"runOnly": rules} | options).response["violations"]
        assert not found, "\n".join(
            f"{page.url}: {violation['help']}: {node['html']} {node['failureSummary']}"
            for violation in found
            for node in violation["nodes"]
        )

    return check


@pytest.fixture
def sign_in(live_server):
    """`sign_in(page, user)` gives the page's browser that user's session."""
    from django.test import Client

    def sign_in(page, user):
        client = Client()
        client.force_login(user)
        session = client.cookies["sessionid"]
        page.context.add_cookies([{"name": "sessionid", "value": session.value, "url": live_server.url}])

    return sign_in
