// Storage in one sqlite file: each commit is one sqlite transaction in its write-ahead log, so a kill loses nothing acknowledged.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WatchdogError } from '../../functions/kit/error.ts';
import type { Change, FieldsCodec, Loaded, Storage } from './storage.ts';
import type { Micros } from './time.ts';

const schemaVersion = 1;

const schema = `
  CREATE TABLE IF NOT EXISTS documents (
    database TEXT NOT NULL, path TEXT NOT NULL, fields BLOB NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (database, path)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS last_commit (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);
`;

type Row = Record<string, unknown>;

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string')
    throw new WatchdogError('ERR_STORE', `emulator data: column ${column} is not text`);
  return value;
}

function number(row: Row | undefined, column: string): number {
  const value = row?.[column] ?? 0;
  if (typeof value !== 'number')
    throw new WatchdogError('ERR_STORE', `emulator data: column ${column} is not a number`);
  return value;
}

function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array))
    throw new WatchdogError('ERR_STORE', `emulator data: column ${column} is not bytes`);
  return value;
}

function open(directory: string): DatabaseSync {
  mkdirSync(directory, { recursive: true });
  const file = new DatabaseSync(path.join(directory, 'firestore.sqlite'));
  // One process owns the file: a second emulator on the same folder must fail at its first use, not mix its writes in.
  file.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  const version = number(file.prepare('PRAGMA user_version').get(), 'user_version');
  if (version > schemaVersion) {
    file.close();
    throw new WatchdogError(
      'ERR_STORE',
      `emulator data has version ${version}; this program reads up to ${schemaVersion}`,
    );
  }
  file.exec(`${schema} PRAGMA user_version = ${schemaVersion};`);
  return file;
}

/** Opens or creates `firestore.sqlite` in the directory. Throws ERR_STORE for data of a newer version. */
export function sqliteStorage(directory: string, codec: FieldsCodec): Storage {
  const file = open(directory);
  const put = file.prepare('INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?)');
  const remove = file.prepare('DELETE FROM documents WHERE database = ? AND path = ?');
  const mark = file.prepare('INSERT OR REPLACE INTO last_commit VALUES (1, ?)');

  const load = (): Loaded => ({
    lastAt: number(file.prepare('SELECT at FROM last_commit').get(), 'at'),
    documents: file
      .prepare('SELECT * FROM documents')
      .all()
      .map((row) => ({
        database: text(row, 'database'),
        document: {
          path: text(row, 'path'),
          fields: codec.decode(bytes(row, 'fields')),
          createTime: number(row, 'created'),
          updateTime: number(row, 'updated'),
          size: number(row, 'size'),
        },
      })),
  });

  const commit = (database: string, changes: readonly Change[], at: Micros): void => {
    file.exec('BEGIN IMMEDIATE');
    try {
      for (const { path: name, after } of changes) {
        if (after === undefined) remove.run(database, name);
        else
          put.run(database, name, codec.encode(after.fields), after.createTime, after.updateTime, after.size);
      }
      mark.run(at);
      file.exec('COMMIT');
    } catch (error) {
      if (file.isTransaction) file.exec('ROLLBACK');
      throw error;
    }
  };

  return { load, commit, close: () => file.close() };
}
