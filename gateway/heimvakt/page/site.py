"""What can be asked for over HTTP, and by which requests of the control socket each is answered."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import decode
from heimvakt.core.words import Words

from . import alarms, device, door, layout, now, self_tests, streams, walking
from .control import Control, Line, NoService, Refused
from .entry import Entry, NotIn, Session, TooMany
from .facts import sensors
from .guard import COOKIE, SESSION, Guard, dress
from .happened import happened
from .live import Gone, Live, Look, News
from .markup import tag
from .past import BARS, past

BODY_BYTES_MAX = 4_096
STEPS_QUIET_S = 150.0
"""Longer than any one check may take, with a person who thinks it over."""
WALK_S = 120.0
STATIC = {
    "page.css": "text/css",
    "icon.svg": "image/svg+xml",
    "door.js": "text/javascript",
    "live.js": "text/javascript",
    "steps.js": "text/javascript",
    "walk.js": "text/javascript",
    "self_test.js": "text/javascript",
}
OPEN_PATHS = frozenset({"/enter", "/static/page.css", "/static/icon.svg", "/static/door.js"})
"""The door; all else takes a session."""

_ID = "{id:[a-z0-9-]{1,120}}"


class Site:
    """Hands requests on; keeps nothing but who is in and what language the home speaks."""

    def __init__(
        self, control: Control, entry: Entry, live: Live, time: Callable[[], float]
    ) -> None:
        """`time` is that of the event loop."""
        self._control = control
        self._entry = entry
        self._live = live
        self._time = time
        self._spoken, self._zone = "nb", "UTC"  # until the gateway has said

    async def learn(self) -> None:
        """Ask the gateway for the language and the clock of the home.

        Raises:
            NoService: it does not answer.
        """
        status = await self._control.ask("status")
        self._spoken, self._zone = status["language"], status["timezone"]

    def application(self) -> web.Application:
        """All of it, behind the guard."""
        guard = Guard(self._entry, OPEN_PATHS, self._time)
        application = web.Application(
            middlewares=[guard.before, self._told], client_max_size=BODY_BYTES_MAX
        )
        application.on_response_prepare.append(dress)
        application.add_routes(
            [
                web.get("/enter", self._door),
                web.post("/enter", self._enter),
                web.post("/leave", self._leave),
                web.post("/language", self._language),
                web.get("/static/{name}", self._static),
                web.get("/", self._now),
                web.get("/live", self._stream),
                web.get("/alarms", self._alarms),
                web.get(f"/alarms/{_ID}", self._alarm),
                web.get(f"/devices/{_ID}", self._device),
                web.get("/walk", self._walk),
                web.post("/walk", self._set_mode),
                web.post("/walk/try", self._try),
                web.get("/self-test", self._self_test),
                web.post("/self-test", self._begin_self_test),
                web.post("/self-test/answer", self._answer),
            ]
        )
        return application

    # --- who is in --------------------------------------------------------------------------------

    async def _door(self, _: web.Request) -> web.Response:
        return _html(door.page(self._spoken))

    async def _enter(self, request: web.Request) -> web.Response:
        typed = str((await request.post()).get("code", ""))
        try:
            ticket = self._entry.enter(typed, self._time())
        except TooMany as error:
            wait_s = round(error.wait_s) + 1
            said = door.WAIT.in_language(self._spoken).format(wait_s)
            response = _html(door.page(self._spoken, said), status=429)
            response.headers["Retry-After"] = str(wait_s)
            return response
        except NotIn:
            said = door.WRONG.in_language(self._spoken)
            return _html(door.page(self._spoken, said), status=403)
        response = _see("/")
        # Not `secure`: it is http on loopback, and not every browser takes that for secure.
        response.set_cookie(COOKIE, ticket, httponly=True, samesite="Strict", path="/")
        return response

    async def _leave(self, request: web.Request) -> web.Response:
        self._entry.leave(request.cookies.get(COOKIE, ""))
        response = _see("/enter")
        response.del_cookie(COOKIE, httponly=True, samesite="Strict", path="/")
        return response

    async def _language(self, request: web.Request) -> web.Response:
        form = await request.post()
        request[SESSION].language = "en" if form.get("language") == "en" else "nb"
        to = str(form.get("to", ""))
        return _see(to if re.fullmatch(r"/[a-z0-9-]*", to) else "/")

    def _spoken_in(self, session: Session) -> str:
        return session.language or self._spoken

    # --- what can be seen -------------------------------------------------------------------------

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in STATIC:
            raise web.HTTPNotFound
        text = files("heimvakt.page").joinpath("static", name).read_text(encoding="utf-8")
        return web.Response(text=text, content_type=STATIC[name], charset="utf-8")

    async def _now(self, request: web.Request) -> web.Response:
        look = await self._live.now()
        if isinstance(look, Gone):
            raise NoService(look.why)
        self._spoken, self._zone = look.status["language"], look.status["timezone"]
        return _html(now.page(look, self._spoken_in(request[SESSION])))

    async def _alarms(self, request: web.Request) -> web.Response:
        answer = await self._control.ask("alarms", limit=alarms.SHOWN)
        return _html(alarms.list_page(answer, self._spoken_in(request[SESSION])))

    async def _alarm(self, request: web.Request) -> web.Response:
        found = await self._control.ask("alarm", alarm_id=request.match_info["id"])
        devices = (await self._control.ask("devices"))["devices"]
        rooms = {device_id: row["room"] or "" for device_id, row in devices.items()}
        alarm = decode(Alarm, found["alarm"])
        language = self._spoken_in(request[SESSION])
        return _html(alarms.alarm_page(alarm, rooms, found["timezone"], language))

    async def _device(self, request: web.Request) -> web.Response:
        device_id, language = request.match_info["id"], self._spoken_in(request[SESSION])
        named = request.query.get("hours", "")
        hours = next((each for each in BARS if str(each) == named), 24)
        answer = await self._control.ask("history", device_id=device_id, hours=hours)
        known = sensors(await self._control.ask("devices"), language)
        sensor = next((each for each in known if each.device_id == device_id), None)
        if sensor is None:
            raise web.HTTPNotFound  # it was taken out meanwhile
        shown = past(answer, hours)
        zone = ZoneInfo(answer["timezone"])
        return _html(device.page(device_id, sensor, shown, hours, zone, language))

    async def _walk(self, request: web.Request) -> web.Response:
        devices, mode = await self._control.ask("devices"), await self._control.ask("mode")
        return _html(walking.page(devices, mode, self._spoken_in(request[SESSION])))

    async def _self_test(self, request: web.Request) -> web.Response:
        return _html(self_tests.page(self._spoken_in(request[SESSION])))

    # --- what happens while one looks -------------------------------------------------------------

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        session: Session = request[SESSION]

        def shown(news: News) -> tuple[str, Mapping[str, Any]]:
            language = self._spoken_in(session)
            match news:
                case Look():
                    return "look", now.changes(news, language)
                case Gone():
                    return "gone", {}
                case _:
                    return "happened", happened(news, self._zone, language)

        return await streams.events(request, self._live, session, self._time, shown)

    # --- what is done -----------------------------------------------------------------------------

    async def _set_mode(self, request: web.Request) -> web.Response:
        to = (await request.post()).get("mode")
        if to == "service":
            await self._control.ask("set-mode", mode="service", for_s=walking.SERVICE_S)
        elif to == "home":
            await self._control.ask("set-mode", mode="home")
        else:
            raise web.HTTPBadRequest
        return _see("/walk")

    async def _try(self, request: web.Request) -> web.StreamResponse:
        named = str((await request.post()).get("device", ""))
        language = self._spoken_in(request[SESSION])
        steps = self._control.follow(
            "walk-test",
            quiet_s=2 * WALK_S,
            device_id=named,
            within_s=WALK_S,
            walk=request[SESSION].name,
        )
        return await self._steps(request, steps, lambda step: walking.step_said(step, language))

    async def _begin_self_test(self, request: web.Request) -> web.StreamResponse:
        with_hand = bool((await request.post()).get("hand"))
        said = self_tests.Said(self._spoken_in(request[SESSION]))
        needs = ["hand"] if with_hand else []
        steps = self._control.follow("self-test", quiet_s=STEPS_QUIET_S, **{"with": needs})
        return await self._steps(request, steps, said.step)

    async def _answer(self, request: web.Request) -> web.Response:
        form = await request.post()
        number = str(form.get("question", ""))
        await self._control.ask(
            "self-test-answer",
            question=int(number) if number.isdecimal() else 0,
            yes=form.get("yes") == "1",
        )
        return web.json_response({"taken": True})

    async def _steps(
        self,
        request: web.Request,
        told: AsyncGenerator[Line, None],
        shown: Callable[[Line], Mapping[str, Any]],
    ) -> web.StreamResponse:
        session: Session = request[SESSION]
        over = now.TEXTS["over"].in_language(self._spoken_in(session))
        return await streams.steps(request, told, session, self._time, shown, over)

    # --- what goes wrong --------------------------------------------------------------------------

    @web.middleware
    async def _told(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Say on a page what the gateway said no to, or that it does not answer."""
        try:
            return await handler(request)
        except NoService as error:
            return self._wrong(request, _NOT_THERE, str(error), 503)
        except Refused as error:
            return self._wrong(request, _NOT_DONE, str(error), 409)

    def _wrong(self, request: web.Request, title: Words, text: str, status: int) -> web.Response:
        language = self._spoken_in(request[SESSION])
        heading = tag("h1", title.in_language(language))
        return _html(
            layout.page(title, heading, layout.trouble(text), language=language, here=""),
            status=status,
        )


_NOT_THERE = Words(nb="Porten svarer ikke", en="The gateway does not answer")
_NOT_DONE = Words(nb="Det går ikke", en="That cannot be done")


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def _see(place: str) -> web.Response:
    return web.Response(status=303, headers={"Location": place})
