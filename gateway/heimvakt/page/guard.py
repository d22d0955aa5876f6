"""What stands before every page: whose name the browser asked for, who sent it, whether it is in.

Loopback keeps other machines out, and no browser: a site from anywhere can have it ask 127.0.0.1,
or make its own name mean that (DNS rebinding). So the name that is asked for must be loopback, what
changes anything must come from a page of ours, and all but the door takes a session.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from heimvakt.core.page_address import is_loopback

from .entry import Entry, Session

COOKIE = "heimvakt"
SESSION = web.RequestKey("session", Session)
AT_ONCE_MAX = 32
"""Requests; a page of ours has three at most. More are refused, not queued."""

CONTENT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not `no-referrer`: with it a browser does not say where a form was sent from either.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Server": "heimvakt",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """One for a server; `before` is its only middleware."""

    def __init__(self, entry: Entry, open_paths: frozenset[str], time: Callable[[], float]) -> None:
        """`open_paths` are the door itself: what can be had without a session."""
        self._entry = entry
        self._time = time
        self._open_paths = open_paths
        self._at_once = 0

    @web.middleware
    async def before(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through, or say why not."""
        if self._at_once >= AT_ONCE_MAX:
            return _no(503, "too much at once: try again")
        self._at_once += 1
        try:
            return await self._let(request, handler)
        finally:
            self._at_once -= 1

    async def _let(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_ours(request.headers.get("Host", "")):
            return _no(421, "this page is reached as http://127.0.0.1 or http://localhost")
        if request.method not in ("GET", "POST"):
            return _no(405, "no such method")
        if request.method == "POST" and not _is_from_here(request):
            return _no(403, "this was not sent from a page of the gateway")
        if request.path in self._open_paths:
            return await handler(request)
        session = self._entry.session(request.cookies.get(COOKIE, ""), self._time())
        if session is None:
            if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
                raise web.HTTPSeeOther("/enter")
            return _no(403, "a code is needed first")
        request[SESSION] = session
        return await handler(request)


async def dress(_: web.Request, response: web.StreamResponse) -> None:
    """The headers that everything has; a signal, so that refusals and streams have them too."""
    response.headers.update(HEADERS)


def is_ours(host: str) -> bool:
    """Whether a `Host` names this machine; at any port, since a tunnel has its own."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if name is None or parts.netloc != host or "@" in host:
        return False
    return name == "localhost" or is_loopback(name)


def _is_from_here(request: web.Request) -> bool:
    return request.headers.get("Origin") == f"http://{request.headers['Host']}" and (
        request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    )


def _no(status: int, why: str) -> web.Response:
    return web.Response(status=status, text=f"{why}\n")
