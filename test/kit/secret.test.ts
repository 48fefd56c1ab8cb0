// Secrets by reference: read when used, and never shown.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WatchdogError } from '../../functions/kit/error.ts';
import { readSecret, secretReader, secretReference } from '../../functions/kit/secret.ts';

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'secret-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'token');
  writeFileSync(path, text);
  return path;
}

const advice = 'write a secret as {env: NAME} or {file: PATH}, never as plain text';

describe('a secret', () => {
  test('comes from the environment or a file, without one line break at its end', () => {
    expect(readSecret({ env: 'TOKEN' }, { TOKEN: 'hunter2' })).toBe('hunter2');
    expect(secretReader({ TOKEN: 'hunter2\n' })({ env: 'TOKEN' })).toBe('hunter2');
    expect(readSecret({ file: fileWith('hunter2\r\n') }, {})).toBe('hunter2');
    expect(readSecret({ file: fileWith(' hunter2 \n\n') }, {})).toBe(' hunter2 \n');
  });

  test('that is missing, empty or unreadable is an error that names its place', () => {
    const folder = tmpdir();
    const given = [
      [{ env: 'TOKEN' }, 'the secret in environment variable TOKEN is missing or empty'],
      [{ env: 'EMPTY' }, 'the secret in environment variable EMPTY is missing or empty'],
      [{ file: '/nowhere/token' }, 'the secret in file /nowhere/token is missing or empty'],
      [{ file: folder }, `the secret in file ${folder} cannot be read (EISDIR)`],
    ] as const;
    for (const [reference, message] of given) {
      const read = (): string => readSecret(reference, { EMPTY: '\n' });
      expect(read).toThrow(WatchdogError);
      expect(read).toThrow(message);
      expect(read).toThrow(expect.objectContaining({ code: 'ERR_SECRET' }));
    }
  });

  test.for(['hunter2', 7, null, {}, { env: 'A', file: 'b' }, ['a']])(
    '%j is refused with the advice',
    (given) => {
      const { error } = secretReference.safeParse(given);
      expect(error?.issues.map(({ message }) => message)).toEqual([advice]);
      expect(error?.message).not.toContain('hunter2');
    },
  );

  test.for([{ env: 'hunter 2' }, { file: '' }])('%j is refused for what is wrong with it', (given) => {
    expect(secretReference.safeParse(given).success).toBe(false);
    expect(secretReference.safeParse(given).error?.message).not.toContain('hunter');
  });
});
