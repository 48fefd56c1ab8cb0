// What upsmon runs when the battery is nearly empty, on dash, with programs of the test: what stops before what, and that the machine always goes off.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { pathWith, runDash, writeProgram, writeSettings } from './dash.ts';

const program = fileURLToPath(
  new URL('../../basement/ansible/roles/ups/files/basement-power-off', import.meta.url),
);

type Machine = {
  /** Lets a program do this, after it has said that it was called. */
  readonly does: (name: string, line: string) => void;
  /** Runs it with these settings; null is none. What was called, in order. */
  readonly goesDown: (settings: Readonly<Record<string, string>> | null) => Promise<readonly string[]>;
};

function machine(): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-power-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  mkdirSync(at('bin'));
  writeFileSync(at('calls'), '');
  const does: Machine['does'] = (name, line) => {
    writeProgram(at(`bin/${name}`), `echo "${name} $*" >>${at('calls')}`, line);
  };
  does('systemctl', 'exit 0');
  does('ping', 'exit 1');
  writeProgram(at('bin/logger'));
  const goesDown: Machine['goesDown'] = async (settings) => {
    writeSettings(at('conf'), settings ?? {});
    const args = settings === null ? [] : [at('conf')];
    const { code, stderr } = await runDash([program, ...args], { PATH: pathWith(at('bin')) });
    if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
    return readFileSync(at('calls'), 'utf8').trim().split('\n');
  };
  return { does, goesDown };
}

describe.skipIf(lacksPrograms('dash', 'timeout'))('basement-power-off', () => {
  test('what signs stops first, in its order; then the others must be off; then the machine goes', async () => {
    const mini1 = machine();
    expect(
      await mini1.goesDown({
        UNITS: 'validator.service signer.service',
        STOP_SECONDS: '5',
        WAIT_FOR: '192.0.2.2 192.0.2.3',
        WAIT_SECONDS: '5',
      }),
    ).toEqual([
      'systemctl stop validator.service',
      'systemctl stop signer.service',
      'ping -n -q -c 1 -W 1 192.0.2.2',
      'ping -n -q -c 1 -W 1 192.0.2.3',
      'systemctl poweroff',
    ]);
  });

  test('a unit that does not stop and a machine that stays on hold it up for no longer than they may', async () => {
    const mini1 = machine();
    mini1.does('systemctl', 'case $* in stop*) exec tail -f /dev/null ;; esac');
    mini1.does('ping', 'exit 0');
    const calls = await mini1.goesDown({
      UNITS: 'validator.service',
      STOP_SECONDS: '1',
      WAIT_FOR: '192.0.2.2 192.0.2.3',
      WAIT_SECONDS: '1',
    });
    expect(calls[0]).toBe('systemctl stop validator.service');
    expect(calls.at(-1)).toBe('systemctl poweroff');
    expect(calls).not.toContain('ping -n -q -c 1 -W 1 192.0.2.3');
  });

  test('without settings, with wrong ones, and when all that it calls fails: the machine goes off', async () => {
    expect(await machine().goesDown(null)).toEqual(['systemctl poweroff']);
    const mini1 = machine();
    mini1.does('systemctl', 'case $* in stop*) exit 5 ;; esac');
    expect(
      await mini1.goesDown({ UNITS: 'validator.service', STOP_SECONDS: 'long', WAIT_SECONDS: '', X: 'y' }),
    ).toEqual(['systemctl stop validator.service', 'systemctl poweroff']);
  });

  test('another command can end it all', async () => {
    expect(await machine().goesDown({ POWER_OFF: 'systemctl --no-block poweroff' })).toEqual([
      'systemctl --no-block poweroff',
    ]);
  });
});
