-- The warehouse's table. Members of the log's lines match columns by name. actorstreams_deliveries comes into the same schema by itself: it says which objects
-- are loaded, and is why no reading is there twice; no unique key is needed for that, and report.sql would show a reading that were.
CREATE SCHEMA badges;
CREATE TABLE badges.readings (
    id bigint NOT NULL,
    at timestamptz NOT NULL,
    badge int NOT NULL,
    gate text NOT NULL,
    zone text NOT NULL,
    way text NOT NULL CHECK (way IN ('in', 'out'))
);
CREATE INDEX ON badges.readings (at);
