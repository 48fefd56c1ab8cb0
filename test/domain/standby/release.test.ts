// What keeps a node from being deleted by software: each reason alone is enough, and without any it may go.
import { describe, expect, test } from 'vitest';
import type { FlagRead } from '../../../functions/domain/standby/key-flag.ts';
import { type Candidate, whyKept } from '../../../functions/domain/standby/release.ts';
import type { NodeReport } from '../../../functions/domain/standby/standby.ts';
import { minute, start } from '../../support/site.ts';
import { flagOf, nodeOf, noFlag, standbyRules, unreadable } from '../../support/standby-house.ts';

const at = start + 60 * minute;
const report = (over: Partial<NodeReport> = {}): NodeReport => ({
  at: at - minute,
  keys: 'absent',
  state: 'synced',
  percent: 100,
  etaMs: null,
  peers: 30,
  head: 1,
  version: null,
  usedGib: null,
  text: null,
  ...over,
});
const node = nodeOf();
const held = (over: Parameters<typeof flagOf>[0]): FlagRead => ({ isReadable: true, flag: flagOf(over) });
const named = (over: Partial<{ project: string; zone: string; name: string }> = {}) =>
  held({ holder: { kind: 'node', project: 'my-project', zone: node.zone, name: node.name, ...over } });

const kindOf = (over: Partial<Candidate> = {}): string | null =>
  whyKept(
    { node, signer: 'alpha', flag: noFlag, report: report(), doubt: null, hasHeldKeys: false, ...over },
    standbyRules(),
    at,
  )?.kind ?? null;

describe('a node', () => {
  test.each<[string, Partial<Candidate>, string | null]>([
    ['of which nothing was ever handed over', {}, null],
    ['whose keys are in the house', { flag: held({}) }, null],
    ['beside another that holds', { flag: named({ name: 'bw-alpha-2-x' }) }, null],
    ['that holds', { flag: named() }, 'keys-not-absent'],
    ['that holds by another name of the project', { flag: named({ project: '123456' }) }, 'keys-not-absent'],
    ['whose id the flag names', { flag: held({ instance: node.id }) }, 'keys-not-absent'],
    ['in the middle of a handover', { flag: held({ holder: { kind: 'none' } }) }, 'keys-not-absent'],
    ['whose flag is unreadable', { flag: unreadable }, 'flag-unreadable'],
    ['whose flag was not read', { flag: null }, 'flag-unreadable'],
    ['that is protected', { node: nodeOf({ isProtected: true }) }, 'protected'],
    ['on hold', { node: nodeOf({ labels: { ...node.labels, 'watchdog-hold': '' } }) }, 'protected'],
    [
      'of another prefix',
      { node: nodeOf({ labels: { ...node.labels, 'basement-watchdog': 'x' } }) },
      'foreign',
    ],
    [
      'of another signer',
      { node: nodeOf({ labels: { ...node.labels, 'watchdog-signer': 'x' } }) },
      'foreign',
    ],
    ['that has held keys', { hasHeldKeys: true }, 'keys-not-absent'],
    ['in doubt', { doubt: { kind: 'malformed', text: 'no', since: start } }, 'keys-not-absent'],
    ['that says nothing', { report: null }, 'keys-not-absent'],
    ['with keys', { report: report({ keys: 'present' }) }, 'keys-not-absent'],
    ['that does not know', { report: report({ keys: 'unknown' }) }, 'keys-not-absent'],
    ['that spoke fifteen minutes ago', { report: report({ at: at - 15 * minute }) }, null],
    ['that spoke too long ago', { report: report({ at: at - 15 * minute - 1 }) }, 'keys-not-absent'],
    ['that speaks from the future', { report: report({ at: at + 2 * minute + 1 }) }, 'keys-not-absent'],
  ])('%s', (_, given, kind) => {
    expect(kindOf(given)).toBe(kind);
  });

  test('that is kept comes with the command by which a person deletes it', () => {
    const kept = whyKept(
      { node, signer: 'alpha', flag: unreadable, report: report(), doubt: null, hasHeldKeys: false },
      standbyRules(),
      at,
    );
    expect(kept?.text).toContain(
      'gcloud compute instances delete bw-alpha-1-01234567 --zone eu-1-a --project my-project',
    );
  });
});
