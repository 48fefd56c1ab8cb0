// The person of the lab at the command line: the real commands of a handover, on the lab's clock, with the pretend cloud and house behind them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../cli/context.ts';
import { openFlagKeeper } from '../../cli/keys.ts';
import { openMachine } from '../../cli/machine.ts';
import { begin, init } from '../../cli/handover/flag-commands.ts';
import { floorNow } from '../../cli/handover/floor-now.ts';
import { openGatherer } from '../../cli/handover/gather.ts';
import type { CommonOptions, Handover } from '../../cli/handover/options.ts';
import { prepare } from '../../cli/handover/prepare.ts';
import { chooseSigner } from '../../cli/handover/signer.ts';
import { take } from '../../cli/handover/take.ts';
import { verify } from '../../cli/handover/verify.ts';
import type { HandoverWorld, OpenNode, Tried } from '../../cli/handover/world.ts';
import { writeInterchange } from '../../cli/protection.ts';
import type { ExitCode } from '../../cli/terminal.ts';
import { bindSources, createChains } from '../../functions/chains/run.ts';
import { loadConfig } from '../../functions/config/config.ts';
import { type Guard, guardPolicy } from '../../functions/domain/handover/condition.ts';
import type { Direction } from '../../functions/domain/handover/facts.ts';
import { judgeHandover } from '../../functions/domain/handover/guard.ts';
import { bindSites } from '../../functions/entry/sites.ts';
import type { Clock } from '../../functions/kit/clock.ts';
import { openStore } from '../../functions/stores/open.ts';
import { plain, type Part } from '../../local/terminal-text.ts';
import { nodeServer } from '../chains/serve.ts';
import type { Basement } from '../basement/basement.ts';
import { labInstance } from '../basement/names.ts';

export type Person = {
  /** What a command has printed, and how it ended. */
  readonly run: (command: Command) => Promise<Ran>;
  /** What the guard says at this moment. */
  readonly guard: (signer: string, to: Direction) => Promise<Guard>;
  readonly close: () => Promise<void>;
};

export type Ran = { readonly code: ExitCode; readonly lines: readonly string[] };

export type Command =
  | { readonly name: 'init' | 'begin' | 'prepare'; readonly signer: string; readonly why: string }
  | { readonly name: 'take'; readonly signer: string; readonly to: Direction }
  | { readonly name: 'verify'; readonly signer: string };

export type PersonOptions = {
  readonly clock: Clock;
  readonly configPath: string;
  readonly firestore: string;
  readonly basement: Basement;
  readonly computeEndpoint: string;
  readonly variables: Context['variables'];
  readonly name: string;
};

const textOf = (part: Part): string => plain(typeof part === 'string' ? part : part.text);

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const feeRecipient = `0x${'0'.repeat(39)}1`;

export async function startPerson(options: PersonOptions): Promise<Person> {
  const { clock, basement, name, variables } = options;
  const network = { allow: ['127.0.0.0/8'], hosts: basement.hosts.watchdog };
  const config = loadConfig(options.configPath, network);
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-person-'));
  const local = { FIRESTORE_EMULATOR_HOST: options.firestore, GOOGLE_CLOUD_PROJECT: 'local' };
  const keeper = openFlagKeeper(local, { clock });
  const store = openStore(local);
  const chains = createChains();
  const binding = { network, secret: () => '', chains };
  // What the tunnel of gcloud would lead to: the node in the cloud has a chain of its own view, and nobody's keys.
  const standby = nodeServer((request) => basement.answer('standby-ethereum', request));
  const standbyUrl = await listening(standby);
  const house = 'http://vpn.example.net:5052';
  const trying = async <Value>(read: () => Promise<Value>): Promise<Tried<Value>> => ({
    ok: true,
    value: await read(),
  });
  const nodeAt = (url: string, signer: string): Tried<OpenNode> => {
    const choice = chooseSigner(config, signer);
    const like = choice.ok ? choice.chosen.site.sources.find(({ chain }) => chain === 'ethereum') : undefined;
    if (like?.chain !== 'ethereum')
      return { ok: false, why: 'the lab hands over the signer of Ethereum only' };
    const [source] = bindSources(
      [
        {
          id: 'target',
          operator: 'us',
          isOwn: true,
          chain: 'ethereum',
          source: { url, network: like.source.network },
        },
      ],
      { ...binding, allow: [] },
    );
    if (source === undefined) return { ok: false, why: 'there is no such node' };
    // All clocks of the lab are one.
    const right = () => Promise.resolve({ offsetMs: 0, uncertaintyMs: 5, askedAt: clock.now() });
    return { ok: true, value: { source, clock: right, isOpen: () => true, close: () => Promise.resolve() } };
  };
  const world: HandoverWorld = {
    config,
    clock,
    policy: guardPolicy,
    by: name,
    keys: keeper,
    remembered: {
      record: (signer) => trying(() => store.readHandover(signer)),
      site: (site) => trying(async () => (await store.readSites([site])).get(site) ?? null),
      standby: (signer) => trying(() => store.loadStandby(signer)),
      fences: (site) => trying(async () => (await store.loadHeard(site))?.fences ?? []),
    },
    sources: (signer) => {
      const choice = chooseSigner(config, signer);
      if (!choice.ok) return [];
      const { site, signer: chosen } = choice.chosen;
      const asked = {
        ...site,
        targets: [],
        sources: site.sources.filter(({ chain }) => chain === chosen.chain),
      };
      return bindSites([asked], binding).flatMap((bound) => bound.sources);
    },
    openNode: async ({ signer, to }) => nodeAt(to === 'cloud' ? standbyUrl : house, signer),
    machine: openMachine({ clock, endpoint: options.computeEndpoint }),
  };
  const handoverOf = (signer: string, lines: string[]): Handover => {
    const choice = chooseSigner(config, signer);
    if (!choice.ok) throw new Error(choice.message);
    const print = (...parts: readonly Part[]): void => {
      lines.push(parts.map(textOf).join(''));
    };
    return {
      world,
      chosen: choice.chosen,
      ask: () => Promise.resolve(null),
      context: {
        clock,
        variables,
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
          timezone: config.timezone,
        },
      },
    };
  };
  const common: CommonOptions = { config: options.configPath, resolve: [], allow: [] };
  /** What the stopped client would export after the floor was imported: the floor. */
  const exportFor = async (
    handover: Handover,
  ): Promise<{ readonly file: string; readonly keys: readonly string[] }> => {
    const floor = await floorNow(world, handover.chosen);
    const file = join(folder, 'export.json');
    if (!floor.ok || floor.value.of !== 'marks') return { file, keys: [] };
    writeFileSync(file, writeInterchange(floor.value.genesisRoot, floor.value.keys));
    return { file, keys: [...floor.value.keys.keys()] };
  };
  const runs = {
    init: (handover, { signer, why }) =>
      init(handover, { ...common, backup: 'tested', instance: labInstance, yes: signer, why }),
    begin: (handover, { signer, why }) => begin(handover, { ...common, yes: signer, why }),
    prepare: (handover) => prepare(handover, common),
  } as const satisfies Record<
    'init' | 'begin' | 'prepare',
    (handover: Handover, command: Extract<Command, { readonly why: string }>) => Promise<ExitCode>
  >;
  const run = async (handover: Handover, command: Command): Promise<ExitCode> => {
    switch (command.name) {
      case 'init':
      case 'begin':
      case 'prepare':
        return runs[command.name](handover, command);
      case 'take': {
        const { file } = await exportFor(handover);
        return take(handover, {
          ...common,
          to: command.to,
          ...(command.to === 'basement' ? { instance: labInstance } : {}),
          fenced: 'powered-off',
          protection: file,
          feeRecipient,
          builder: 'off',
          yes: command.signer,
        });
      }
      case 'verify': {
        const { file, keys } = await exportFor(handover);
        const here = join(folder, 'here.txt');
        writeFileSync(here, keys.join('\n'));
        return verify(handover, { ...common, protection: file, here, thereOff: true });
      }
    }
  };
  return {
    run: async (command) => {
      const lines: string[] = [];
      const code = await run(handoverOf(command.signer, lines), command);
      return { code, lines };
    },
    guard: async (signer, to) => {
      const gatherer = openGatherer(world, { chosen: handoverOf(signer, []).chosen, to });
      try {
        const said = { fencing: null, protection: null };
        const { facts } = await gatherer.look(said, new AbortController().signal);
        return judgeHandover(facts, world.policy);
      } finally {
        await gatherer.close();
      }
    },
    close: async () => {
      await keeper.close();
      standby.closeAllConnections();
      standby.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
