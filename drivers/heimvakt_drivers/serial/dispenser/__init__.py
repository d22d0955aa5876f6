"""Medicine dispensers on a serial line of our own (docs/protocols/serial-link.md).

    frame, crypto, payload   octets of the link: what a frame is, and what is in it
    session                  who speaks: handshake, keys, counters
    conversation             one exchange after the other, asked again or given up
    agenda, facts            what is asked next, and what came of it
    orders                   what it is told to do, once
    schedule, translate      from our plan to theirs, from their log to our events
    kept                     what must not be given again, on our disk
    ears, bus                the shell: octets in, one exchange at a time
    talk, ordering           the shell: what is told to the gateway, and what it wants
    beginning, driver        the driver

All above `kept` is pure.
"""
