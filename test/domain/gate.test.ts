// What the gate says: each holder against everybody who may ask.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Asker, judgeGate } from '../../functions/domain/gate.ts';
import type { Holder, KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import { flagOf } from '../support/standby-house.ts';

const home: Holder = { kind: 'basement', site: 'home' };
const node: Holder = { kind: 'node', project: 'p', zone: 'eu-1-a', name: 'bw-1' };
const none: Holder = { kind: 'none' };

const house = (site: string, instance: string): Asker => ({ kind: 'basement', site, instance });
const machine = (over: Partial<Extract<Asker, { kind: 'node' }>> = {}): Asker => ({
  kind: 'node',
  project: 'p',
  zone: 'eu-1-a',
  name: 'bw-1',
  instance: '77',
  ...over,
});

const held = (holder: Holder, instance: string | null): KeyFlag =>
  flagOf({ holder, instance, generation: 7, minHeight: 40 });

describe('the gate', () => {
  test.each<[string, KeyFlag | null, Asker, 'allow' | 'deny', RegExp]>([
    ['the house that holds', held(home, 'a'), house('home', 'a'), 'allow', /this is its machine/],
    ['another machine of that house', held(home, 'a'), house('home', 'b'), 'deny', /another machine/],
    [
      'a machine while none is written',
      held(home, null),
      house('home', 'a'),
      'deny',
      /init eth-1 --instance a$/,
    ],
    ['another house', held(home, 'a'), house('cabin', 'a'), 'deny', /basement\/home signs/],
    ['a node while the house holds', held(home, '77'), machine(), 'deny', /basement\/home signs/],
    ['the node that holds', held(node, '77'), machine(), 'allow', /node\/p\/eu-1-a\/bw-1 signs/],
    ['a node of the same name, made anew', held(node, '76'), machine(), 'deny', /another machine/],
    ['the same number in another zone', held(node, '77'), machine({ zone: 'eu-1-b' }), 'deny', /signs for/],
    ['the same number in another project', held(node, '77'), machine({ project: 'q' }), 'deny', /signs for/],
    ['another name', held(node, '77'), machine({ name: 'bw-2' }), 'deny', /signs for/],
    ['the house while a node holds', held(node, 'a'), house('home', 'a'), 'deny', /node\/p/],
    ['the house while nobody holds', held(none, null), house('home', 'a'), 'deny', /nobody may sign/],
    ['a node while nobody holds', held(none, null), machine(), 'deny', /nobody may sign/],
    [
      'anybody before the first flag',
      null,
      house('home', 'a'),
      'deny',
      /run watchdog handover init eth-1 --instance a$/,
    ],
  ])('%s', (_, flag, asker, verdict, reason) => {
    const said = judgeGate(flag, 'eth-1', asker);
    expect(said).toMatchObject({
      verdict,
      generation: flag?.generation ?? 0,
      minHeight: flag?.minHeight ?? null,
    });
    expect(said.reason).toMatch(reason);
  });

  test('allows at most one of any who ask, whoever they are', () => {
    const text = fc.constantFrom('a', 'b', '77');
    const holder = fc.oneof(
      fc.constant(none),
      fc.record({ kind: fc.constant('basement' as const), site: text }),
      fc.record({ kind: fc.constant('node' as const), project: text, zone: text, name: text }),
    );
    const asker = fc.oneof(
      fc.record({ kind: fc.constant('basement' as const), site: text, instance: text }),
      fc.record({
        kind: fc.constant('node' as const),
        project: text,
        zone: text,
        name: text,
        instance: text,
      }),
    );
    let allowed = 0;
    fc.assert(
      fc.property(holder, fc.option(text), fc.array(asker, { maxLength: 12 }), (who, instance, askers) => {
        const flag = flagOf({ holder: who, instance });
        const may = askers.filter((each) => judgeGate(flag, 's', each).verdict === 'allow');
        allowed += may.length;
        expect(new Set(may.map((each) => JSON.stringify(each))).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
    expect(allowed).toBeGreaterThan(0);
  });
});
