"""Fetch one file over the ways out of this box: a process of its own, begun by the gateway for one
bundle and ended with it. What HTTP and its library cost and may do wrong is not the gateway's."""
