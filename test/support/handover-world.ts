// A world of handovers in memory: flags on a shelf, sources and a node that answer as told, a machine that can be protected.
import type { Context } from '../../cli/context.ts';
import type { Handover } from '../../cli/handover/options.ts';
import { chooseSigner } from '../../cli/handover/signer.ts';
import type { FlagSeen, FlagWritten, HandoverWorld } from '../../cli/handover/world.ts';
import type { BoundSource } from '../../functions/chains/chain.ts';
import { parseConfig } from '../../functions/config/config.ts';
import type { Act } from '../../functions/domain/evidence.ts';
import { guardPolicy } from '../../functions/domain/handover/condition.ts';
import type { HandoverFacts, MachineFact } from '../../functions/domain/handover/facts.ts';
import type { KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import type { Standby } from '../../functions/domain/standby/standby.ts';
import { plain, type Part } from '../../local/terminal-text.ts';
import { seenOf } from './standby-house.ts';

export type HandoverHome = {
  readonly world: HandoverWorld;
  readonly handover: Handover;
  /** What was printed, line by line. */
  readonly lines: string[];
  readonly text: () => string;
  /** The flag as it stands there. */
  readonly flag: () => KeyFlag | null;
  readonly history: readonly KeyFlag[];
  /** Does something just before the next write, as somebody else would. */
  beforeWrite: () => void;
  /** What the next write comes to, whatever stands there. */
  writeEnds: FlagWritten | null;
  /** Answers of the person, in order; nothing more is no answer. */
  readonly typed: string[];
  readonly asked: string[];
  /** What every source shows of the keys signing: position and time. */
  acts: readonly Act[];
  now: number;
};

const config = (chain: 'ethereum' | 'berachain', facts: HandoverFacts): string =>
  JSON.stringify({
    channels: [{ id: 'out', channel: 'console' }],
    sites: [
      {
        id: facts.signer.site,
        targets: [
          { id: 'p2p', probe: 'tcp', address: 'home.example:30303' },
          ...['orchard', 'harbour'].map((operator) => ({
            id: operator,
            probe: chain === 'ethereum' ? 'beacon' : 'cometbft',
            url: `http://${operator}.example`,
            role: 'chain',
            chain,
            operator,
            network:
              chain === 'ethereum'
                ? {
                    genesisTime: (facts.epochs?.genesisAt ?? 0) / 1000,
                    genesisValidatorsRoot: `0x${'ab'.repeat(32)}`,
                  }
                : 'pretend-80094',
          })),
        ],
        signers: [{ id: facts.signer.id, chain, keys: facts.signer.keys }],
      },
    ],
    standbys: {
      project: 'my-project',
      prefix: 'bw',
      monthlyCap: 300,
      nodes: {
        [chain]: {
          machine: 'e2-standard-8',
          disk: { type: 'pd-ssd', gib: 100 },
          places: [{ region: 'eu-1', zones: ['eu-1-a'], template: 'eth-1' }],
        },
      },
      prices: {
        asOf: '2026-11-20',
        currency: 'USD',
        machineHour: { 'e2-standard-8': 0.3 },
        diskGibMonth: { 'pd-ssd': 0.1 },
      },
    },
  });

/** A home in which these facts are found out; the flag is that of the facts. `facts` is asked at each look. */
export function handoverHome(facts: () => HandoverFacts): HandoverHome {
  const given = facts();
  const chain = given.signer.chain === 'ethereum' ? 'ethereum' : 'berachain';
  const parsed = parseConfig(config(chain, given));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const choice = chooseSigner(parsed.config, given.signer.id);
  if (!choice.ok) throw new Error(choice.message);
  const lines: string[] = [];
  const history: KeyFlag[] = [];
  let flag = given.flag.isReadable ? given.flag.flag : null;
  let version = 1;
  const sourceOf = (name: string): BoundSource => {
    const never = (): Promise<never> => Promise.reject(new Error('not asked for'));
    const own = () => facts().sources.find(({ source }) => source === name);
    return {
      id: name,
      chain: given.signer.chain,
      operator: own()?.operator ?? name,
      isOwn: own()?.isOwn ?? false,
      collect: async () => ({
        requests: 1,
        sample: { ok: true, latencyMs: { first: 1, total: 1 }, facts: {} },
        reading: {
          source: name,
          chain: given.signer.chain,
          operator: own()?.operator ?? name,
          isOwn: own()?.isOwn ?? false,
          head: null,
          trouble: null,
          votesWith: [],
          signers: [
            {
              signer: given.signer.id,
              base: null,
              next: 1,
              tip: null,
              hasGap: false,
              units: [],
              acts: home.acts,
              keys: [],
              slashings: [],
              trouble: null,
            },
          ],
        },
      }),
      lookAhead: never,
      publicKeys: async () => ({
        ok: true,
        value: given.signer.keys.map((key) => `0x${key.padStart(96, '0')}`),
      }),
      votes: given.signer.chain === 'ethereum' ? null : async () => ({ ok: true, value: 'none' }),
      stand: async () => {
        const now = own()?.now ?? null;
        return now === null
          ? { ok: false, reason: 'timeout', detail: own()?.nowTrouble ?? 'no answer' }
          : {
              ok: true,
              value: { ...now, askedAt: home.now - 1_000, head: { ...now.head, at: home.now - 4_000 } },
            };
      },
      record: async () => {
        const shown = own()?.shown ?? null;
        if (shown === null) return { ok: false, reason: 'timeout', detail: 'no answer' };
        return shown.of === 'epochs'
          ? { ok: true, trouble: null, reading: { of: 'epochs', epochs: shown.epochs } }
          : { ok: true, trouble: null, reading: { of: 'heights', heights: [], excerpt: '' } };
      },
    };
  };
  const machineNow = (): MachineFact | null => {
    const { machine } = facts().target;
    return machine === null ? null : { ...machine, askedAt: home.now - 500 };
  };
  const standby = (): Standby => ({
    signer: given.signer.id,
    wanted: null,
    seen: seenOf({
      phase: 'synced',
      phaseSince: facts().target.steadySince ?? home.now,
      node: {
        zone: 'eu-1-a',
        name: 'bw-alpha-1',
        id: '42',
        status: 'RUNNING',
        createdAt: 1,
        labels: {},
        isProtected: true,
        hasFuse: false,
      },
      report: {
        at: home.now - 20_000,
        keys: facts().target.keys?.word ?? 'unknown',
        state: 'synced',
        percent: 100,
        etaMs: null,
        peers: 30,
        head: 1,
        version: null,
        usedGib: null,
        text: null,
      },
    }),
  });
  const seen = (): FlagSeen => {
    const { clock } = facts();
    const { flag: read } = facts();
    return {
      read: read.isReadable ? { isReadable: true, flag } : read,
      version: flag === null ? null : String(version),
      clock: clock === null ? null : { ...clock, askedAt: home.now },
    };
  };
  const world: HandoverWorld = {
    config: parsed.config,
    clock: {
      now: () => home.now,
      sleep: async (ms) => {
        home.now += ms;
      },
    },
    policy: guardPolicy,
    by: 'Ada',
    keys: {
      read: async () => seen(),
      write: async (_signer, base, next) => {
        home.beforeWrite();
        if (home.writeEnds !== null) return home.writeEnds;
        if (base.version !== (flag === null ? null : String(version))) {
          return { end: 'conflict', now: { isReadable: true, flag } };
        }
        flag = next;
        version += 1;
        history.unshift(next);
        return { end: 'written' };
      },
      history: async () => history,
    },
    remembered: {
      record: async () => ({ ok: true, value: null }),
      site: async () => ({ ok: true, value: null }),
      standby: async () => ({ ok: true, value: standby() }),
      fences: async () => ({ ok: true, value: facts().fences ?? [] }),
    },
    sources: () =>
      given.sources.filter(({ role }) => role !== 'target').map(({ source }) => sourceOf(source)),
    openNode: async () => ({
      ok: true,
      value: {
        source: sourceOf('target'),
        clock: async () => {
          const { clock } = facts().target;
          return clock === null ? null : { ...clock, askedAt: home.now };
        },
        isOpen: () => true,
        close: async () => undefined,
      },
    }),
    machine: {
      look: async () => {
        const machine = machineNow();
        return machine === null ? { ok: false, why: 'no such machine' } : { ok: true, value: machine };
      },
      protect: async () => ({ ok: true, value: null }),
    },
  };
  const print = (...parts: readonly Part[]): void => {
    lines.push(parts.map((part) => plain(typeof part === 'string' ? part : part.text)).join(''));
  };
  const context: Context = {
    clock: world.clock,
    variables: {},
    end: () => undefined,
    terminal: {
      print,
      complain: print,
      anew: () => print(''),
      json: (value) => print(JSON.stringify(value)),
      jsonLine: (value) => print(JSON.stringify(value)),
      progress: () => () => undefined,
      openScreen: () => null,
      isLive: false,
      timezone: 'UTC',
    },
  };
  const typed: string[] = [];
  const asked: string[] = [];
  const home: HandoverHome = {
    world,
    handover: {
      world,
      chosen: choice.chosen,
      context,
      ask: async (question) => {
        asked.push(question);
        return typed.shift() ?? null;
      },
    },
    lines,
    text: () => lines.join('\n'),
    flag: () => flag,
    history,
    beforeWrite: () => undefined,
    writeEnds: null,
    typed,
    asked,
    acts: [],
    now: given.at,
  };
  return home;
}
