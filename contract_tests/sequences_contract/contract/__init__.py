"""openapi.yaml as the suite reads it: operations, parameters, schemas, lifecycles, statements."""
