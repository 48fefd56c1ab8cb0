// A house of mini PCs, its exit and the world around it, on this machine: what Ansible is let loose on.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { net, type Closable } from '../live/nets/net.ts';
import { socketTo } from '../live/nets/network.ts';
import type { Ran } from '../live/nets/nspawn.ts';
import { until } from '../live/nets/wait.ts';
import { authority } from '../support/certificates.ts';
import { localHouse, type LocalHouse } from '../support/local.ts';
import { tool } from '../support/tools.ts';
import {
  rke2Versions,
  senders,
  tokenOf,
  watchdogHost,
  writeInventory,
  writeWatchdogFiles,
} from './house/inventory.ts';
import { houseMachine, hubId, type HouseMachine } from './house/machines.ts';
import { places, startNetworks, type Networks } from './house/networks.ts';

/** Somebody who came to a server of the world, or to the watchdog. */
const visit = z.object({
  kind: z.string(),
  from: z.string(),
  at: z.number(),
  path: z.string().optional(),
  name: z.string().optional(),
  text: z.string().optional(),
  status: z.number().optional(),
  port: z.number().optional(),
});
export type Visit = z.infer<typeof visit>;

export type House = Closable & {
  readonly folder: string;
  readonly minis: readonly HouseMachine[];
  /** The exit; an error when the house has none. */
  readonly hub: HouseMachine;
  readonly machine: (id: string) => HouseMachine;
  readonly networks: Networks;
  /** The real watchdog that hears the house. */
  readonly watchdog: LocalHouse;
  /** Writes the inventory anew, with these variables beside the usual ones. */
  readonly inventory: (more?: {
    readonly all?: object;
    readonly of?: Readonly<Record<string, object>>;
  }) => void;
  /** Runs a playbook, by its path within basement/ansible, as the operator does on the laptop. */
  readonly play: (playbook: string, ...args: readonly string[]) => Promise<Ran>;
  /** Runs a command on the laptop. */
  readonly laptop: (path: string, ...args: readonly string[]) => Promise<string>;
  /** Whoever came to the world's servers so far. */
  readonly visits: () => readonly Visit[];
};

export type HouseOptions = {
  readonly minis: number;
  readonly hub: boolean;
  /** Variables of the inventory. */
  readonly all?: object;
};

export const ansibleFolder = fileURLToPath(new URL('../../basement/ansible', import.meta.url));
const program = fileURLToPath(new URL('house/world.ts', import.meta.url));
const stub = fileURLToPath(new URL('stub-rke2/build', import.meta.url));
const playLimitMs = 900_000;

export async function startHouse(options: HouseOptions): Promise<House> {
  const closings: (() => unknown)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closings.toReversed()) await close();
  };
  try {
    const built = await net('basement', async (site) => {
      const at = (...parts: readonly string[]): string => join(site.folder, ...parts);
      const networks = await startNetworks(site);
      const ca = authority();
      const { cert, key } = ca.issue({ name: watchdogHost });
      const watchdog = await localHouse({
        site: {
          exits: { addresses: [places.hub, places.hub6] },
          heartbeats: senders.map(({ source, secret }) => ({ source, token: { env: secret } })),
        },
        variables: Object.fromEntries(senders.map(({ source, secret }) => [secret, tokenOf(source)])),
      });
      const clock = setInterval(() => {
        watchdog.moveTo(Date.now());
      }, 500);
      watchdog.moveTo(Date.now());
      const socket = await socketTo(at('heartbeat'), new URL(watchdog.watchdog.urls.heartbeat).host);
      closings.push(
        () => watchdog.close(),
        () => clearInterval(clock),
        () => socket.close(),
      );

      const serve = (name: string, pid: number, wanted: object): void => {
        site.launch({
          name,
          path: '/usr/bin/nsenter',
          args: [`--net=/proc/${pid}/ns/net`, process.execPath, program, JSON.stringify(wanted)],
        });
      };
      const names = { [watchdogHost]: places.watchdog, 'world.test': places.world };
      serve('world-servers', networks.world.pid, {
        echo: [places.world, places.world6],
        resolver: [places.world, places.world6],
        names,
        front: { address: places.watchdog, cert, key, socket: at('heartbeat') },
      });
      serve('router-servers', networks.home.pid, { resolver: [places.router, places.router6], names });
      const visitsOf = (name: string): Visit[] =>
        readFileSync(at(`${name}.log`), 'utf8')
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .map((line) => visit.parse(JSON.parse(line)));
      for (const name of ['world-servers', 'router-servers']) {
        await until(name, async () => (visitsOf(name).length > 0 ? true : null), { limitMs: 30_000 });
      }

      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'operator', '-f', at('key')]);
      writeWatchdogFiles(site.folder);
      execFileSync(stub, [at('rke2'), ...rke2Versions], { stdio: 'pipe' });
      const keys = { authorized: readFileSync(at('key.pub'), 'utf8'), authority: ca.cert };
      const ids = Array.from({ length: options.minis }, (_, place) => `mini${place + 1}`);
      const machines = [...ids, ...(options.hub ? [hubId] : [])].map((id) =>
        houseMachine(site, networks, id, keys),
      );
      closings.unshift(...machines.map((machine) => () => machine.release()));
      await Promise.all(machines.map((machine) => machine.start()));

      const inventory: House['inventory'] = (more = {}) => {
        const all = { ...options.all, ...more.all };
        writeInventory(at('inventory'), { machines, all, ...(more.of === undefined ? {} : { of: more.of }) });
      };
      inventory();
      const machine = (id: string): HouseMachine => {
        const found = machines.find((each) => each.id === id);
        if (found === undefined) throw new Error(`the house has no ${id}`);
        return found;
      };
      const play: House['play'] = async (playbook, ...args) => {
        const command = [tool('ansible').path, '--inventory', at('inventory')];
        return new Promise((resolve) => {
          execFile(
            '/usr/bin/nsenter',
            [`--net=/proc/${networks.home.pid}/ns/net`, ...command, join(ansibleFolder, playbook), ...args],
            {
              cwd: ansibleFolder,
              env: {
                PATH: process.env['PATH'],
                HOME: site.folder,
                LANG: 'C.UTF-8',
                ANSIBLE_CONFIG: join(ansibleFolder, 'ansible.cfg'),
                ANSIBLE_HOME: at('ansible-home'),
                ANSIBLE_NOCOLOR: '1',
              },
              maxBuffer: 64 * 1024 * 1024,
              timeout: playLimitMs,
            },
            (error, stdout, stderr) => {
              resolve({
                code: error === null ? 0 : Number(error.code ?? -1),
                text: `${stdout}${stderr}`.trim(),
              });
            },
          );
        });
      };
      const house: Omit<House, 'close'> = {
        folder: site.folder,
        minis: machines.filter(({ id }) => id !== hubId),
        get hub() {
          return machine(hubId);
        },
        machine,
        networks,
        watchdog,
        inventory,
        play,
        laptop: (path, ...args) => networks.home.run(path, ...args),
        visits: () =>
          ['world-servers', 'router-servers'].flatMap(visitsOf).sort((one, other) => one.at - other.at),
      };
      return { house };
    });
    return Object.assign(built.house, {
      close: async () => {
        await built.close();
        await closeAll();
      },
    });
  } catch (error) {
    await closeAll();
    throw error;
  }
}
