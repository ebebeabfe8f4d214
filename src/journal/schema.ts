/**
 * Numbered migrations: entry n brings a journal of version n to version n + 1 (`PRAGMA user_version`).
 * An entry that has been released is never changed.
 *
 * - `segment`: everything that was found in a modem's store or came in a notification. `settled` 1: belongs to a whole
 *   message or was recognised; 0: still waits (for other segments, or for its outgoing message).
 * - `message`: received messages. `outbound`, `part`: sent ones. `publication`: what the outside has not confirmed yet.
 * - `met`: which SIM's stores a modem has already been looked through. `note`: small facts by name.
 * - `announced`: what Home Assistant may know of each device. `unheard`: received messages that it may have missed.
 * - `ruling`: messages that a rule was asked by, and what became of it.
 */
export const MIGRATIONS = [
  `CREATE TABLE segment (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     modem TEXT NOT NULL, content_key TEXT NOT NULL, raw TEXT NOT NULL, content TEXT NOT NULL,
     store TEXT NOT NULL, slot INTEGER, at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
     backlog INTEGER NOT NULL, publish INTEGER NOT NULL,
     settled INTEGER NOT NULL DEFAULT 0, message TEXT,
     UNIQUE (modem, content_key)
   ) STRICT;
   CREATE INDEX segment_open ON segment (modem, settled);
   CREATE INDEX segment_message ON segment (message);

   CREATE TABLE message (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE, modem TEXT NOT NULL, sender TEXT, replace_type INTEGER,
     received_at INTEGER NOT NULL, missing INTEGER NOT NULL, body TEXT NOT NULL
   ) STRICT;
   CREATE INDEX message_modem ON message (modem, seq);

   CREATE TABLE publication (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     modem TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL
   ) STRICT;
   CREATE INDEX publication_modem ON publication (modem, seq);

   CREATE TABLE outbound (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL, modem TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL,
     request TEXT NOT NULL, encoding TEXT NOT NULL, priority INTEGER NOT NULL, trans TEXT,
     command TEXT NOT NULL, unacknowledged INTEGER NOT NULL DEFAULT 1,
     accepted_at INTEGER NOT NULL, expires_at INTEGER, status TEXT NOT NULL, error TEXT,
     attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0, updated_at INTEGER NOT NULL,
     UNIQUE (modem, id)
   ) STRICT;
   CREATE INDEX outbound_status ON outbound (modem, status);
   CREATE INDEX outbound_unacknowledged ON outbound (unacknowledged) WHERE unacknowledged = 1;

   CREATE TABLE part (
     outbound INTEGER NOT NULL REFERENCES outbound (seq) ON DELETE CASCADE,
     part INTEGER NOT NULL, segments INTEGER NOT NULL, wire TEXT NOT NULL,
     state TEXT NOT NULL, refs TEXT NOT NULL DEFAULT '[]', at INTEGER, outcome TEXT,
     PRIMARY KEY (outbound, part)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE met (
     modem TEXT NOT NULL, sim TEXT NOT NULL, store TEXT NOT NULL,
     PRIMARY KEY (modem, sim, store)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,

  `CREATE TABLE announced (
     topic TEXT PRIMARY KEY, root TEXT NOT NULL, components TEXT NOT NULL, states TEXT NOT NULL
   ) STRICT;

   CREATE TABLE unheard (seq INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL UNIQUE) STRICT;`,
  `CREATE TABLE ruling (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     modem TEXT NOT NULL, message TEXT NOT NULL, rule TEXT NOT NULL, at INTEGER NOT NULL,
     obeyed INTEGER NOT NULL, outcome TEXT NOT NULL, error TEXT, inputs TEXT, act_before INTEGER
   ) STRICT;
   CREATE INDEX ruling_rule ON ruling (rule, seq);
   CREATE INDEX ruling_outcome ON ruling (modem, outcome);`,

  // What is asked for each message must not take longer the more there is: months of alarms to the same few numbers.
  `CREATE INDEX message_time ON message (modem, received_at);
   CREATE INDEX message_sender ON message (modem, sender, received_at);
   CREATE INDEX outbound_time ON outbound (modem, accepted_at);
   CREATE INDEX outbound_recipient ON outbound (modem, recipient, accepted_at);
   CREATE INDEX outbound_ending ON outbound (modem, substr(replace(recipient, '+', ''), -4), status);
   CREATE INDEX part_time ON part (at);
   CREATE INDEX part_submitting ON part (outbound) WHERE state = 'submitting';`,
] as const
