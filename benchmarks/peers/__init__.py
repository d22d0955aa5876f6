"""Other programs for the same work, started as their makers ship them."""
