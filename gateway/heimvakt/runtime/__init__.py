"""The shell: what reads clocks, waits, commits and sends for the core that decides."""
