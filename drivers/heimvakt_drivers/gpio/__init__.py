"""What hangs on the pins of the box itself: buttons, lamps, a buzzer, mains and tamper contacts."""
