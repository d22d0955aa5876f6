"""A week of a busy home at many times its speed, with faults: what stays flat, and what is lost."""
