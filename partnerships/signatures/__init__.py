"""Signatures inside a contract's PDF (PAdES): who makes them, and how they are read back."""
