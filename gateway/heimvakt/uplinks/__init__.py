"""Ways to the receivers of alarms: what is said to them, and how it gets there."""
