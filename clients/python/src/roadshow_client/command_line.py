"""`roadshow`: the portal from the command line. Exit status 0, or 2 with a sentence."""

import sys
from datetime import datetime
from pathlib import Path

import click

from .mirror import mirror_event
from .portal import EXPORTS, Portal, PortalError
from .settings import load_settings, store_settings

MODES = ("update", "add", "replace")


class Commands(click.Group):
    """A group whose commands end with status 2 and the portal's sentence when it refuses something."""

    def invoke(self, context):
        try:
            return super().invoke(context)
        except PortalError as error:
            click.echo(str(error), err=True)
            sys.exit(2)


@click.group(cls=Commands)
@click.version_option(package_name="roadshow-client")
def main() -> None:
    """Read and write a Roadshow portal. Begin with `roadshow login ADDRESS`."""


def open_portal() -> Portal:
    settings = load_settings()
    if not settings.get("address"):
        raise PortalError("Which portal? Call `roadshow login ADDRESS` first, or set ROADSHOW_URL.")
    return Portal(settings["address"], settings.get("token", ""))


@main.command()
@click.argument("address")
@click.option("--token", prompt=True, hide_input=True, help="Made in the admin, under API tokens.")
def login(address: str, token: str) -> None:
    """Store the address of a portal and a token, after trying them out."""
    with Portal(address, token.strip()) as portal:
        me = portal.me()
    file = store_settings(address.rstrip("/"), token.strip())
    may = "reads and writes" if me["may_write"] else "reads"
    click.echo(f"Signed in as {me['name'] or me['username']}; the token {may}. Stored in {file}.")


@main.command()
@click.option("--search", metavar="WORDS", help="Only events with these words.")
def events(search: str | None) -> None:
    """List events: days, slug and name."""
    parameters = {"q": search} if search else {}
    with open_portal() as portal:
        for event in portal.list(
            "events/", ordering="starts_on", fields="slug,name,starts_on,ends_on,state", **parameters
        ):
            mark = "" if event["state"] == "published" else f" ({event['state']})"
            click.echo(f"{event['starts_on']} – {event['ends_on']}  {event['slug']}  {event['name']}{mark}")


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--event", default="", help="Slug of the event to import into.")
@click.option("--new", default="", help="Slug of a new event to make of the file.")
@click.option("--apply", is_flag=True, help="Do it; otherwise only say what would change.")
@click.option("--release", is_flag=True, help="Publish the plan afterwards.")
@click.option("--force", is_flag=True, help="Do what is refused as doubtful.")
@click.option("--mode", type=click.Choice(MODES), help="What the file is.")
@click.option("--timezone", help="Zone of a file that names none.")
def import_file(file: Path, event: str, new: str, **options) -> None:
    """Import a schedule FILE, of any kind that the portal reads."""
    if bool(event) == bool(new):
        raise click.UsageError("Give --event or --new.")
    with open_portal() as portal:
        job = portal.wait(portal.start_import(file, event, new, **options), show_progress)
    if job["state"] != "done":
        raise PortalError(job["problem"] or "It was cancelled.")
    show_report(job["report"])


def show_progress(job: dict) -> None:
    if job["state"] == "running" and job["total"]:
        click.echo(f"{job['done']} of {job['total']}: {job['message']}", err=True)


def show_report(report: dict) -> None:
    for problem in report["problems"]:
        click.echo(f"{problem['severity']}: {problem['place']}: {problem['message']}")
    for concern in report["concerns"]:
        click.echo(f"doubtful: {concern['text']}")
    would = "would be " if report["dry_run"] else ""
    counts = f"{len(report['new'])} new, {len(report['changed'])} changed, {len(report['gone'])} cancelled"
    click.echo(f"{report['event']}: {counts}, {report['unchanged']} {would}unchanged.")
    if report["dry_run"]:
        click.echo("Nothing was written. Call it again with --apply.")
    elif report["release"]:
        click.echo(f"Released as number {report['release']}.")


@main.command()
@click.argument("event")
@click.option(
    "--format", "kind", type=click.Choice([*EXPORTS, "document"]), default="json", show_default=True
)
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Otherwise it is printed."
)
def export(event: str, kind: str, output: Path | None) -> None:
    """Write the schedule of EVENT to a file, or the whole event with its plan (document)."""
    with open_portal() as portal:
        content = portal.export(event, kind)
    if output:
        output.write_bytes(content)
    else:
        click.get_binary_stream("stdout").write(content)


@main.command()
@click.argument("event")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def mirror(event: str, folder: Path) -> None:
    """Keep FOLDER as EVENT is: a JSON file for each record. Once more, it fetches only what changed."""
    with open_portal() as portal:
        counts = mirror_event(portal, event, folder)
    click.echo(f"{counts['written']} written, {counts['deleted']} deleted.")


@main.command()
@click.argument("event")
@click.option("--at", default="now", help="A moment, such as 2030-10-06T10:15:00Z.")
def now(event: str, at: str) -> None:
    """Say what is on in EVENT."""
    with open_portal() as portal:
        slots = list(
            portal.list("slots/", event=event, at=at, cancelled="false", expand="talk.speakers,room")
        )
    for slot in slots:
        people = ", ".join(one["name"] for one in slot["talk"]["speakers"])
        until = datetime.fromisoformat(slot["ends_at"]).strftime("%H:%M")
        room = slot["room"]["name"] if slot["room"] else "online"
        click.echo(f"{room}, until {until}: {slot['talk']['title']}{f' ({people})' if people else ''}")
    if not slots:
        click.echo("Nothing is on.")
