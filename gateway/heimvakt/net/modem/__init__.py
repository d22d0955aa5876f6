"""The modem of the box, in AT commands over a serial port or through ModemManager over D-Bus.

chosen        which of the two: `open_modem` is where to begin
at_lines      octets as lines                                   PURE
at_replies    lines as values                                   PURE
at_stray      lines that nobody asked for                       PURE
at_port       a serial port in the event loop
at_talk       one command at a time, with an end to all waiting
at_greeting   a modem made ready: identity, PIN, network, reports
at_modem      the driver that speaks AT
mm_values     ModemManager's properties as our state            PURE
mm_bus        calls and signals on the system bus
mm_modem      the driver that asks ModemManager
refusals      what it means that an SMS was not taken           PURE
scale         strength of the signal                            PURE
pin           which PIN a SIM refused, over restarts
telling       who listens, and what the state is
history       the signal of the last week
"""
