"""Zigbee: `driver` is what the gateway sees, `life` is the life of the radio under it.

    tending     who is in the network: taken in, set up, told what to do, sent away
    radio       the radio and its network: opened, watched, backed up, replaced
    listening   from the octets of the line and zigpy's callbacks to what was said
    sticks      what is plugged in
    sensing     what that means for the rules; PURE

Each knows only those below it. Nothing here imports zigpy until a driver runs.
"""
