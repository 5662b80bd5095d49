-- Worlds of visitors: from which address they were made, and how long they are kept at all (microseconds).

ALTER TABLE worlds ADD COLUMN lifetime bigint, ADD COLUMN visitor text NOT NULL DEFAULT '';
DROP INDEX worlds_by_expiry;
CREATE INDEX worlds_by_expiry ON worlds (least(used_wall + ttl, created_wall + lifetime))
    WHERE ttl IS NOT NULL OR lifetime IS NOT NULL;
CREATE INDEX worlds_of_visitors ON worlds (id) WHERE public;
