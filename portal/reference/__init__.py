"""The reference files this portal ships, where each comes from: docs/data-sources.md."""
