"""What orders and bundles have in common: keys of Ed25519, and texts that are signed with them."""
