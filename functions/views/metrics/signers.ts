// Metrics of signers: what their chains show of them, and who may sign with their keys.
import { chainStates, signerStates } from '../../domain/facts.ts';
import type { SignerOverview, SiteOverview } from '../overview.ts';
import { byId, gaugesOf, seconds, statesOf } from './families.ts';
import type { Family, Labels } from './open-metrics.ts';

const holderKinds = ['none', 'house', 'cloud', 'elsewhere'] as const;

type OfSite = SignerOverview & { readonly site: string };

/** Which side may sign; null when nobody ever wrote it down, or it cannot be read. Never who that is. */
function holderKind({ keys, site }: OfSite): (typeof holderKinds)[number] | null {
  if (keys === null || !keys.isReadable || keys.holder === null) return null;
  if (keys.holder === 'none') return 'none';
  if (keys.holder === `basement/${site}`) return 'house';
  return keys.holder.startsWith('node/') ? 'cloud' : 'elsewhere';
}

const readable = ({ keys }: SignerOverview) => (keys?.isReadable === true ? keys : null);

export function signerFamilies(sites: readonly SiteOverview[]): Family[] {
  const signers = sites.flatMap(({ site, signers: all }) => byId(all).map((each) => ({ ...each, site })));
  const labels = ({ site, id, chain }: OfSite): Labels => [
    ['site', site],
    ['signer', id],
    ['chain', chain],
  ];
  const gauge = gaugesOf(signers, labels);
  const state = statesOf(signers, labels);
  return [
    state(
      'watchdog_signer_state',
      'What the chain shows of the signer.',
      signerStates,
      (signer) => signer.state,
    ),
    gauge(
      'watchdog_signer_last_act_timestamp_seconds',
      'When the signer was last seen to sign.',
      ({ actAt }) => seconds(actAt),
    ),
    gauge(
      'watchdog_signer_silent_since_timestamp_seconds',
      'Since when a key of the signer has been silent; absent while none is.',
      ({ silentSince }) => seconds(silentSince),
    ),
    gauge('watchdog_signer_keys', 'Keys of the signer.', ({ total }) => total, null),
    gauge('watchdog_signer_silent_keys', 'Keys whose silence counts.', ({ silent }) => silent, null),
    gauge(
      'watchdog_signer_inactive_keys',
      'Keys that the chain does not expect to sign.',
      ({ inactive }) => inactive,
      null,
    ),
    gauge(
      'watchdog_signer_flag_readable',
      'Whether it can be read who may sign; absent when nobody tried yet.',
      ({ keys }) => (keys === null ? null : Number(keys.isReadable)),
      null,
    ),
    state(
      'watchdog_signer_holder',
      'Which side may sign: this house, a node in the cloud, something else, or nobody.',
      holderKinds,
      holderKind,
    ),
    gauge(
      'watchdog_signer_holder_since_timestamp_seconds',
      'Since when that side may sign, or nobody may.',
      (signer) => seconds(readable(signer)?.since ?? null),
    ),
    gauge(
      'watchdog_signer_generation',
      'Counts who may sign: it grows with each handover.',
      (signer) => readable(signer)?.generation ?? null,
      null,
    ),
    gauge(
      'watchdog_signer_guard_not_before_timestamp_seconds',
      'While nobody may sign: before this the guard cannot allow it, and it may take longer.',
      (signer) => seconds(readable(signer)?.notBefore ?? null),
    ),
  ];
}

export function chainFamilies(sites: readonly SiteOverview[]): Family[] {
  const chains = sites.flatMap(({ site, chains: all }) => byId(all).map((each) => ({ ...each, site })));
  return [
    statesOf(chains, ({ site, id }): Labels => [
      ['site', site],
      ['chain', id],
    ])(
      'watchdog_chain_state',
      'Whether the chain goes on, as its public endpoints show.',
      chainStates,
      ({ state }) => state,
    ),
  ];
}
