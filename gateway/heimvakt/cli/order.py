"""`heimvakt order`: keys and signed orders, for tests and for those who connect a system of theirs.

It speaks for a response centre, not for the gateway: the private key is never on the gateway.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from heimvakt.core.alarms import Priority
from heimvakt.core.events import Mode
from heimvakt.core.orders import KeyRole, OrderVerb
from heimvakt.orders.claims import Claims
from heimvakt.orders.signing import NoKey, read_key
from heimvakt.runtime.clock import SystemClock

from .completion import devices
from .exits import Exit, fail
from .new_key import new_key

group = typer.Typer(
    name="order",
    help="Make keys and signed orders, for tests and for systems that give orders.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@group.command(epilog="Example: heimvakt order keygen --name centre-2026 --key centre.jwk")
def keygen(
    name: Annotated[str, typer.Option(help="By which gateways know the key (kid).")],
    key: Annotated[Path, typer.Option(help="The new file of the private key.")],
    role: Annotated[KeyRole, typer.Option(help="What the key is for.")] = KeyRole.OPERATOR,
) -> None:
    """Make a key: the private half goes into a file, the public half into home.toml."""
    made = new_key(name, key)
    print(f'[orders.keys.{name}]\nrole = "{role}"\nkey = "{made.public}"')


def _option(name: str, of: Any, help_: str, default: Any = None, **more: Any) -> Parameter:
    annotation = Annotated[of, typer.Option(help=help_, show_default=default is not None, **more)]
    given = Parameter.empty if default is ... else default
    return Parameter(name, Parameter.KEYWORD_ONLY, default=given, annotation=annotation)


_COMMON = (
    _option("gateway", str, "The id of the gateway that it is for.", ...),
    _option("key", Path, "The file of the private key.", ..., exists=True, dir_okay=False),
    _option("by", str, "Who gives it: a pseudonymous id.", "operator-1"),
    _option("minutes", float, "How long it is good.", 5.0, min=0.05, max=24 * 60),
    _option("send", str | None, "Give it over this broker, and wait for the answer."),
)
_DEVICE = _option("device", str, "Which device.", ..., autocompletion=devices)
_BUNDLE = (
    _option("url", str, "Where it is to be fetched: https://...", ...),
    _option(
        "bundle", Path, "The same file here, to be measured.", ..., exists=True, dir_okay=False
    ),
)
_ALARM = _option("alarm", str, "Which alarm.", ...)
_LASTING = _option("lasting", int | None, "For how many seconds.", min=1)
_OPTIONS: Mapping[OrderVerb, tuple[Parameter, ...]] = {
    OrderVerb.UNLOCK: (
        _DEVICE,
        _option("alarm", str | None, "For which open alarm."),
        _option("visit", bool, "For the visit that is on, instead of an alarm.", False),
        _LASTING,
    ),
    OrderVerb.LOCK: (_DEVICE,),
    OrderVerb.SIREN: (_DEVICE, _LASTING),
    OrderVerb.SILENCE: (_DEVICE,),
    OrderVerb.LIGHT: (
        _DEVICE,
        Parameter(
            "on",
            Parameter.KEYWORD_ONLY,
            default=True,
            annotation=Annotated[bool, typer.Option("--on/--off", help="Which way.")],
        ),
        _LASTING,
    ),
    OrderVerb.IDENTIFY: (_DEVICE,),
    OrderVerb.RELEASE_DOSE: (
        _DEVICE,
        _option(
            "dose",
            datetime,
            "The moment that it is planned for, with its zone.",
            ...,
            formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"],
        ),
        _option("travel", bool, "To be taken away from home.", False),
    ),
    OrderVerb.SET_MODE: (_option("mode", Mode, "To what.", ...), _LASTING),
    OrderVerb.ACKNOWLEDGE: (_ALARM,),
    OrderVerb.CLOSE: (_ALARM,),
    OrderVerb.OUTSTANDING: (),
    OrderVerb.SEND_TEST: (_option("priority", Priority | None, "Of the test alarm."),),
    OrderVerb.SELF_TEST: (),
    OrderVerb.CONFIGURE: _BUNDLE,
    OrderVerb.UPDATE: _BUNDLE,
    OrderVerb.DIAGNOSTICS: (),
}
_WORDS: Mapping[OrderVerb, str] = {
    OrderVerb.UNLOCK: "Open a lock, for an open alarm or while a visit is on.",
    OrderVerb.LOCK: "Lock a lock.",
    OrderVerb.SIREN: "Let a siren sound.",
    OrderVerb.SILENCE: "End a siren.",
    OrderVerb.LIGHT: "Switch a light.",
    OrderVerb.IDENTIFY: "Let a device blink or beep, so that a person finds it.",
    OrderVerb.RELEASE_DOSE: "Hand out a dose before its time.",
    OrderVerb.SET_MODE: "Set the home to a mode.",
    OrderVerb.ACKNOWLEDGE: "Take an alarm.",
    OrderVerb.CLOSE: "End an alarm.",
    OrderVerb.OUTSTANDING: "Ask which alarms are open.",
    OrderVerb.SEND_TEST: "Raise a test alarm.",
    OrderVerb.SELF_TEST: "Let the gateway look at all its parts; the result is told in minutes.",
    OrderVerb.CONFIGURE: "Let a signed file of the home be fetched and tried.",
    OrderVerb.UPDATE: "Let a signed program be fetched and tried.",
    OrderVerb.DIAGNOSTICS: "Ask for a report (no gateway can do it yet).",
}
_EXAMPLES: Mapping[str, str] = {
    "device": " --device front-lock",
    "alarm": " --alarm no-1505-004711-1",
    "dose": " --dose 2026-11-22T08:00:00+01:00",
    "mode": " --mode visit",
    "url": " --url https://centre.example/night.heimvakt",
    "bundle": " --bundle night.heimvakt",
}


def _register(verb: OrderVerb, options: tuple[Parameter, ...]) -> None:
    def command(**said: Any) -> None:
        _give(verb, **said)

    parameters = [*options, *_COMMON]
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    command.__doc__ = _WORDS[verb]
    words = "".join(_EXAMPLES.get(p.name, "") for p in options)
    example = f"heimvakt order {verb} --gateway no-1505-004711 --key centre.jwk{words}"
    group.command(name=verb, epilog=f"Example: {example} --send mqtt://broker.example")(command)


for _verb, _options in _OPTIONS.items():
    _register(_verb, _options)


def _give(
    verb: OrderVerb,
    *,
    gateway: str,
    key: Path,
    by: str,
    minutes: float,
    send: str | None,
    **said: Any,
) -> None:
    try:
        signing = read_key(key)
    except NoKey as problem:
        fail(Exit.FOUND, str(problem), "make one with: heimvakt order keygen")
    if (bundle := said.pop("bundle", None)) is not None:
        said |= _measured(bundle)
    issued = SystemClock().now()
    try:
        claims = Claims(
            aud=gateway,
            iat=int(issued.timestamp()),
            exp=int((issued + timedelta(minutes=minutes)).timestamp()),
            jti=str(uuid.uuid4()),
            sub=by,
            verb=verb,
            **{i: word for i, word in said.items() if i == "on" or word not in (None, False)},
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        fail(Exit.USAGE, str(first["msg"]).removeprefix("Value error, "))
    token = signing.sign(claims)
    if send is None:
        print(token)
        return
    from .order_wire import send as send_over

    last: dict[str, Any] = {}
    for last in send_over(send, gateway, claims.jti, token):
        why = f": {last['reason']}" if last.get("reason") else ""
        print(f"{last['result']}{why}")
    raise typer.Exit(Exit.GOOD if last.get("result") == "done" else Exit.FOUND)


def _measured(bundle: Path) -> dict[str, Any]:
    """What an order says of a bundle."""
    try:
        with bundle.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"sha256": digest, "size": bundle.stat().st_size}
    except OSError as error:
        fail(Exit.FOUND, f"{bundle}: {error.strerror}")
