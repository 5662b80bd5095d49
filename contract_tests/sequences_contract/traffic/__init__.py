"""Traffic that the suite did not make: recordings read, judged, recorded by a proxy, and sent again elsewhere."""
