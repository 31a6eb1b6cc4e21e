"""Answers that are kept: made once, given to many, never to whom they are not for, never when they are old.

*What.* Complete answers (200, to GET or HEAD) of the views named in `settings.KEPT_VIEWS`, compressed, with
all their headers. An answer that sets a cookie, carries a token or a nonce, or shows a message is never
kept.

*Under which key.* All that an answer depends on besides the data: scheme, host, path and query; whether a
script asks for a fragment; who asks; the portal's code and templates; the quarter of an hour, since pages
know what day it is in any zone. The data is one word, the *stamp*, which triggers in the database change
together with anything that a page shows; an answer remembers the stamp it was made under and is good as long
as that is the present one. So nothing is ever purged.

*What is not.* What is answered to a session or a token says so: no cache on the way and none on the reader's
device gives it to anybody else.

*Who may see it.* A request without a session and without a token is nobody's: all such requests share one
copy. A request with a session has a copy of its own under that session's secret, in this process only.
Sessions and rights are under the stamp too: signing out or losing a right ends those copies. A request with
a token is never kept.

*Where.* In the memory of each process, bounded in bytes, and behind it, for everybody's copies, in Django's
cache.

A worker asks the database for the stamp ten times a second at most, and always after a request that may have
changed something came through any worker of this machine. Changes by commands and other machines are seen at
the latest after that tenth of a second.
"""

from .answers import OWN
from .edition import edition
from .middleware import KeepAnswers
from .shelf import Answer, Shelf
from .stamp import RECHECK, Stamp
from .values import counted, made_once, seldom

__all__ = [
    "OWN",
    "RECHECK",
    "Answer",
    "KeepAnswers",
    "Shelf",
    "Stamp",
    "counted",
    "edition",
    "made_once",
    "seldom",
]
