// A UPS that does as it is told, its server, and machines that watch it with the basement's own upsmon.conf.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { watchdogHost, watchdogServer, type WatchdogServer } from '../../basement/watchdog-server.ts';
import { tool } from '../../support/tools.ts';
import { execTool, freePorts, net, type Closable, type Site } from './net.ts';
import type { Running } from './process.ts';
import { until } from './wait.ts';

const role = new URL('../../../basement/ansible/roles/ups/', import.meta.url);
const name = 'apc';
export const upsToken = 'a-token-of-the-real-ups-0123456789';

/** A machine that the UPS feeds. */
export type Fed = {
  readonly upsmon: Running;
  /** Whether its SHUTDOWNCMD has run. */
  readonly isDown: () => boolean;
};

export type UpsNet = Closable & {
  readonly server: WatchdogServer;
  /** Sets variables of the UPS, as the driver would see them. */
  readonly set: (variables: Readonly<Record<string, string>>) => Promise<void>;
  /** The machine beside the UPS is `primary`. */
  readonly feed: (machine: string, part: 'primary' | 'secondary') => Fed;
  /** What the timer does. */
  readonly refresh: () => Promise<void>;
  /** The UPS and its server are started anew, as after a boot; what was forced is forgotten. */
  readonly boot: (status: string) => Promise<void>;
  readonly addressFile: string;
  /** The driver of the UPS and its server. */
  readonly processes: readonly Running[];
};

const isRoot = process.getuid?.() === 0;
// upsmon gives up root, and so does its NOTIFYCMD.
const user = isRoot ? 'nobody' : execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();

/** The values alone: what a template of Ansible does beyond that is not used in these. */
function render(template: string, values: Readonly<Record<string, string>>): string {
  return readFileSync(new URL(`templates/${template}`, role), 'utf8').replace(
    /\{\{ (\w+) \}\}/g,
    (_, variable: string) => {
      const value = values[variable];
      if (value === undefined) throw new Error(`${template} needs ${variable}`);
      return value;
    },
  );
}

function writeServer(conf: string, port: number, status: string): void {
  const files = {
    'ups.conf': [
      `[${name}]`,
      'driver = dummy-ups',
      'port = ups.dev',
      'mode = dummy-once',
      'pollinterval = 1',
    ],
    'ups.dev': [`ups.status: ${status}`, 'battery.charge: 100', 'battery.runtime: 2400'],
    'upsd.conf': [`LISTEN 127.0.0.1 ${port}`],
    'upsd.users': [
      '[hand]',
      'password = hand',
      'actions = SET',
      ...['primary', 'secondary'].flatMap((part) => [`[${part}]`, 'password = pass', `upsmon ${part}`]),
    ],
  };
  for (const [file, lines] of Object.entries(files)) {
    writeFileSync(join(conf, file), lines.map((line) => `${line}\n`).join(''));
  }
}

export async function startUps(): Promise<UpsNet> {
  return net('ups', async (site: Site) => {
    const at = (...parts: readonly string[]): string => join(site.folder, ...parts);
    // Another user runs what is in here, who may read neither the checkout nor the folder of the tools.
    chmodSync(site.folder, 0o755);
    cpSync(tool('nut').folder, at('nut'), { recursive: true, verbatimSymlinks: true });
    for (const folder of ['bin', 'conf', 'state', 'kept', 'down']) mkdirSync(at(folder), { mode: 0o777 });
    for (const folder of ['state', 'kept', 'down']) chmodSync(at(folder), 0o777);
    copyFileSync(new URL('files/notify-watchdog', role), at('bin/notify-watchdog'));
    // A house without a resolver, and a syslog that is not this machine's.
    for (const program of ['getent', 'logger']) {
      writeFileSync(at('bin', program), '#!/bin/sh\nexit 2\n', { mode: 0o755 });
      chmodSync(at('bin', program), 0o755);
    }

    const [port = 0] = await freePorts(1);
    const server = await watchdogServer(site.folder);
    const ups = `${name}@127.0.0.1:${port}`;
    const env = {
      PATH: `${at('bin')}:${at('nut/bin')}:${process.env['PATH'] ?? ''}`,
      NUT_CONFPATH: at('conf'),
      NUT_STATEPATH: at('state'),
      NUT_ALTPIDPATH: at('state'),
      WATCHDOG_CONF: at('watchdog.conf'),
      CURL_CA_BUNDLE: server.authorityFile,
    };
    const values = {
      ansible_managed: 'Made by a test.',
      ups_name: name,
      ups_host: `127.0.0.1:${port}`,
      ups_run_as: user,
      ups_password: 'pass',
      ups_notify_command: at('bin/notify-watchdog'),
      ups_watchdog_url: `https://${watchdogHost}:${server.port}`,
      ups_watchdog_site: 'home',
      ups_watchdog_source: 'ups',
      ups_watchdog_token_file: at('token'),
      ups_watchdog_state_dir: at('kept'),
    };
    writeFileSync(at('watchdog.conf'), render('watchdog.conf.j2', values));
    writeFileSync(at('token'), `${upsToken}\n`);
    writeFileSync(at('kept/address'), `${watchdogHost} 127.0.0.1\n`);
    writeServer(at('conf'), port, 'OL');

    const nut = (program: string): string => at('nut/bin', program);
    const launch = (program: string, args: readonly string[], more: object = {}, label = program): Running =>
      site.launch({ name: label, path: nut(program), args, env: { ...env, ...more } });
    const driver = launch('dummy-ups', ['-a', name, '-F', '-u', user]);
    await until('the driver of the UPS', async () =>
      existsSync(at('state', `dummy-ups-${name}`)) ? true : null,
    );
    const upsd = launch('upsd', ['-F', '-u', user]);
    const answers = (): Promise<string> =>
      until(
        'upsd to know the UPS',
        () => execTool(nut('upsc'), [ups, 'battery.runtime'], { folder: site.folder, env }),
        {
          processes: [driver, upsd],
          limitMs: 30_000,
        },
      );
    await answers();

    return {
      server,
      addressFile: at('kept/address'),
      processes: [driver, upsd],
      set: async (variables) => {
        for (const [variable, value] of Object.entries(variables)) {
          const args = ['-s', `${variable}=${value}`, '-u', 'hand', '-p', 'hand', ups];
          await execTool(nut('upsrw'), args, { folder: site.folder, env });
        }
      },
      feed: (machine, part) => {
        const conf = at(machine);
        mkdirSync(conf);
        const down = at('down', machine);
        const own = {
          ups_user: part,
          ups_role: part,
          ups_shutdown_command: `touch ${down}`,
          ups_power_down_flag: at('down', `${machine}-power`),
        };
        writeFileSync(join(conf, 'upsmon.conf'), render('upsmon.conf.j2', { ...values, ...own }));
        const upsmon = launch('upsmon', ['-F'], { NUT_CONFPATH: conf }, basename(machine));
        return { upsmon, isDown: () => existsSync(down) };
      },
      refresh: async () => {
        await execTool(at('bin/notify-watchdog'), ['--refresh'], { folder: site.folder, env });
      },
      boot: async (status) => {
        await Promise.all([upsd.stop(), driver.stop()]);
        writeServer(at('conf'), port, status);
        driver.start();
        await until('the driver of the UPS', async () =>
          existsSync(at('state', `dummy-ups-${name}`)) ? true : null,
        );
        upsd.start();
        await answers();
      },
    };
  });
}
