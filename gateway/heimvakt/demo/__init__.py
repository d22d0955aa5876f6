"""A home, a broker and a response centre on one machine, to see and to try."""
