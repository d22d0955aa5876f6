"""What survives: one SQLite file, one writer thread, everything of one event in one transaction."""
