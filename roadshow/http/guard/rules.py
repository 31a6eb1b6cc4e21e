"""Which addresses may be reached: public hosts, by http or https, at the usual ports.

A name says little about where it leads, so it is judged twice: as written (`check_url`), and by what it resolves
to at the moment of connecting (`Policy.resolve_public_ips`), whose answer is then connected to.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from roadshow.core.url_normalization import Address, parse_url

# Everything that IANA's registry of special addresses calls not globally reachable, and a metadata service
# of a large cloud that hides behind a public number.
_CLOSED_4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
]
# Of IPv6 only what is handed out to the public, less the parts with another meaning or a tunnel inside.
_OPEN_6 = IPv6Network("2000::/3")
_CLOSED_6 = [IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)

_LOCAL_NAMES = (
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "home.arpa",
    "onion",
)
# Threads of our own: a name server that does not answer must not keep an event loop from closing.
_resolvers = ThreadPoolExecutor(16, thread_name_prefix="resolve")


class FetchFailed(Exception):  # noqa: N818 - reads as a sentence where it is caught
    """An address could not be fetched. As a string: one sentence; `reason` is a word for programs.

    Reasons: refused, name (not found), name-later, connect, certificate, timeout, size, redirects, protocol, status.
    """

    def __init__(self, reason: str, sentence: str | Promise, /, **values: object):
        super().__init__(reason, sentence)
        self.reason, self.sentence, self.values = reason, sentence, values

    def __str__(self) -> str:
        return str(self.sentence) % self.values  # translated where it is shown, not where it happened


class UrlRefused(FetchFailed):
    """The address leads where the portal does not go; nothing was connected to."""

    def __init__(self, sentence: str | Promise, /, **values: object):
        super().__init__("refused", sentence, **values)


def is_public_ip(address: str) -> bool:
    """Whether an IP address, written in the usual way, belongs to the public internet."""
    try:
        number = ip_address(address)
    except ValueError:
        return False
    if isinstance(number, IPv4Address):
        return not any(number in network for network in _CLOSED_4)
    return _is_public_6(number)


def _is_public_6(number: IPv6Address) -> bool:
    if number.scope_id:
        return False
    if number.ipv4_mapped:
        return is_public_ip(str(number.ipv4_mapped))
    if number in _NAT64:
        return is_public_ip(str(IPv4Address(int(number) & 0xFFFFFFFF)))
    if (int(number) >> 32) & 0xFFFFFFFF in _ISATAP:
        return False
    return number in _OPEN_6 and not any(number in network for network in _CLOSED_6)


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, as the system knows them. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(
        _resolvers, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What may be reached. `allowed_hosts` ("host" or "host:port") are exempt from all but the scheme."""

    allowed_hosts: frozenset[str] = frozenset()
    ports: Collection[int] = (80, 443)
    resolve: Callable[[str, int], Awaitable[list[str]]] = resolve

    @classmethod
    def default(cls) -> "Policy":
        """The one that the settings describe."""
        return cls(allowed_hosts=frozenset(settings.ROADSHOW_GUARD_ALLOWED_HOSTS))

    def is_allowed(self, host: str, port: int) -> bool:
        """Whether the host is one that the settings name."""
        bare = host.strip("[]")
        return not self.allowed_hosts.isdisjoint((host, bare, f"{host}:{port}", f"{bare}:{port}"))

    def check_url(self, url: str) -> Address:
        """The address, if it may be tried as it is written. Raises UrlRefused."""
        try:
            address = parse_url(url)
        except ValueError as error:
            raise UrlRefused("%(sentence)s", sentence=error) from None
        if self.is_allowed(address.host, address.real_port):
            return address
        if address.real_port not in self.ports:
            raise UrlRefused(
                _("Port %(port)d is not one that the portal fetches from."), port=address.real_port
            )
        if not _may_be_public(address.host):
            raise UrlRefused(
                _("%(host)s is not a public host, so the portal does not fetch from it."), host=address.host
            )
        return address

    async def resolve_public_ips(self, host: str, port: int) -> list[str]:
        """The IP addresses to connect to, all of them public. Raises UrlRefused or FetchFailed."""
        try:
            found = await self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            later = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
            raise FetchFailed(
                "name-later" if later else "name", _("There is no host called %(host)s."), host=host
            ) from error
        if not self.is_allowed(host, port) and not (
            found and all(is_public_ip(address) for address in found)
        ):
            raise UrlRefused(
                _("%(host)s is not a public host, so the portal does not fetch from it."), host=host
            )
        return found


def _may_be_public(host: str) -> bool:
    bare = host.strip("[]")
    if host.startswith("[") or bare.replace(".", "").isdigit():
        return is_public_ip(bare)
    return "." in host and not any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES)


def check_url(url: str) -> Address:
    """The address, if the portal may try to fetch it as it is written. Raises UrlRefused with a sentence."""
    return Policy.default().check_url(url)
