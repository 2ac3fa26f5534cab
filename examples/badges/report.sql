-- How many people were seen in each zone, by quarters of an hour, UTC. PostgreSQL 14 or newer.
SELECT to_char(date_bin('15 minutes', at, TIMESTAMPTZ '2000-01-01 00:00:00Z') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS "window",
       zone, count(DISTINCT badge) AS people, count(*) AS readings
FROM badges.readings
GROUP BY 1, 2
ORDER BY 1, 2;
