"""The local page: a thin client of the control socket for the browser of a technician.

A process of its own (`heimvakt page serve`), started only where `[page]` says where it listens. It
can do nothing that the commands cannot, and holds nothing of the home but what it shows. Nothing
but the command imports it.
"""
