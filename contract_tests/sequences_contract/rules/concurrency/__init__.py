"""Rules about requests at the same time. What they judge holds in whatever order a server puts the requests."""
