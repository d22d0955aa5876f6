"""Messages that cannot be read are told with measure: anybody can send them."""

from __future__ import annotations

from structlog.testing import capture_logs

from heimvakt.core.modem import News
from heimvakt.net.modem.at_inbox import Inbox


async def test_many_messages_that_cannot_be_read_are_few_lines_of_the_log() -> None:
    told: list[News] = []

    async def tell(news: News) -> None:
        told.append(news)

    inbox = Inbox(tell)
    with capture_logs() as lines:
        for _ in range(250):
            await inbox.hear("nothing that is a message")
    assert [line["so_far"] for line in lines] == [1, 10, 100]
    assert told == []
