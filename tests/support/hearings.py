"""Whatever a radio could hand up, sense or nonsense, of whatever device: for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from heimvakt_drivers.zigbee.sensing.cells import Cell
from heimvakt_drivers.zigbee.sensing.heard import Alive, Attribute, Cluster, Command, Heard
from heimvakt_drivers.zigbee.sensing.oddities import Oddity, Point
from heimvakt_drivers.zigbee.sensing.recognise import UNKNOWN, Recognised
from heimvakt_drivers.zigbee.sensing.says import Says
from tests.support.sensor import ADDRESS

numbers = st.integers(min_value=-1, max_value=0x1_0000) | st.sampled_from(
    [*Cluster, 0x00, 0x01, 0x02, 0x20, 0x21, 0x55, 0xFD, 0x0100, 0x050B, 0xFF01, 0xFF02, 0x00F7]
)
clusters = st.sampled_from(Cluster) | numbers
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(),
    lambda inner: st.tuples(inner) | st.lists(inner, max_size=2),
    max_leaves=3,
)
facts = st.one_of(
    st.just(Alive()),
    st.builds(Attribute, numbers, values),
    st.builds(
        Command,
        numbers,
        st.lists(values, max_size=3).map(tuple),
        st.none() | st.integers(),
        from_server=st.booleans(),
    ),
)
hearings = st.builds(
    Heard,
    address=st.just(ADDRESS),
    endpoint=st.integers(),
    cluster=clusters,
    fact=facts,
    at=st.floats(min_value=0, max_value=1e9),
    lqi=st.none() | st.integers(),
    rssi=st.none() | st.integers(),
)

natures = st.just(UNKNOWN) | st.builds(
    Recognised,
    says=st.frozensets(st.sampled_from(Says)),
    battery=st.none() | st.sampled_from(Cell),
    oddities=st.just(frozenset(Oddity)) | st.frozensets(st.sampled_from(Oddity)),
    clears_after_s=st.none() | st.just(90.0),
    points=st.dictionaries(st.integers(0, 3), st.sampled_from(Point), max_size=3),
)
