"""Stop requests (Ctrl-C, SIGTERM, SIGHUP) that no moment of a start can lose.

The signal handler raises KeyboardInterrupt, which ends most steps at once. Python drops an exception that a handler
raises inside a destructor or a callback of the import system, so the request is also noted, and `check` raises again
between two steps.
"""

import signal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_requested = False


def install() -> None:
    """Handle the signals, except those that nohup or `&` had ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(*_) -> None:
    global _requested
    _requested = True
    for number in SIGNALS:  # more signals do not keep us from cleaning up
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def is_requested() -> bool:
    return _requested


def check() -> None:
    """Raise KeyboardInterrupt when a stop was requested."""
    if _requested:
        raise KeyboardInterrupt
