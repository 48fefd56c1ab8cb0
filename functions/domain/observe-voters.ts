// Nodes of the house that vote with a key although the flag names another holder.
import { doubt } from './doubt.ts';
import type { Findings } from './gather.ts';
import { shortKey } from './handover/judged.ts';
import type { Subject } from './incident.ts';
import type { Observation } from './machine.ts';
import type { SiteRules } from './policy.ts';
import type { Voter } from './signing.ts';
import { holderText } from './standby/key-flag.ts';

type Found = Pick<Findings, 'at' | 'flags' | 'samples' | 'signing'>;
type Rules = Pick<SiteRules, 'id' | 'signers' | 'targets'>;
type Signer = Rules['signers'][number];

type Observed = { readonly subject: Subject; readonly observation: Observation };

/** A client that was told to stop has so long. */
const underWayMs = 60_000;

/** Nodes of the house that are probed, by what they say of the validator whose key they have. */
function probed({ samples }: Found, { targets }: Rules, { id, chain, keys }: Signer): Voter[] {
  if (chain === 'ethereum') return [];
  return targets.flatMap((target) => {
    const sample = target.role === 'inbound' ? samples[target.id] : undefined;
    if (sample?.ok !== true) return [];
    const names = [sample.facts['validator'], sample.facts['validatorKey']];
    return keys.flatMap((name, key) => (names.includes(name) ? [{ signer: id, key, node: target.id }] : []));
  });
}

function observe(signer: Signer, found: Found, rules: Rules): Observation {
  const read = found.flags[signer.id];
  if (read?.isReadable !== true) return { status: 'unknown' };
  const { flag } = read;
  if (flag === null) return { status: 'good' };
  const { holder, since, generation } = flag;
  const isOurs = holder.kind === 'basement' && holder.site === rules.id;
  if (isOurs || found.at <= since + underWayMs) return { status: 'good' };
  const voters = [
    ...found.signing.voters.filter((voter) => voter.signer === signer.id),
    ...probed(found, rules, signer),
  ];
  if (voters.length === 0) return { status: 'good' };
  const who = holder.kind === 'none' ? 'nobody' : holderText(holder);
  return doubt(
    'foreign-voting-power',
    `a node at ${rules.id} has a key that it does not hold, and votes with it: stop it NOW (kubectl scale statefulset ${signer.id} --replicas=0), then pull the plug`,
    [
      `${who} holds it, generation ${generation}`,
      ...voters.map(({ key, node }) => `${node} has ${shortKey(signer.keys[key])}, with voting power`),
    ],
  );
}

/** One subject for each signer. What was seen is seen again as long as the node answers, so a cause answers nothing that goes on. */
export function observeVoters(found: Found, rules: Rules): Observed[] {
  return rules.signers.map((signer) => ({
    subject: { kind: 'voting-power', id: signer.id },
    observation: observe(signer, found, rules),
  }));
}
