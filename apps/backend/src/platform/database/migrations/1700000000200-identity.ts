import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, their sessions and API keys, who is a member of what, login attempts, audit, and answers kept for repeated requests. */
export class Identity1700000000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table users (
        id uuid primary key,
        email text not null,
        display_name text not null,
        password_hash text not null,
        is_admin boolean not null default false,
        must_change_password boolean not null default false,
        disabled_at timestamptz,
        -- Null until the person chose a password: the launcher shows the first administrator's until then.
        password_changed_at timestamptz,
        -- Rises when all sessions and keys of the user must die.
        session_epoch integer not null default 1,
        created_at timestamptz not null
      );
      create unique index users_email on users (lower(email));
      create table refresh_tokens (
        hash text primary key,
        family uuid not null,
        user_id uuid not null references users (id) on delete cascade,
        session_epoch integer not null,
        expires_at timestamptz not null,
        used_at timestamptz,
        revoked_at timestamptz
      );
      create index refresh_tokens_family on refresh_tokens (family);
      create index refresh_tokens_expiry on refresh_tokens (expires_at);
      create table api_keys (
        id uuid primary key,
        user_id uuid not null references users (id) on delete cascade,
        name text not null,
        hash text not null unique,
        hint text not null,
        scopes text[] not null,
        session_epoch integer not null,
        created_at timestamptz not null,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz
      );
      create index api_keys_user on api_keys (user_id, created_at);
      create table login_attempts (
        subject text not null,
        at timestamptz not null default clock_timestamp()
      );
      create index login_attempts_subject on login_attempts (subject, at);
      create table dataset_members (
        dataset_id text not null,
        user_id uuid not null references users (id) on delete cascade,
        role text not null check (role in ('viewer','annotator','reviewer','admin','owner')),
        granted_at timestamptz not null default now(),
        primary key (dataset_id, user_id)
      );
      create index dataset_members_user on dataset_members (user_id);
      create table audit_log (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        actor_id uuid not null,
        action text not null,
        subject_id text not null,
        details jsonb not null default '{}'
      );
      create table idempotency_keys (
        user_id uuid not null,
        route text not null,
        key text not null,
        request_hash text not null,
        done boolean not null default false,
        body jsonb,
        claimed_at timestamptz not null default clock_timestamp(),
        primary key (user_id, route, key)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table idempotency_keys, audit_log, dataset_members, login_attempts, api_keys, refresh_tokens, users');
  }
}
