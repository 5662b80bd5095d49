"""Rules that hold for every operation. Each is written once and made for every operation of the contract."""
