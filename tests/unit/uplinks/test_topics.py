"""Topics and client ids of a gateway and its paths."""

from __future__ import annotations

import pytest

from heimvakt.uplinks.topics import Topics


def test_no_two_sessions_of_two_gateways_can_have_one_client_id() -> None:
    """Ids and names of paths have no two hyphens in a row; see `config.ids`."""
    assert Topics("no-1").client_id == "no-1"
    assert Topics("no-1", "mobile").client_id == "no-1--mobile"
    assert Topics("no-1-mobile").client_id != Topics("no-1", "mobile").client_id


def test_each_path_but_the_first_has_a_state_below_that_of_the_gateway() -> None:
    assert Topics("no-1").state == "heimvakt/v1/no-1/state"
    assert Topics("no-1", "mobile").state == "heimvakt/v1/no-1/state/mobile"
    assert Topics("no-1", "mobile").alarm == Topics("no-1").alarm


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "a\0"])
def test_what_cannot_be_a_level_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a level"):
        Topics(name)
    with pytest.raises(ValueError, match="cannot be a level"):
        Topics("no-1", name)
