"""Guards for what people upload: what is accepted, how it is made harmless, and why something is not."""
