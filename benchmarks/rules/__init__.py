"""How good the rules are: what they find, what they cry wolf about, and how soon, home by home."""
