/**
 * Tables of outbox, inbox and dead letters, for the migration of the app that owns the database. `seq` gives the relay an order;
 * `broker_streams` remembers the identity of each stream, by which a broker that lost its disk is noticed.
 */
export const MESSAGING_TABLES_SQL = `
create table outbox (
  seq bigint generated always as identity primary key,
  id uuid not null unique,
  stream text not null,
  type text not null,
  event jsonb not null,
  created_at timestamptz not null default now(),
  published_at timestamptz
);
create index outbox_unpublished on outbox (seq) where published_at is null;
create index outbox_stream_created on outbox (stream, created_at);
create table inbox (
  consumer text not null,
  event_id uuid not null,
  received_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
create index inbox_received on inbox (received_at);
create table broker_streams (
  stream text primary key,
  created text not null
);
create table dead_letters (
  id uuid primary key,
  app text not null,
  letter jsonb not null,
  received_at timestamptz not null default now()
);
`;

export const DROP_MESSAGING_TABLES_SQL = 'drop table outbox, inbox, broker_streams, dead_letters;';
