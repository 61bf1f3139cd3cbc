"""Which addresses of other programs may be called: nothing of residents leaves this machine unencrypted."""

import ipaddress
from urllib.parse import SplitResult


def is_safe(url: SplitResult) -> bool:
    """Whether an address names a host and is https, or http on this machine."""
    host = url.hostname or ""
    return bool(host) and (url.scheme == "https" or (url.scheme == "http" and _is_loopback(host)))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
