"""The self-tests of the gateway: what is measured of the box and its paths, what that means, and
how it is told. What a check is says `core.checks`.

Of each kind of check `judging` has the pure half: a figure in, a verdict with its words out.
"""
