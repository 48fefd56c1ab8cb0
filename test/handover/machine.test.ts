// A person's hand on a machine of the pretend Compute Engine: it is looked at, protected and read back; and what the hand can never do.
import { describe, expect, onTestFinished, test } from 'vitest';
import { machineMethods, openMachine } from '../../cli/machine.ts';
import { order, pretendCompute, project, type World, zoneA } from '../support/pretend-compute.ts';

const signal = new AbortController().signal;
const place = { project, zone: zoneA, name: order().name };

async function home(): Promise<World & { readonly machine: ReturnType<typeof openMachine> }> {
  const world = await pretendCompute({ timing: { pendingMs: 0, otherMs: 0 } });
  onTestFinished(world.compute.close);
  return { ...world, machine: openMachine({ clock: world.clock, endpoint: world.compute.endpoint }) };
}

describe('a machine', () => {
  test('is seen as it is, protected step by step, and read back', async () => {
    const { machine, running, clock } = await home();
    await running();
    const before = await machine.look(place, signal);
    expect(before).toMatchObject({
      ok: true,
      value: {
        askedAt: clock.now(),
        place,
        status: 'RUNNING',
        hasFuse: false,
        isProtected: false,
        isOfDrill: false,
      },
    });
    const told: string[] = [];
    expect(await machine.protect(place, (line) => told.push(line), signal)).toEqual({
      ok: true,
      value: null,
    });
    expect(told[0]).toBe('deletion protection: on');
    expect(told.slice(1).every((line) => line.startsWith('disk '))).toBe(true);
    expect(told.length).toBeGreaterThan(1);
    expect(await machine.look(place, signal)).toMatchObject({
      ok: true,
      value: { isProtected: true, disksThatGo: [] },
    });
    // What is so already is not asked for again.
    const again: string[] = [];
    expect(await machine.protect(place, (line) => again.push(line), signal)).toMatchObject({ ok: true });
    expect(again).toEqual([]);
  });

  test.each([
    ['spot', { template: 'spot' }, { hasFuse: true }],
    [
      'of a drill',
      { template: 'drill', labels: { 'watchdog-drill': 'd-1' } },
      { hasFuse: true, isOfDrill: true },
    ],
  ])('that is %s says so', async (_, over, expected) => {
    const { machine, running } = await home();
    await running(over);
    expect(await machine.look(place, signal)).toMatchObject({ ok: true, value: expected });
  });

  test('that is not there is none, and nothing is done', async () => {
    const { machine, compute } = await home();
    const none = { ok: false, why: expect.stringContaining('no such machine') };
    expect(await machine.look(place, signal)).toEqual(none);
    expect(await machine.protect(place, () => undefined, signal)).toEqual(none);
    expect(compute.requests().filter(({ method }) => method !== 'GET' && method.includes('set'))).toEqual([]);
  });

  test('cannot be reached', async () => {
    const machine = openMachine({ clock: (await home()).clock, endpoint: 'http://127.0.0.1:9' });
    expect(await machine.look(place, signal)).toMatchObject({
      ok: false,
      why: expect.stringContaining('not reached'),
    });
  });
});

test('what is asked of Compute is four methods, of which none deletes, starts, or takes a protection away', () => {
  expect(Object.keys(machineMethods)).toEqual([
    'compute.instances.get',
    'compute.instances.setDeletionProtection',
    'compute.instances.setDiskAutoDelete',
    'compute.zoneOperations.get',
  ]);
});
