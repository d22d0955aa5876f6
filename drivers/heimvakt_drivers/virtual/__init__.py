"""The other side of the wires: virtual devices that speak the real protocols.

They are no mocks. Nothing here imports the gateway, its drivers or their libraries: what the two
sides share is the protocol alone. The demo, the tests, the training of installers and the fault
injection run on them.
"""
