"""What figures of the box, its devices and its paths mean: pure, with the words for people."""
