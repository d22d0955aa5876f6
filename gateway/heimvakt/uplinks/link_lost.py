"""How a connection ended, as far as it matters for what is done next."""

from __future__ import annotations

from .backoff import Failure


class LinkLost(Exception):
    """The connection is gone.

    Attributes:
        elsewhere: another address is worth trying before this one.
        failure: whether the far end is away or does not want us.
        hung_up: the far end closed it, perhaps for what it was sent.
    """

    def __init__(
        self,
        reason: str,
        *,
        elsewhere: bool = False,
        failure: Failure = Failure.AWAY,
        hung_up: bool = False,
    ) -> None:
        super().__init__(reason)
        self.elsewhere = elsewhere
        self.failure = failure
        self.hung_up = hung_up

    def again(self) -> LinkLost:
        """The same for somebody else, with a traceback of its own."""
        return LinkLost(
            str(self), elsewhere=self.elsewhere, failure=self.failure, hung_up=self.hung_up
        )
