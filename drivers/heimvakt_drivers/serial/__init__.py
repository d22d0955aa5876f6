"""What hangs on serial lines: e-locks and medicine dispensers."""
