"""Hours for rules that tests run at any hour: the minute that such hours leave out is far away.

A window cannot be the whole day. The minute that is left out is at noon, where no test that drives
the clock goes; but before noon, when one that takes the time as it is could come to it, at four.
"""

from __future__ import annotations

from datetime import datetime

from heimvakt.demo.story import ZONE

FORENOON = range(9, 13)


ANY_HOUR = "04:00-03:59" if datetime.now(ZONE).hour in FORENOON else "12:00-11:59"
"""`between` of a rule, for now and for hours to come."""
