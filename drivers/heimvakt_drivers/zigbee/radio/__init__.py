"""The radio and its network: opened, watched, backed up, replaced."""
