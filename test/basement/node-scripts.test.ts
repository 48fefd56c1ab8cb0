// The scripts that a node's timers call, on dash, with programs beside them that answer as told: what they count, warn of and tell the watchdog.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { pathWith, type Ran, runDash, writeProgram } from './dash.ts';

const roles = fileURLToPath(new URL('../../basement/ansible/roles', import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Node = {
  readonly folder: string;
  readonly at: (...parts: readonly string[]) => string;
  /** A program that comes first in the path. */
  readonly program: (name: string, ...lines: readonly string[]) => void;
  /** What is written for node_exporter, by name and labels. */
  readonly numbers: (file: string) => Readonly<Record<string, number>>;
  readonly told: () => readonly string[];
  readonly run: (
    script: string,
    args?: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ) => Promise<Ran>;
};

function node(): Node {
  const folder = mkdtempSync(join(tmpdir(), 'node-'));
  folders.push(folder);
  const at: Node['at'] = (...parts) => join(folder, ...parts);
  for (const name of ['bin', 'metrics', 'work']) mkdirSync(at(name));
  const program: Node['program'] = (name, ...lines) => writeProgram(at('bin', name), ...lines);
  program('basement-tell', `printf '%s|' "$@" >>"${at('told')}"; echo >>"${at('told')}"`);
  return {
    folder,
    at,
    program,
    numbers: (file) =>
      Object.fromEntries(
        readFileSync(at('metrics', file), 'utf8')
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => [
            line.slice(0, line.lastIndexOf(' ')),
            Number(line.slice(line.lastIndexOf(' ') + 1)),
          ]),
      ),
    told: () => (existsSync(at('told')) ? readFileSync(at('told'), 'utf8').trimEnd().split('\n') : []),
    run: (script, args = [], variables = {}) =>
      runDash([join(roles, script), ...args], {
        PATH: pathWith(at('bin')),
        BASEMENT_TELL: at('bin', 'basement-tell'),
        BASEMENT_ANTIVIRUS_CONF: at('antivirus.conf'),
        BASEMENT_SPACE_CONF: at('space.conf'),
        BASEMENT_SPACE_LOW: at('space-low'),
        BASEMENT_UPDATES_CONF: at('updates.conf'),
        BASEMENT_MAINTENANCE: at('maintenance'),
        ...variables,
      }),
  };
}

const skip = lacksPrograms('dash', 'awk', 'timeout', 'mountpoint');

describe.skipIf(skip)('basement-clock', () => {
  const script = 'base/files/basement-clock';
  /** What chrony says, with this offset, stratum and state. */
  const tracking = (offset: string, stratum = 3, state = 'Normal'): string =>
    `C6336408,198.51.100.8,${stratum},1795847037.1,${offset},0.000001,0.00002,-12.1,0.001,0.05,0.020000000,0.001000000,64.2,${state}`;

  test.each([
    [tracking('0.000012345'), { synchronised: 1, offset: 0.000012345, error: 0.011, ok: 1 }, false],
    [tracking('-0.099'), { synchronised: 1, offset: -0.099, error: 0.011, ok: 1 }, false],
    [tracking('-0.1'), { synchronised: 1, offset: -0.1, error: 0.011, ok: 0 }, true],
    [tracking('3.2'), { synchronised: 1, offset: 3.2, error: 0.011, ok: 0 }, true],
    [tracking('0.0', 0, 'Not synchronised'), { synchronised: 0, ok: 0 }, true],
    [tracking('0.0', 16), { synchronised: 0, ok: 0 }, true],
    ['506 Cannot talk to daemon', { synchronised: 0, ok: 0 }, true],
  ])('%s', async (said, expected, warns) => {
    const here = node();
    here.program('chronyc', `echo '${said}'`);
    const { code, stderr } = await here.run(script, ['100', here.at('metrics')]);
    expect(code).toBe(0);
    const numbers = here.numbers('basement_clock.prom');
    const named = {
      synchronised: numbers['basement_clock_synchronised'],
      offset: numbers['basement_clock_offset_seconds'],
      error: numbers['basement_clock_error_seconds'],
      ok: numbers['basement_clock_ok'],
    };
    expect(named).toEqual({ offset: undefined, error: undefined, ...expected });
    expect(stderr.startsWith('<4>the clock')).toBe(warns);
    expect(numbers['basement_clock_checked_seconds']).toBeGreaterThan(1_700_000_000);
  });

  test('a chrony that is not there is a clock that is not kept', async () => {
    const here = node();
    here.program('chronyc', 'exit 127');
    await here.run(script, ['100', here.at('metrics')]);
    expect(here.numbers('basement_clock.prom')).toMatchObject({
      basement_clock_synchronised: 0,
      basement_clock_ok: 0,
    });
  });

  test.each([[[]], [['1e2', '/tmp']], [['100', '/nowhere']]])('%j is refused', async (args) => {
    const here = node();
    expect((await here.run(script, args)).code).toBe(2);
  });
});

describe.skipIf(skip)('basement-updates-allowed', () => {
  const script = 'base/files/basement-updates-allowed';
  test.each([
    ['02:00', '06:00', '02:00', 0],
    ['02:00', '06:00', '05:59', 0],
    ['02:00', '06:00', '06:00', 1],
    ['02:00', '06:00', '01:59', 1],
    ['08:09', '09:08', '08:30', 0],
    ['22:00', '04:00', '23:30', 0],
    ['22:00', '04:00', '00:00', 0],
    ['22:00', '04:00', '03:59', 0],
    ['22:00', '04:00', '04:00', 1],
    ['22:00', '04:00', '12:00', 1],
    ['02:00', '02:00', '02:00', 1],
    ['2:00', '06:00', '03:00', 1],
    ['', '', '03:00', 1],
  ])('from %s to %s, at %s', async (from, to, now, code) => {
    const here = node();
    here.program('date', `echo ${now}`);
    writeFileSync(here.at('updates.conf'), `# hours\nFROM=${from}\nTO=${to}\n`);
    expect((await here.run(script)).code).toBe(code);
  });

  test('not while somebody is at work, whatever the hour is, nor when nobody said when', async () => {
    const here = node();
    here.program('date', 'echo 03:00');
    expect((await here.run(script)).code).toBe(1);
    writeFileSync(here.at('updates.conf'), 'FROM=02:00\nTO=06:00\n');
    expect((await here.run(script)).code).toBe(0);
    writeFileSync(here.at('maintenance'), '');
    const { code, stderr } = await here.run(script);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('somebody is at work') });
  });
});

describe.skipIf(skip)('basement-space', () => {
  const script = 'storage/files/basement-space';
  const settings = (here: Node, ...more: readonly string[]): void =>
    writeFileSync(
      here.at('space.conf'),
      [`METRICS_DIR=${here.at('metrics')}`, `WATCH=${here.at('work')}`, 'SOURCE=space', ...more, ''].join(
        '\n',
      ),
    );
  /** What df says of every folder. */
  const disk = (here: Node, gib: number, freeGib: number, inodesUsed = 10): void =>
    here.program(
      'df',
      'echo header',
      `if [ "$2" = -i ]; then echo "disk 1000 100 900 ${inodesUsed}% /"; else echo "disk ${gib * 1048576} 0 ${freeGib * 1048576} 50% /"; fi`,
    );

  test.each([
    ['enough', 1000, 500, 10, 0],
    ['less than a tenth, but more than 20 GiB', 1000, 30, 10, 0],
    ['less than 20 GiB, but more than a tenth', 100, 15, 10, 0],
    ['less than both', 1000, 19, 10, 1],
    ['less than a tenth of a small one', 10, 0, 10, 1],
    ['no room for more files', 1000, 500, 95, 1],
  ])('%s', async (_, size, free, inodes, low) => {
    const here = node();
    settings(here);
    disk(here, size, free, inodes);
    const { code, stderr } = await here.run(script);
    expect({ code, warns: stderr.startsWith('<4>') }).toEqual({ code: low, warns: low === 1 });
    const numbers = here.numbers('basement_space.prom');
    expect(numbers[`basement_space_low{path="${here.at('work')}"}`]).toBe(low);
    expect(numbers[`basement_space_free_bytes{path="${here.at('work')}"}`]).toBe(free * 1024 ** 3);
    expect(existsSync(here.at('space-low'))).toBe(low === 1);
    expect(here.told()[0]?.split('|').slice(0, 2)).toEqual(['space', low === 1 ? 'fail' : 'ok']);
  });

  test('an alarm ends when there is room again', async () => {
    const here = node();
    settings(here);
    disk(here, 1000, 1);
    await here.run(script);
    expect(readFileSync(here.at('space-low'), 'utf8')).toContain('has 1 GiB free of 1000');
    disk(here, 1000, 500);
    await here.run(script);
    expect(existsSync(here.at('space-low'))).toBe(false);
    expect(here.told().map((line) => line.split('|')[1])).toEqual(['fail', 'ok']);
  });

  test('a disk that is not there, and one that does not answer', async () => {
    const here = node();
    settings(here, `MOUNT=${here.at('work')}`, 'MOUNT=/proc');
    here.program('df', 'exit 1');
    const { code, stderr } = await here.run(script);
    expect(code).toBe(1);
    expect(stderr).toContain(`the disk of ${here.at('work')} is not there`);
    expect(stderr).toContain('does not answer');
    expect(here.numbers('basement_space.prom')).toMatchObject({
      [`basement_space_mounted{path="${here.at('work')}"}`]: 0,
      'basement_space_mounted{path="/proc"}': 1,
    });
  });

  test('settings that say nothing are refused', async () => {
    expect((await node().run(script)).code).toBe(2);
  });
});

describe.skipIf(skip)('basement-clamscan', () => {
  const script = 'antivirus/files/basement-clamscan';
  const settings = (here: Node, ...more: readonly string[]): void => {
    mkdirSync(here.at('signatures'));
    writeFileSync(here.at('signatures/daily.cvd'), '');
    writeFileSync(
      here.at('antivirus.conf'),
      [
        `DATABASE_DIR=${here.at('signatures')}`,
        `METRICS_DIR=${here.at('metrics')}`,
        `TEMPORARY_DIR=${here.at('work')}`,
        `SCAN=${here.folder}`,
        'SCAN=/nowhere',
        'EXCLUDE=/srv/chain (1)',
        'SOURCE=antivirus-mini1',
        ...more,
        '',
      ].join('\n'),
    );
  };
  const summary = 'echo "----------- SCAN SUMMARY -----------"; echo "Scanned files: 42"';

  test('a clean machine: all is well, and what was left out is meant as it is written', async () => {
    const here = node();
    settings(here);
    here.program('clamscan', `printf '%s\\n' "$@" >"${here.at('asked')}"`, summary);
    const { code, stdout } = await here.run(script);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '42 files, nothing found\n' });
    const asked = readFileSync(here.at('asked'), 'utf8').split('\n');
    expect(asked).toContain(String.raw`--exclude-dir=^/srv/chain \(1\)(/|$)`);
    expect(asked).toContain(here.folder);
    expect(asked).not.toContain('/nowhere');
    expect(asked.filter((each) => /^--(remove|move|copy)/.test(each))).toEqual([]);
    expect(here.numbers('basement_clamscan.prom')).toMatchObject({
      basement_clamscan_files: 42,
      basement_clamscan_infected_files: 0,
      basement_clamscan_failed: 0,
      basement_clamscan_signatures_stale: 0,
    });
    expect(here.told()).toEqual(['antivirus-mini1|ok|42 files, nothing found|']);
  });

  test('what is found is told in one line, the first three by name', async () => {
    const here = node();
    settings(here);
    const found = Array.from({ length: 5 }, (_, place) => `echo "/tmp/${place}: Eicar FOUND"`);
    here.program('clamscan', ...found, summary, 'exit 1');
    const { code, stderr } = await here.run(script);
    expect(code).toBe(1);
    expect(stderr).toContain('<4>/tmp/4: Eicar FOUND');
    expect(here.numbers('basement_clamscan.prom')).toMatchObject({ basement_clamscan_infected_files: 5 });
    expect(here.told()).toEqual([
      'antivirus-mini1|fail|5 infected: /tmp/0: Eicar;/tmp/1: Eicar;/tmp/2: Eicar; and 2 more, see journalctl -u basement-clamscan|',
    ]);
  });

  test('a file that was gone meanwhile is no failure, a scan that did not come to its end is', async () => {
    const here = node();
    settings(here);
    here.program('clamscan', summary, 'exit 2');
    expect((await here.run(script)).code).toBe(0);
    here.program('clamscan', 'echo "LibClamAV Error: no memory"', 'exit 2');
    expect((await here.run(script)).code).toBe(2);
    expect(here.numbers('basement_clamscan.prom')).toMatchObject({ basement_clamscan_failed: 1 });
    expect(here.told().at(-1)).toBe('antivirus-mini1|fail|the scan ended with 2|');
  });

  test('signatures that are too old, or none, are a failure', async () => {
    const here = node();
    settings(here);
    here.program('clamscan', summary);
    const old = Date.now() / 1000 - 9 * 86_400;
    utimesSync(here.at('signatures/daily.cvd'), old, old);
    expect((await here.run(script)).code).toBe(2);
    expect(here.numbers('basement_clamscan.prom')).toMatchObject({ basement_clamscan_signatures_stale: 1 });
    rmSync(here.at('signatures/daily.cvd'));
    expect((await here.run(script)).code).toBe(2);
    expect(here.told()).toEqual([
      'antivirus-mini1|fail|nothing found, but the signatures are 9 days old|',
      `antivirus-mini1|fail|${here.at('signatures')} has no signatures|`,
    ]);
  });

  test('without somebody to tell, the numbers are there all the same', async () => {
    const here = node();
    settings(here, 'SOURCE=');
    here.program('clamscan', summary);
    expect((await here.run(script)).code).toBe(0);
    expect(here.told()).toEqual([]);
    expect(here.numbers('basement_clamscan.prom')).toMatchObject({ basement_clamscan_files: 42 });
  });
});

test.skipIf(skip)('each says how it is called', async () => {
  const scripts = [
    'base/files/basement-clock',
    'base/files/basement-updates-allowed',
    'storage/files/basement-space',
    'antivirus/files/basement-clamscan',
    'selinux/files/basement-selinux-module',
  ];
  const here = node();
  const said = await Promise.all(scripts.map((script) => here.run(script, ['--help'])));
  expect(said.map(({ code }) => code)).toEqual(scripts.map(() => 0));
  expect(said.filter(({ stdout }) => !stdout.startsWith('basement-'))).toEqual([]);
});
