// The brake: each reason for which no node is made, and none without a reason.
import { describe, expect, test } from 'vitest';
import { brake, mostAtOnce, type Together } from '../../../functions/domain/standby/brake.ts';
import type { FlagRead, Holder } from '../../../functions/domain/standby/key-flag.ts';
import type { Seen, Standby } from '../../../functions/domain/standby/standby.ts';
import type { Wanted } from '../../../functions/domain/standby/want.ts';
import type { StandbyRules } from '../../../functions/domain/standby/rules.ts';
import { hour, minute, start } from '../../support/site.ts';
import {
  attemptOf,
  flagOf,
  noFlag,
  seenOf,
  standbyRules,
  unreadable,
  wantedOf,
} from '../../support/standby-house.ts';

const at = start + minute;
const cost = { perHour: 1, spent: 0, currency: 'USD' };
const other = (signer: string, over: Partial<Seen> = {}): Standby => ({
  signer,
  wanted: wantedOf({ signer }),
  seen: seenOf({ phase: 'synced', attempt: attemptOf({ at: start }), cost, ...over }),
});

type Given = {
  readonly wanted?: Partial<Wanted>;
  readonly seen?: Seen;
  readonly flag?: FlagRead | null;
  readonly together?: Partial<Together>;
  readonly rules?: Partial<StandbyRules>;
};

function reasonOf({ wanted = {}, seen = seenOf(), flag = noFlag, together = {}, rules = {} }: Given = {}) {
  const all: Together = {
    standbys: [],
    broken: 0,
    orphans: [],
    drills: [],
    wanted: [],
    spent: 0,
    sites: 1,
    dark: null,
    ...together,
  };
  const braking = { together: all, rules: standbyRules(rules), at };
  const node = braking.rules.nodes.ethereum;
  if (node === undefined) throw new Error('the rules have no node for Ethereum');
  return brake(wantedOf(wanted), { seen, flag, node }, braking)?.reason ?? null;
}

const held = (holder: Holder): FlagRead => ({ isReadable: true, flag: flagOf({ holder }) });
const orphan = { from: start, until: at, perHour: 1 };
const many = (count: number) => Array.from({ length: count }, (_, index) => other(`other-${index}`));

describe('nothing is made', () => {
  test.each<[string, Given, string | null]>([
    ['nothing speaks against it', {}, null],
    ['dryRun is set', { rules: { isDryRun: true } }, 'dry-run'],
    ['the flag is unreadable', { flag: unreadable }, 'keys-unreadable'],
    ['the flag was not read', { flag: null }, 'keys-unreadable'],
    ['the house holds its keys', { flag: held({ kind: 'basement', site: 'home' }) }, null],
    ['nobody holds them', { flag: held({ kind: 'none' }) }, null],
    ['another house holds them', { flag: held({ kind: 'basement', site: 'cellar' }) }, 'held-elsewhere'],
    [
      'another node holds them',
      { flag: held({ kind: 'node', project: 'my-project', zone: 'eu-1-a', name: 'bw-alpha-1-x' }) },
      'held-elsewhere',
    ],
    ['the signer has shown life', { wanted: { lifeAt: start } }, 'signs'],
    ['the witness disputes', { wanted: { witness: 'disputed' } }, 'witness-disputes'],
    ['the witness is silent', { wanted: { witness: 'silent' } }, 'witness-silent'],
    ['the witness was not asked', { wanted: { witness: 'not-asked' } }, 'witness-silent'],
    ['a witness has no word here', { wanted: { witness: null } }, null],
    ['there is no witness', { wanted: { witness: 'silent' }, rules: { witness: 'none' } }, null],
    ['a person asks', { wanted: { witness: 'disputed', reason: 'person' } }, null],
    [
      'there are three sites, and the witness is silent',
      { wanted: { witness: 'silent' }, together: { sites: 3, dark: [start] } },
      null,
    ],
    [
      'over half turned dark at once',
      { together: { sites: 3, dark: [start, start + 5 * minute] } },
      'mass-outage',
    ],
    ['half turned dark at once', { together: { sites: 4, dark: [start, start] } }, null],
    ['they turned dark far apart', { together: { sites: 3, dark: [start, start + 5 * minute + 1] } }, null],
    ['it is not known who is dark', { together: { sites: 3, dark: null } }, 'mass-outage'],
    ['both of two sites are dark', { together: { sites: 2, dark: null } }, null],
    ['there is room for one more', { together: { standbys: many(1) } }, null],
    ['there are as many as may be', { together: { standbys: many(2) } }, 'too-many'],
    ['orphans count', { together: { standbys: many(1), orphans: [orphan] } }, 'too-many'],
    ['what cannot be read counts', { together: { standbys: many(1), broken: 1 } }, 'too-many'],
    [
      'what is gone or failed does not count',
      { together: { standbys: [other('b', { phase: 'gone' }), other('c', { phase: 'failed' })] } },
      null,
    ],
    ['the month has been dear', { rules: { monthlyCap: 100 }, together: { spent: 90 } }, 'over-cap'],
    ['the month has room', { rules: { monthlyCap: 103 }, together: { spent: 90 } }, null],
    [
      'what runs costs as well',
      { rules: { monthlyCap: 103 }, together: { spent: 90, standbys: many(1) } },
      'over-cap',
    ],
  ])('%s', (_, given, reason) => {
    expect(reasonOf(given)).toBe(reason);
  });

  test('when its own attempt is on paper only and others came first', () => {
    const paper = (signer: string, begun: number): Standby =>
      other(signer, { phase: 'creating', attempt: attemptOf({ at: begun, acceptedAt: null }) });
    const seen = paper('alpha', start).seen ?? seenOf();
    const rules = { maxStandbys: 1 };
    const against = (standby: Standby) => reasonOf({ seen, rules, together: { standbys: [standby] } });
    expect(against(paper('beta', start - 1))).toBe('too-many');
    expect(against(paper('beta', start))).toBeNull();
    expect(against(paper('aaron', start))).toBe('too-many');
    expect(against(paper('beta', start + 1))).toBeNull();
    expect(against(other('beta', { attempt: attemptOf({ at: start + 1 }) }))).toBe('too-many');
    expect(against(paper('alpha', start))).toBeNull();
  });
});

test('the most that turned dark within five minutes', () => {
  expect(mostAtOnce([])).toBe(0);
  expect(mostAtOnce([start, start + hour, start + hour + minute, start + hour + 5 * minute])).toBe(3);
});
