"""What sensors say: from values of the air to the facts that rules are written in. PURE."""
