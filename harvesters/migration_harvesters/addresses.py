"""Which network addresses may be connected to.

A partner's address is typed by a person and its redirects are written by a stranger, so neither may lead into
our own network. The rule is a list of what is allowed (addresses of the open internet), not of what is
forbidden, because every new way to write ``127.0.0.1`` would slip through a list of forbidden ones.
"""

from __future__ import annotations

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
# Inside 2000::/3, but each of these carries another address in itself, or leads to a relay.
TUNNELS_V6 = tuple(ipaddress.IPv6Network(net) for net in ("2001::/23", "2002::/16", "3ffe::/16"))
RELAYS_V4 = ipaddress.IPv4Network("192.88.99.0/24")
# What an administrator may open for one source. Link-local stays shut: clouds keep their secrets there.
INNER = tuple(
    ipaddress.ip_network(net)
    for net in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
)


def allowed(text: str, *, allow_private: bool = False) -> bool:
    """Say whether a connection to this numeric address may be opened."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if _public(address):
        return True
    return allow_private and _inner(address)


def _public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and not address.is_reserved
            and address not in RELAYS_V4
        )
    if address.scope_id is not None or address not in GLOBAL_V6:
        return False
    return address.is_global and not any(address in net for net in TUNNELS_V6)


def _inner(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        address = address.ipv4_mapped or address
    return any(address.version == net.version and address in net for net in INNER)
