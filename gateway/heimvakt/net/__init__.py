"""The ways out of the house: interfaces, the modem, and what is known of each."""
