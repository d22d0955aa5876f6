"""Zigbee: the life of the radio, joining, and a pure translation of what sensors say.

`translate` and the modules that it uses are values in, values out, and know no Zigbee library.
`driver` is the shell. Nothing here imports zigpy until a driver is made.
"""
