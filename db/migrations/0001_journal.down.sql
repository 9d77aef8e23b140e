DROP TABLE task_leases;
DROP TABLE side_records;
DROP TABLE journal;
