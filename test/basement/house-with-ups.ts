// A house whose UPS and resolver are scripts of the test, around the real script that tells the watchdog.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { pathWith, type Ran, runDash, writeProgram, writeSettings } from './dash.ts';
import { watchdogHost, watchdogServer, type WatchdogServer } from './watchdog-server.ts';

const notifyWatchdog = fileURLToPath(
  new URL('../../basement/ansible/roles/ups/files/notify-watchdog', import.meta.url),
);

export const token = 'a-token-of-the-ups-0123456789';

export type UpsHouse = {
  readonly folder: string;
  readonly server: WatchdogServer;
  /** What `upsc` says from now on; null is nothing, and an exit code, `silent` that it never ends. */
  readonly ups: (variables: Readonly<Record<string, string>> | null | 'silent') => void;
  /** What the resolver answers; null is that it knows no name, `silent` that it does not answer. */
  readonly resolver: (answer: readonly string[] | null | 'silent') => void;
  /** How often it was asked. */
  readonly lookups: () => number;
  /** Writes the settings; `undefined` leaves one out. */
  readonly settings: (more: Readonly<Record<string, string | undefined>>) => void;
  readonly writeToken: (text: string) => void;
  readonly keptAddress: {
    readonly read: () => string | null;
    readonly write: (addresses: string, host?: string) => void;
  };
  /** Runs the script as upsmon does. */
  readonly notify: (type: string, more?: { readonly ups?: string; readonly text?: string }) => Promise<Ran>;
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ran>;
};

/** Everything is removed when the test is over. */
export async function upsHouse(): Promise<UpsHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-ups-'));
  const server = await watchdogServer(folder);
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const at = (name: string): string => join(folder, name);
  mkdirSync(at('bin'));
  mkdirSync(at('state'));
  copyFileSync(notifyWatchdog, at('notify-watchdog'));
  // Syslog is not for tests.
  writeProgram(at('bin/logger'), 'exit 0');

  const ups: UpsHouse['ups'] = (variables) => {
    if (variables === 'silent') {
      writeProgram(at('bin/upsc'), 'exec tail -f /dev/null');
      return;
    }
    const lines = Object.entries(variables ?? {}).map(([name, value]) => `${name}: ${value}`);
    writeFileSync(at('variables'), lines.map((line) => `${line}\n`).join(''));
    writeProgram(at('bin/upsc'), variables === null ? 'exit 1' : `cat ${at('variables')}`);
  };
  const resolver: UpsHouse['resolver'] = (answer) => {
    const noted = `echo "$2" >> ${at('lookups')}`;
    if (answer === 'silent') writeProgram(at('bin/getent'), noted, 'exec tail -f /dev/null');
    else if (answer === null) writeProgram(at('bin/getent'), noted, 'exit 2');
    else writeProgram(at('bin/getent'), noted, ...answer.map((address) => `echo "${address}  STREAM $2"`));
  };
  const settings: UpsHouse['settings'] = (more) => {
    const all = {
      URL: `https://${watchdogHost}:${server.port}`,
      SITE: 'home',
      SOURCE: 'ups',
      TOKEN_FILE: at('token'),
      STATE_DIR: at('state'),
      ...more,
    };
    writeSettings(at('watchdog.conf'), all);
  };
  const run: UpsHouse['run'] = (args, env = {}) =>
    runDash([at('notify-watchdog'), ...args], {
      PATH: pathWith(at('bin')),
      WATCHDOG_CONF: at('watchdog.conf'),
      CURL_CA_BUNDLE: server.authorityFile,
      ...env,
    });

  const writeToken = (text: string): void => {
    writeFileSync(at('token'), text);
  };
  writeFileSync(at('lookups'), '');
  ups({ 'ups.status': 'OL', 'battery.charge': '100', 'battery.runtime': '2400' });
  resolver(['127.0.0.1']);
  settings({});
  writeToken(`${token}\n`);
  return {
    folder,
    server,
    ups,
    resolver,
    lookups: () => readFileSync(at('lookups'), 'utf8').split('\n').length - 1,
    settings,
    writeToken,
    keptAddress: {
      read: () => {
        try {
          return readFileSync(at('state/address'), 'utf8');
        } catch {
          return null;
        }
      },
      write: (addresses, host = watchdogHost) => {
        writeFileSync(at('state/address'), `${host} ${addresses}\n`);
      },
    },
    notify: (type, { ups: name = 'apc@localhost', text = 'something happened' } = {}) =>
      run([text], { NOTIFYTYPE: type, UPSNAME: name }),
    run,
  };
}
