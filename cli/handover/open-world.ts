// Opens what a handover reaches, for real: the person's own Google identity, the sources of the configuration, a tunnel to the node.
import { createChains, bindSources } from '../../functions/chains/run.ts';
import type { Config } from '../../functions/config/config.ts';
import { guardPolicy } from '../../functions/domain/handover/condition.ts';
import { bindSites } from '../../functions/entry/sites.ts';
import { describeError } from '../../functions/kit/error.ts';
import type { Network } from '../../functions/kit/net/network.ts';
import { redactText } from '../../functions/kit/redact.ts';
import { secretReader } from '../../functions/kit/secret.ts';
import { openStore } from '../../functions/stores/open.ts';
import type { Context } from '../context.ts';
import { openFlagKeeper } from '../keys.ts';
import { openMachine } from '../machine.ts';
import { openTunnel, type Tunnel } from '../tunnel.ts';
import { measureClock } from './node-clock.ts';
import { chooseSigner } from './signer.ts';
import type { HandoverWorld, OpenNode, Tried } from './world.ts';

export type WorldOptions = {
  readonly config: Config;
  readonly by: string;
  readonly network: Network;
  /** Address of the API of the node that is to sign; without it a cloud node is reached through a tunnel. */
  readonly node?: string | undefined;
};

/** Where a node's API listens on its own loopback. */
const ports = { ethereum: 5052, berachain: 26657, cometbft: 26657 } as const;
/** A route that every node answers at once. */
const clockPaths = { ethereum: '/eth/v1/node/version', berachain: '/health', cometbft: '/health' } as const;

/** An address that a person has given. */
const always: Pick<Tunnel, 'isOpen' | 'close'> = { isOpen: () => true, close: () => Promise.resolve() };

async function trying<Value>(read: () => Promise<Value>): Promise<Tried<Value>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    return { ok: false, why: redactText(describeError(error)) };
  }
}

export function openHandoverWorld(
  { config, by, network, node: address }: WorldOptions,
  { clock, variables }: Pick<Context, 'clock' | 'variables'>,
): { readonly world: HandoverWorld; readonly close: () => Promise<void> } {
  const project = config.standbys?.project;
  const keeper = openFlagKeeper(variables, { clock, project });
  const store = openStore(
    variables['GOOGLE_CLOUD_PROJECT'] === undefined &&
      project !== undefined &&
      variables['FIRESTORE_EMULATOR_HOST'] === undefined
      ? { ...variables, GOOGLE_CLOUD_PROJECT: project }
      : variables,
  );
  const binding = { network, secret: secretReader(variables) };
  const chains = createChains();
  const openAt = async ({ url, isOpen, close }: Tunnel, signer: string): Promise<Tried<OpenNode>> => {
    const choice = chooseSigner(config, signer);
    if (!choice.ok) return { ok: false, why: choice.message };
    const { site, signer: chosen } = choice.chosen;
    const like = site.sources.find(({ chain }) => chain === chosen.chain);
    if (like === undefined) {
      return {
        ok: false,
        why: `no source of the chain of ${signer} is configured, so its network is not known`,
      };
    }
    const common = { id: 'target', operator: 'us', isOwn: true } as const;
    const plainAccess = { url };
    const [source] = bindSources(
      [
        like.chain === 'ethereum'
          ? { ...common, chain: like.chain, source: { ...plainAccess, network: like.source.network } }
          : { ...common, chain: like.chain, source: { ...plainAccess, network: like.source.network } },
      ],
      {
        ...binding,
        chains,
        allow: ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
      },
    );
    if (source === undefined) return { ok: false, why: 'it cannot be asked' };
    const probe = new URL(`${url.replace(/\/+$/, '')}${clockPaths[chosen.chain]}`);
    return { ok: true, value: { source, clock: () => measureClock(probe, clock), isOpen, close } };
  };
  const world: HandoverWorld = {
    config,
    clock,
    policy: guardPolicy,
    by,
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
      return bindSites([asked], { ...binding, chains }).flatMap((bound) => bound.sources);
    },
    openNode: async ({ signer, to, place }, signal) => {
      if (address !== undefined) return openAt({ url: address, ...always }, signer);
      if (to === 'basement') {
        return {
          ok: false,
          why: 'give the address of its API with --node, for example http://127.0.0.1:5052 after kubectl port-forward',
        };
      }
      if (place === null) return { ok: false, why: 'there is no standby' };
      const choice = chooseSigner(config, signer);
      if (!choice.ok) return { ok: false, why: choice.message };
      const tunnel = await openTunnel({ place, port: ports[choice.chosen.signer.chain], signal });
      if (!tunnel.ok) return tunnel;
      const opened = await openAt(tunnel.value, signer);
      if (!opened.ok) await tunnel.value.close();
      return opened;
    },
    machine: openMachine({ clock, endpoint: variables['COMPUTE_ENDPOINT'] }),
  };
  return { world, close: keeper.close };
}
