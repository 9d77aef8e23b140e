DROP FUNCTION frontrow_expect(bigint, bigint);
DROP FUNCTION frontrow_now();
DROP TABLE facts;
DROP SEQUENCE facts_seq;
DROP TABLE reservations;
DROP TABLE seats;
DROP TABLE events;
