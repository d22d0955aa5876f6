"""A life that nobody lives: a person with habits in a home with sensors, and the truth beside it.

Seeded, so that the same seed gives the same life to the last event. Pure but for the chance, which
is injected.

    habits    who it is: when up, how often out, how unwell
    lived     what a life is made of, as values
    walk      the way of one person through his home
    days      where the person is from minute to minute
    troubles  what happens to him that others should hear of
    trips     days away
    carers    who comes by a plan, and some day does not
    medicine  what becomes of the doses of a dispenser
    failings  what fails by itself: devices, batteries, power, the clock
    sensing   what the sensors of the home make of that
    air       what comes of it by radio: twice at times, and at times never
    alive     what devices say by themselves: that they live, and what is not so
    box       what the box makes of what it is told
    life      all of it together: events with stamps, in order
"""
