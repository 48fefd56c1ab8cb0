// `watchdog run` and `watchdog replay`: one real tick with memory and messages, and its facts judged again.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { house, watchdog, type House } from './command.ts';

let home: House;
beforeAll(async () => {
  home = await house();
});
afterAll(async () => {
  await home.close();
});

const blackout = (): string[] => home.without('home.example:30303', 'home.example:8545');

describe('run', () => {
  test('pages once for one outage, because it remembers', async () => {
    const data = ['--data', join(home.path, 'state')];
    const first = await watchdog(['run', home.config, ...data, ...blackout()]);
    expect(first.out).toContain('>>> CRITICAL');
    expect(first.out).toMatch(/^home: dark, opened home\.site\.home\.\d{8}T\d{6}Z, 1 message$/m);
    expect(first.out).toContain('messages: 1 sent, 0 to be tried again, 0 given up, 0 left');
    expect({ code: first.code, err: first.err }).toEqual({ code: 1, err: '' });
    const second = await watchdog(['run', home.config, ...data, ...blackout()]);
    expect(second.out).toMatch(/^home: dark, nothing new$/m);
    expect(second.out).not.toContain('>>>');
    expect(second.code).toBe(1);
  });

  test('is quiet about a house that is well', async () => {
    const { code, out, err } = await watchdog(['run', home.config, '--json', ...home.up]);
    expect(JSON.parse(out)).toMatchObject({
      tick: { sites: [{ site: 'home', verdict: 'ok' }] },
      delivery: { sent: 0 },
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('says at once what is wrong with its folder or its recording', async () => {
    const data = await watchdog(['run', home.config, '--data', join(home.config, 'x'), ...home.up]);
    expect(data.err).toMatch(/--data cannot be used \(\w+\); name a folder that you may write to/);
    const record = await watchdog(['run', home.config, '--record', join(home.config, 'x'), ...blackout()]);
    expect(record.err).toMatch(/cannot be written \(ENOTDIR\)/);
    expect(record.out).toBe('');
    expect([data.code, record.code]).toEqual([2, 2]);
  });
});

describe('replay', () => {
  const recording = (): string => join(home.path, 'facts.jsonl');
  beforeAll(async () => {
    await watchdog(['run', home.config, '--record', recording(), ...home.up]);
    await watchdog(['run', home.config, '--record', recording(), ...blackout()]);
  });

  test('of what was recorded finds the same verdicts', async () => {
    const { code, out } = await watchdog(['replay', recording()]);
    expect(out).toMatch(/^same {4}line 1, .* Europe\/Berlin \(.* UTC\), home: ok$/m);
    expect(out).toMatch(/^same {4}line 2, .*, home: dark$/m);
    expect(out).toContain('2 judged again, 0 of them differently; 0 could not be read');
    expect(code).toBe(0);
  });

  test('shows where the verdict differs, and ends with 1', async () => {
    const [, dark = ''] = readFileSync(recording(), 'utf8').split('\n');
    const other = join(home.path, 'other.jsonl');
    // The facts of the blackout, recorded as if they had been judged to be well.
    writeFileSync(other, dark.replace('"verdict":"dark","certain"', '"verdict":"ok","certain"'));
    const { code, out } = await watchdog(['replay', other]);
    expect(out).toMatch(/^differs line 1, .*, home: dark$/m);
    expect(out).toContain('verdict was ok, is dark');
    expect(code).toBe(1);
  });

  test('judges by the policies of a configuration when one is given', async () => {
    const gasping = join(home.path, 'gasping.jsonl');
    const [, dark = ''] = readFileSync(recording(), 'utf8').split('\n');
    const [, at = ''] = /"at":(\d+)/.exec(dark) ?? [];
    const ago = Number(at) - 20 * 60_000;
    writeFileSync(
      gasping,
      dark
        .replace(
          '"power":null',
          `"power":{"state":"on-battery","at":${ago},"since":${ago},"charge":null,"runtimeMs":null}`,
        )
        .replace('"certain":false', '"certain":true'),
    );
    const own = await watchdog(['replay', gasping]);
    expect(own).toMatchObject({ code: 0 });
    const config = join(home.path, 'shorter.yaml');
    writeFileSync(config, `policies: { default: { gasp: 5m } }\n${readFileSync(home.config, 'utf8')}`);
    const shorter = await watchdog(['replay', gasping, '--config', config]);
    expect(shorter.out).toContain('is not certain any more');
    expect(shorter.code).toBe(1);
  });

  test('names the line and place of everything that it cannot use, and judges the rest', async () => {
    const [ok = '', dark = ''] = readFileSync(recording(), 'utf8').split('\n');
    const broken = join(home.path, 'broken.jsonl');
    const lines = [
      ok,
      '{"schema":1',
      '',
      dark.replace('"role":"inbound"', '"role":"sideways"'),
      '[]',
      dark.replace('"facts":{', '"facts":{"extra":1,'),
      dark.replace(/"at":\d+/, '"at":9e15'),
    ];
    writeFileSync(broken, lines.join('\n'));
    const { code, out, err } = await watchdog(['replay', broken]);
    expect(err.trim().split('\n')).toEqual([
      expect.stringContaining('broken.jsonl: line 2: is not JSON, or was cut off'),
      expect.stringMatching(
        /line 4: facts\.targets\.0\.role: must be one of inbound, exit, reference, chain/,
      ),
      expect.stringMatching(/line 5: the whole of it: must be object/),
      expect.stringMatching(/line 6: facts: has the unknown field extra/),
      expect.stringMatching(/line 7: facts\.at: /),
    ]);
    expect(out).toContain('1 judged again, 0 of them differently; 5 could not be read');
    expect(code).toBe(2);
  });

  test('of an empty file says so', async () => {
    const empty = join(home.path, 'empty.jsonl');
    writeFileSync(empty, '\n');
    expect(await watchdog(['replay', empty])).toMatchObject({
      code: 2,
      err: `${empty}: the file holds no recorded facts\n`,
    });
  });
});
