"""Rows that expire: counters of rate limits, and uploads between preview and import. Unlike a cache, never evicted."""
