"""What an uplink sends in batches, each answered by a receipt: reports, and the figures of months.

Pure: the same values give the same bytes.
"""

from __future__ import annotations

from datetime import datetime

from heimvakt.core.codec import encode
from heimvakt.core.month import Month
from heimvakt.core.summary import Summary
from heimvakt.core.uplink import ReportBatch

from .envelope import attributes, to_bytes
from .gateway_messages import ReportsData, ReportsMessage
from .month_messages import MonthData, MonthMessage

MONTH_BATCH = "month-"
_END = b"]}}"
_NO_EVENTS = b'"events":[' + _END


def month_message(summary: Summary, at: datetime, *, gateway_id: str) -> MonthMessage:
    """The figures of a month."""
    batch_id = wire_batch_id(gateway_id, month_batch_id(summary.month))
    return MonthMessage(
        **attributes(gateway_id, month_batch_id(summary.month), at=at),
        type="heimvakt.month.v1",
        data=MonthData.model_validate({"batch_id": batch_id, **encode(summary)}),
    )


def reports_bytes(
    batch: ReportBatch, *, gateway_id: str, sent_at: datetime, path: str, bytes_max: int | None
) -> bytes:
    """A batch of reports as it goes on the wire, with the events just as they are stored: nothing
    is decoded for it. An event that alone is more than `bytes_max` is left out and said to be."""
    empty = ReportsMessage(
        **attributes(gateway_id, f"reports/{batch.batch_id}"),
        type="heimvakt.reports.v1",
        data=ReportsData(
            batch_id=wire_batch_id(gateway_id, batch.batch_id),
            report_class=batch.of,
            first=batch.events[0].seq,
            last=batch.through,
            sent_at=sent_at,
            path=path,
            events=(),
        ),
    )
    frame = to_bytes(empty)
    assert frame.endswith(_NO_EVENTS), "the events are the last field of the last field"
    bodies = (event.body.encode() for event in batch.events)
    if bytes_max is not None and len(batch.events) == 1:
        room = bytes_max - len(frame)
        bodies = (
            b if len(b) <= room else b'{"seq":%d,"omitted":true}' % batch.through for b in bodies
        )
    return frame[: -len(_END)] + b",".join(bodies) + _END


def wire_batch_id(gateway_id: str, batch_id: str) -> str:
    """As receivers see it: one of another gateway is told from ours by it."""
    return f"{gateway_id}/{batch_id}"


def month_batch_id(month: Month) -> str:
    """As the gateway knows it; no class of reports is called so."""
    return MONTH_BATCH + month
