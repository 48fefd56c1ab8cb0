// The file `secrets.auto.tfvars.json`: which version of its secret each function gets, and the names in it; never a value.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf, WatchdogError } from '../../functions/kit/error.ts';
import { firstIssue } from '../../functions/kit/first-issue.ts';
import { secretsFile } from '../deploy/deployment.ts';

const pinned = z.strictObject({
  secret_versions: z.record(
    z.string(),
    z.strictObject({ version: z.int().min(1), names: z.array(z.string()) }),
  ),
});

/** By function. */
export type Pinned = Readonly<
  Record<string, { readonly version: number; readonly names: readonly string[] }>
>;

export type ReadPinned =
  | { readonly ok: true; readonly pinned: Pinned }
  | { readonly ok: false; readonly isMissing: boolean; readonly message: string };

export function readPinned(folder: string): ReadPinned {
  const path = join(folder, secretsFile);
  const no = (message: string, isMissing = false): ReadPinned => ({ ok: false, isMissing, message });
  const again = `make it anew with: watchdog secrets pull ${folder}`;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT'
      ? no(
          `there is no ${path}; for a first deployment: watchdog deploy prepare ${folder} --first, and if it was lost: watchdog secrets pull ${folder}`,
          true,
        )
      : no(`${path} cannot be read (${codeOf(error) || 'unknown'}); check its owner`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return no(`${path} is not JSON; ${again}`);
  }
  const read = pinned.safeParse(value);
  return read.success
    ? { ok: true, pinned: read.data.secret_versions }
    : no(`${path} is not as this version writes it (${firstIssue(read.error)}); ${again}`);
}

/** Whole or not at all, and on the disk when it returns. Throws ERR_CONFIG when the folder cannot be written. */
export function writePinned(folder: string, versions: Pinned): void {
  const path = join(folder, secretsFile);
  const sorted = Object.fromEntries(
    Object.entries(versions)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { version, names }]) => [name, { version, names: names.toSorted() }]),
  );
  try {
    const file = openSync(`${path}.new`, 'w', 0o644);
    try {
      writeSync(file, `${JSON.stringify({ secret_versions: sorted }, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw new WatchdogError(
      'ERR_CONFIG',
      `${path} cannot be written (${codeOf(error) || 'unknown'}); check its folder and its owner`,
      { cause: error },
    );
  }
}
