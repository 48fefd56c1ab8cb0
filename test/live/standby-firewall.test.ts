// The firewall of a standby, loaded by real nft: who reaches the metadata server, and who reaches the machine. Needs root.
import { afterEach, describe, expect, test } from 'vitest';
import { lacks, lacksPrograms } from '../support/tools.ts';
import { metadata, startMachine, type Answer, type Asker, type Door, type Machine } from './nets/firewall.ts';

const users = {
  root: 0,
  execution: 2001,
  consensus: 2002,
  agent: 2003,
  logs: 2004,
  signer: 2005,
  person: 1_234_567,
} as const;
const stranger = { from: '198.51.100.7' };
const iap = { from: '35.235.240.9' };

const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write('skipped: the firewall of a standby is tried as root only\n');

let machine: Machine | undefined;
afterEach(async () => {
  await machine?.close();
  machine = undefined;
});

/** The answers at one door, by who asks. */
async function askAll<Name extends string>(
  on: Machine,
  door: Door,
  askers: Readonly<Record<Name, Asker>>,
): Promise<Record<string, Answer>> {
  const said = await Promise.all(
    Object.entries<Asker>(askers).map(async ([name, asker]) => [name, await on.knock(asker, door)] as const),
  );
  return Object.fromEntries(said);
}

const inside = Object.fromEntries(Object.entries(users).map(([name, uid]) => [name, { uid }]));
const everybody = (answer: Answer): Record<string, Answer> =>
  Object.fromEntries(Object.keys(users).map((name) => [name, answer]));

const refused = (text: string): number => Number(/packets (\d+)/.exec(text)?.[1] ?? Number.NaN);

describe.skipIf(!isRoot || lacks('nftables') || lacksPrograms('terraform', 'ip', 'setpriv'))(
  'the firewall',
  () => {
    test('clients do not reach the metadata server, and are counted; its names and its time are for everybody', async () => {
      machine = await startMachine('ethereum', [], []);
      const count = async (): Promise<number> =>
        refused((await machine?.nft('list', 'counter', 'inet', 'standby', 'metadata_refused')) ?? '');
      const own = { ...everybody('refused'), root: 'open', agent: 'open', logs: 'open', signer: 'open' };
      for (const host of Object.values(metadata)) {
        // Without the firewall everybody would reach it.
        await machine.nft('delete', 'table', 'inet', 'standby').catch(() => undefined);
        expect(await askAll(machine, { host, port: 80 }, inside)).toEqual(everybody('open'));

        await machine.loadFirewall();
        expect(await count()).toBe(0);
        expect(await askAll(machine, { host, port: 80 }, inside)).toEqual(own);
        expect(await count()).toBe(3);
        expect(await askAll(machine, { host, port: 80, protocol: 'udp' }, inside)).toEqual(own);
        const names: readonly Door[] = [
          { host, port: 53 },
          { host, port: 53, protocol: 'udp' },
          { host, port: 123, protocol: 'udp' },
        ];
        for (const door of names) expect(await askAll(machine, door, inside)).toEqual(everybody('open'));
      }
    });

    const chains = [
      [
        'ethereum',
        [
          ['tcp', 30_303],
          ['udp', 30_303],
          ['tcp', 9000],
          ['udp', 9000],
          ['udp', 9001],
        ],
        [
          ['tcp', 26_656],
          ['udp', 9200],
        ],
      ],
      [
        'berachain',
        [
          ['tcp', 30_303],
          ['udp', 30_303],
          ['udp', 9200],
          ['tcp', 26_656],
        ],
        [
          ['tcp', 9000],
          ['udp', 26_656],
        ],
      ],
    ] as const;
    test.each(chains)('%s: from outside only p2p, and SSH through IAP', async (chain, p2p, others) => {
      const closed = [
        ['tcp', 8545],
        ['tcp', 8551],
        ['tcp', 5052],
        ['tcp', 26_657],
        ['tcp', 6060],
        ...others,
      ] as const;
      machine = await startMachine(chain, [...p2p, ...closed, ['tcp', 22]], [stranger.from, iap.from]);
      const on = machine;
      const ask = async (asker: Asker, [kind, port]: readonly ['tcp' | 'udp', number]): Promise<Answer> =>
        on.knock(asker, { host: on.address, port, ...(kind === 'udp' && { protocol: kind }) });

      const answers = async (doors: readonly (readonly ['tcp' | 'udp', number])[]): Promise<Set<Answer>> =>
        new Set(await Promise.all(doors.map(async (door) => ask(stranger, door))));
      expect(await answers([...p2p, ...closed, ['tcp', 22]])).toEqual(new Set(['open']));
      await on.loadFirewall();
      expect(await answers(p2p)).toEqual(new Set(['open']));
      expect(await answers(closed)).toEqual(new Set(['silence']));
      expect(await ask(stranger, ['tcp', 22])).toBe('silence');
      expect(await ask(iap, ['tcp', 22])).toBe('open');
      expect(await ask(iap, ['tcp', 8545])).toBe('silence');
      // On the machine itself every door stays open: a person comes in by SSH and asks from there.
      expect(await on.knock({ uid: users.person }, { host: '127.0.0.1', port: 8545 })).toBe('open');
    });

    test('loading it again changes nothing, and what others have loaded stays', async () => {
      machine = await startMachine('ethereum', [], []);
      await machine.nft('add', 'table', 'inet', 'others');
      await machine.nft('add', 'chain', 'inet', 'others', 'their-chain');
      await machine.loadFirewall();
      const once = await machine.nft('list', 'ruleset');
      await machine.loadFirewall();
      expect(await machine.nft('list', 'ruleset')).toBe(once);
      expect(once).toContain('chain their-chain');
      expect(once.match(/^table /gm)).toHaveLength(2);
    });
  },
);
