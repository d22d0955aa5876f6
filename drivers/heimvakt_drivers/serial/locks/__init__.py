"""What all e-locks have in common, whatever they speak: what their contacts mean, who is at the
reader, and an order on its way. The wire is in the packages beside this one."""
