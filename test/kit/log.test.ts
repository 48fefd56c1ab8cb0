// One line of JSON per call, as Cloud Logging reads it.
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { WatchdogError } from '../../functions/kit/error.ts';
import { createLog } from '../../functions/kit/log.ts';

function collect(): { readonly lines: string[]; readonly stream: Writable } {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, stream };
}

test('a line has severity, message, time and fields, and no secret', () => {
  const { lines, stream } = collect();
  const log = createLog('watch', stream);
  const cause = new Error('https://user:pass@host.example/path');
  log.error(
    { error: new WatchdogError('ERR_STORE', 'away', { cause }), token: 'x1y2z3' },
    'at https://a.example/b',
  );
  log.info({ tick: { sites: 1 } }, 'tick');
  expect(lines).toHaveLength(2);
  const [first, second] = lines.map((line): unknown => JSON.parse(line));
  expect(first).toMatchObject({
    severity: 'ERROR',
    message: 'at https://a.example/…',
    function: 'watch',
    error: { code: 'ERR_STORE', cause: { message: 'https://host.example/…' } },
    token: '…',
  });
  expect(second).toMatchObject({ severity: 'INFO', message: 'tick', tick: { sites: 1 } });
  expect(lines.join('')).not.toMatch(/pass@|x1y2z3|\/path/);
});
