"""Rules about what a write leaves behind: every way of reading shows it, on every connection, and every count."""
