"""The driver for the Karusell, a dispenser that speaks lines of text over TCP."""
