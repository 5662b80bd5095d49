-- A run's history is kept in pages: a number, and entries. What there is becomes the first page, in snapshots too.
-- A snapshot that holds the character NUL cannot be taken apart here, so it goes.

UPDATE documents SET body = json_build_array(0, body) WHERE kind = 'history' AND json_typeof(body -> 0) = 'array';

DELETE FROM documents WHERE kind = 'snapshots' AND position('\u0000' IN body::text) > 0;

UPDATE documents SET body = (
    SELECT json_object_agg(field.key, CASE WHEN field.key <> 'documents' THEN field.value ELSE (
        SELECT json_object_agg(part.key, CASE WHEN part.key <> 'history' THEN part.value ELSE (
            SELECT json_agg(CASE WHEN json_typeof(pair -> 1 -> 0) = 'array'
                THEN json_build_array(pair -> 0, json_build_array(0, pair -> 1)) ELSE pair END ORDER BY place)
            FROM json_array_elements(part.value) WITH ORDINALITY AS pairs (pair, place)) END)
        FROM json_each(field.value) AS part) END)
    FROM json_each(body) AS field)
WHERE kind = 'snapshots' AND json_array_length(body #> '{documents,history}') > 0;
