"""The handlers, one file per tag of a contract; a function is named as the operationId that it answers.

A handler takes the worlds, the caller, and the operation's parameters by their names in the contract, `body` for the body.
It returns a value and raises an Issue to reject the request; it knows nothing of HTTP.
"""
