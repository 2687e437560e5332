"""Security headers of every reply: no foreign origin, no inline script, no framing (threats XS-04, XS-06)."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

# CKAN's htmx and select2 write style attributes, hence the one exception; scripts have none.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000"


def secure(response: Any) -> Any:
    """Add the headers that the reply does not carry yet; a proxy or a plugin may be stricter."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if str(tk.config.get("ckan.site_url") or "").startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response


def refused(response: Any) -> Any:
    """Answer with a bad request where a page says which of its parameters it did not understand."""
    if response.status_code == 200 and getattr(tk.g, "migration_refused", None):
        response.status_code = 400
    return response
