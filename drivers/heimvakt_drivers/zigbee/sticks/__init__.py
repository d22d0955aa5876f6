"""What is plugged in, which family it is of, and how it is reset."""
