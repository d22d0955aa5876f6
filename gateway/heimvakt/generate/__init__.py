"""A life that nobody lives: a person with habits in a home with sensors, and the truth beside it.

Seeded, so that the same seed gives the same life to the last event. Pure but for the chance, which
is injected.

    habits   who it is: when up, how often out, how unwell
    days     where the person is from minute to minute, and what happens to him
    sensing  what the sensors of the home make of that, well or badly
    life     all of it together: events with stamps, in order
"""
