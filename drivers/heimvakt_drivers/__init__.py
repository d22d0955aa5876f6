"""The drivers of Heimvakt: each package talks to one kind of hardware and knows no other.

`virtual` is the other side of the wires: devices that speak the real protocols to the drivers.
"""
