"""The way to the target: requests and responses as values, keys, rate, patience, and what no report may show."""
