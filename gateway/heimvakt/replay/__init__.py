"""A home that has been, once more through the engine: a journal, an export, a recording.

The same engine and the same rules as live, at the speed of the machine, and no wire, disk or clock.

    journal     events from a database or an export, as they were stored
    recorded    lines of recorded homes to readings of sensors
    readings    what a reading means: events, by the role of the device
    again       events through the engine: the alarms that come of it
    difference  the alarms of two runs side by side
"""
