-- What listeners are told. A world that nobody has listened to has no channel.

CREATE TABLE channels (
    world uuid PRIMARY KEY,
    last_number bigint NOT NULL DEFAULT 0,
    closed timestamptz
);

CREATE TABLE events (
    world uuid NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    data json NOT NULL,
    PRIMARY KEY (world, number)
);
