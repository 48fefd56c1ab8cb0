// Why a verdict is what it is, in words: facts, the rule that matched, and why each earlier one did not.
import type { Facts, HeartbeatFact, PowerFact, WitnessFact } from '../domain/facts.ts';
import type { Judgement } from '../domain/judge.ts';
import { leaseWords } from './lease.ts';
import { chainWords, signerWords } from './signing.ts';
import { localTime } from './time.ts';

const age = (ms: number): string => `${Math.max(0, Math.round(ms / 1000))} s ago`;

function witnessWords(witness: WitnessFact, timezone: string): string {
  switch (witness.word) {
    case 'agreed':
      return 'the witness agreed';
    case 'disputed':
      return `disputed by the witness since ${localTime(witness.since, timezone)}`;
    case 'silent':
      return 'the witness was silent';
  }
}

function targetLines(facts: Facts, timezone: string): string[] {
  return facts.targets.map((target) => {
    const state = target.reason === null ? target.quality : `${target.quality} (${target.reason})`;
    const detail = target.detail === null ? '' : `: ${target.detail}`;
    const took = target.totalMs === null ? '' : `, ${target.totalMs} ms`;
    const witness = target.witness === null ? '' : `; ${witnessWords(target.witness, timezone)}`;
    const lease = target.lease === null ? '' : `; ${leaseWords(target.lease, { at: facts.at, timezone })}`;
    return `  ${target.role.padEnd(9)} ${target.id.padEnd(20)} ${state}${took}${detail}, since ${localTime(target.since, timezone)}${witness}${lease}`;
  });
}

const doubt = ({ isDoubtful }: HeartbeatFact): string =>
  isDoubtful ? ' (unknown: what it sends was refused, or could not be read)' : '';

function powerWords({ state, charge, runtimeMs }: PowerFact): string {
  const left = runtimeMs === null ? [] : [`${Math.round(runtimeMs / 60_000)} min of battery`];
  return [state, ...(charge === null ? [] : [`${Math.round(charge)} %`]), ...left].join(', ');
}

function pulseLines(facts: Facts, timezone: string): string[] {
  const beats = facts.heartbeats.map(
    (beat) =>
      `  heartbeat ${beat.source}: sent ${age(facts.at - beat.sentAt)}, fresh for ${beat.freshMs / 1000} s${doubt(beat)}`,
  );
  return [
    ...(beats.length === 0 ? ['  heartbeats: none was ever heard (unknown, not silent)'] : beats),
    facts.power === null
      ? '  power: no news'
      : `  power: ${powerWords(facts.power)}, ${age(facts.at - facts.power.at)}`,
    ...(facts.signers.length === 0
      ? ['  signers: none is configured']
      : facts.signers.map((signer) => `  ${signerWords(signer, { at: facts.at, timezone })}`)),
    ...facts.chains.map((chain) => `  ${chainWords(chain)}`),
    ...(facts.lastDarkAt === null
      ? []
      : [`  the house was last dark ${localTime(facts.lastDarkAt, timezone)}: its signers had to come back`]),
  ];
}

/** Lines of text for a terminal. */
export function explain(facts: Facts, judgement: Judgement, timezone: string): string[] {
  const { signals } = judgement;
  return [
    `${facts.site}: ${judgement.verdict}${judgement.certain ? ' (certain: announced by the UPS)' : ''}`,
    `judged ${localTime(facts.at, timezone)}`,
    '',
    'Facts',
    ...targetLines(facts, timezone),
    ...pulseLines(facts, timezone),
    facts.inboundBadSince === null
      ? '  inbound is not all bad, so life signs need no date'
      : `  inbound all bad since ${localTime(facts.inboundBadSince, timezone)}: only later acts are life`,
    judgement.life.length === 0
      ? '  life signs that count: none'
      : `  life signs that count: ${judgement.life.join(', ')}`,
    '',
    'Signals',
    ...Object.entries(signals).map(([name, value]) => `  ${name.padEnd(11)} ${value}`),
    '',
    'Rules, in order',
    ...judgement.passed.flatMap((rule) => [
      `  no   ${rule.verdict.padEnd(13)} ${rule.when}`,
      `       ${''.padEnd(13)} not so: ${rule.unmet}`,
    ]),
    `  YES  ${judgement.verdict.padEnd(13)} ${judgement.because}`,
  ];
}
