"""Who is in the network: taken in, set up, told what to do, and sent away."""
