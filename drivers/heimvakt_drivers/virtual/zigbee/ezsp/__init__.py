"""The face of an EmberZNet 7.4 stick: EZSP version 13 over ASH.

    ash_frame   frames of the serial line, and finding them in it   PURE
    ash         sequence numbers, acknowledgements, repetition      PURE
    frame       commands, answers and callbacks within              PURE
    tokens      the memory that survives                            PURE
    coordinator its state, and what it tells the host               PURE
    dispatch    from command to answers (cmd_setup, cmd_network, cmd_tables, cmd_messages)   PURE
    link        the coordinator at its end of the line

Not there, beside what no face has: another role than coordinator, commands to read neighbours and
routes, the bootloader, and commands of the makers' own (XNCP).
"""
