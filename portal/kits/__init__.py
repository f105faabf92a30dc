"""What a companion takes along to a visit without signal: written, read back, compared three ways, and merged."""
