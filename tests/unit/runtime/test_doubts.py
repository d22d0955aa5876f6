"""Which paths confirm nothing is told once, and so is when they do again."""

from __future__ import annotations

from heimvakt.core.sessions import TROUBLE_S, Kind, Session, Sessions
from heimvakt.runtime.doubts import Doubts


class Facts:
    """Keeps what it is told of the paths."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []

    def confirmed(self, path: str, receiver: str) -> None:
        assert receiver == "centre"
        self.told.append((path, True))

    def unconfirmed(self, path: str, receiver: str) -> None:
        assert receiver == "centre"
        self.told.append((path, False))


def test_a_path_that_confirms_nothing_is_told_once_and_again_when_it_does() -> None:
    facts, sessions = Facts(), Sessions([Session("broadband"), Session("mobile")])
    doubts = Doubts("centre", sessions, facts)
    for session in sessions:
        session.stand()
    assert doubts.look(0.0) is None, "nothing is under way"
    ticket = sessions["broadband"].start(Kind.ALARM, 100, 10.0)
    assert doubts.look(10.0) == 10.0 + TROUBLE_S
    assert facts.told == []
    assert doubts.look(10.0 + TROUBLE_S) is None
    doubts.look(99.0)
    assert facts.told == [("broadband", False)]
    sessions["broadband"].confirm(ticket, 100.0)
    for _ in range(2):
        doubts.confirmed("broadband")
    assert facts.told == [("broadband", False), ("broadband", True)]


def test_a_connection_that_is_gone_is_not_doubted_any_more() -> None:
    facts, sessions = Facts(), Sessions([Session("broadband")])
    doubts = Doubts("centre", sessions, facts)
    sessions["broadband"].stand()
    sessions["broadband"].start(Kind.ALARM, 100, 0.0)
    doubts.look(TROUBLE_S)
    sessions["broadband"].lose()
    doubts.lost("broadband")
    doubts.confirmed("broadband")
    assert facts.told == [("broadband", False)]
