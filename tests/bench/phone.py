"""What a schedule costs on a slow phone: `python -m tests.bench.phone ADDRESS`, the address of an event's schedule.

The portal has to be running, best with `make run`. Chromium's processor is slowed four times, except for the
filter's own time, which is measured at both speeds. Weights are what went over the wire, compressed.
"""

import shutil
import sys

from playwright.sync_api import sync_playwright

SLOWER = 4
RUNS = 3  # the middle one counts
WATCH = """() => {
    window.slowest = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.slowest = Math.max(window.slowest, entry.duration);
    }).observe({ type: "event", durationThreshold: 16 });
}"""
FILTER = """() => {
    const field = document.querySelector("form[data-filters] input[name=q]");
    field.closest("details").open = true;
    const times = [..."linux", ..."rust", ""].map((letter, at, all) => {
        field.value = letter ? all.slice(0, at + 1).join("") : "";
        const start = performance.now();
        field.dispatchEvent(new Event("input", { bubbles: true }));
        return performance.now() - start;
    });
    return Math.max(...times);
}"""


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


def visit(browser, address: str) -> dict[str, float]:
    """One first visit: bytes, milliseconds until something is painted, and of the slowest interaction."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, service_workers="block")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    weights = weigh(devtools)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address)
    page.wait_for_load_state("networkidle")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    found = {**weights(), "first paint, ms": paint}
    slots = page.locator("[data-slot]").count()
    page.evaluate(WATCH)
    page.locator(".star").first.click()
    page.locator(".dock a[href$='#filter-q']").click()
    page.locator("form[data-filters] input[name=q]").press_sequentially("linux", delay=300)
    page.locator("select[name=room]").select_option(index=1)
    page.wait_for_timeout(500)
    found["slowest interaction, ms"] = page.evaluate("slowest")
    found["filter, slowed, ms"] = page.evaluate(FILTER)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    found["filter, ms"] = page.evaluate(FILTER)
    context.close()
    return {"entries": slots, **found}


def weigh(devtools):
    """Begin to count bytes by kind; call the answer for the kilobytes so far."""
    kinds, sizes = {}, {}
    devtools.send("Network.enable")
    devtools.on("Network.responseReceived", lambda got: kinds.update({got["requestId"]: got["type"]}))
    devtools.on(
        "Network.loadingFinished", lambda got: sizes.update({got["requestId"]: got["encodedDataLength"]})
    )

    def weights() -> dict[str, float]:
        of = {
            kind: sum(sizes[key] for key in sizes if kinds.get(key) == kind) / 1000 for kind in kinds.values()
        }
        named = {"page, kB": of.get("Document", 0), "scripts, kB": of.get("Script", 0)}
        return {**named, "all, kB": sum(sizes.values()) / 1000}

    return weights


def main() -> int:
    if len(sys.argv) != 2:
        sys.stderr.write("Give the address of an event's schedule.\n")
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-background-networking"]
        )
        runs = [visit(browser, sys.argv[1]) for _ in range(RUNS)]
        browser.close()
    for name in runs[0]:
        print(f"{name:25} {sorted(run[name] for run in runs)[RUNS // 2]:8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
