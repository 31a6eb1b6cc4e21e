"""`python -m roadshow_client`: the command-line tool."""

from .command_line import main

main(prog_name="roadshow")
