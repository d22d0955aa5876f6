"""What Heimvakt decides, as pure functions on values: no clock, no file, no socket, no log."""
