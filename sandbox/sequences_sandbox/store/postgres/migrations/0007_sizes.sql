-- About how many bytes a world takes, counted for those of visitors: at the start, and as it was committed last.

ALTER TABLE worlds ADD COLUMN size bigint NOT NULL DEFAULT 0, ADD COLUMN bytes bigint NOT NULL DEFAULT 0;
