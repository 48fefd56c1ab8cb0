// The act in which somebody wants to know whether the failover works, before it is needed.
import type { DrillRecord } from '../../functions/domain/drill/drill.ts';
import { phaseWords } from '../../functions/domain/drill/phases.ts';
import { labels } from '../../functions/domain/standby/rules.ts';
import { labSigners } from '../basement/names.ts';
import { tellWatchdog, type Told } from '../tell.ts';
import type { Act } from './act.ts';
import { ActFailed, type Stage } from './stage.ts';

const [signer] = labSigners;
/** It syncs for eight minutes of them. */
const mostTicks = 30;

/** How it went; the act fails when it does not end. */
async function ended({ lab, looks, check }: Stage, id: string): Promise<DrillRecord> {
  for (let tick = 0; tick < mostTicks; tick += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one look after the other
    const { fleet } = await lab.standbys();
    const last = fleet?.drills[signer]?.last;
    if (last?.id === id) return last;
    // oxlint-disable-next-line no-await-in-loop -- as above
    await looks(1);
  }
  const words = 'the drill comes to its end';
  check(words, false, `not within ${mostTicks} ticks`);
  throw new ActFailed(words);
}

export const drillRuns: Act = {
  name: 'a drill was run',
  title: 'Somebody tries the failover before it is needed',
  play: async (stage) => {
    const answer: { told: Told } = { told: { ok: false, problem: 'nobody was asked' } };
    const why = 'to see whether the failover works';
    await stage.we(`ask for a drill: watchdog drill ${signer} --mode sync`, async () => {
      answer.told = await tellWatchdog(stage.lab, { kind: 'drill', signer, mode: 'sync', why, by: 'Maria' });
    });
    stage.should('make a node of its chain, time it until it is synced, delete it, and wake nobody');
    const { told } = answer;
    stage.check('it is taken in', told.ok, told.ok ? undefined : told.problem);
    if (!told.ok) throw new ActFailed(told.problem);
    await stage.until(
      'a node is made that is marked as a drill, and that Compute deletes by itself should everything else fail',
      () =>
        stage.lab.cloud
          .instances()
          .some(
            (node) =>
              Object.hasOwn(node.labels, labels.drill) && node.scheduling.maxRunDuration !== undefined,
          ),
      6,
    );
    const record = await ended(stage, told.id);
    const { outcome, text, marks } = record;
    stage.check('it has passed: the node was synced', outcome === 'passed' && marks.synced !== null, text);
    stage.check(
      `time to recover: ${phaseWords(marks) ?? 'nothing ever ran'}`,
      ![marks.running, marks.reported, marks.syncing, marks.synced].includes(null),
      'a phase was not seen',
    );
    stage.check('its node is gone', stage.lab.cloud.instances().length === 0);
    const memory = await stage.lab.memory();
    stage.check(
      'no standby was wanted, no incident opened, and nobody was told of anything',
      memory !== null &&
        Object.keys(memory.state.wanted).length === 0 &&
        Object.keys(memory.incidents).length === 0 &&
        stage.said().length === 0,
    );
  },
};
