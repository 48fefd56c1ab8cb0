// How long a run over three machines takes that has nothing to change. It takes root, and what .ci/tools/install brings.
import { startHouse } from '../test/ansible/house.ts';
import { complaintOf, recapOf } from '../test/ansible/recap.ts';
import type { Report } from './report.ts';

/** The basement is set up once, which is not timed against anything, and then played over again. */
export async function measureConverge(options: { readonly runs: number }): Promise<Report> {
  const house = await startHouse({ minis: 3, hub: true });
  try {
    const timed = async (): Promise<{ readonly seconds: number; readonly text: string }> => {
      const begun = performance.now();
      const ran = await house.play('playbooks/site.yml');
      if (ran.code !== 0) throw new Error(complaintOf(ran));
      return { seconds: (performance.now() - begun) / 1000, text: ran.text };
    };
    const first = await timed();
    let [slowest, tasks, changed] = [0, 0, 0];
    for (let run = 0; run < options.runs; run += 1) {
      const { seconds, text } = await timed();
      const hosts = Object.values(recapOf({ code: 0, text }));
      slowest = Math.max(slowest, seconds);
      tasks = hosts.reduce((sum, { ok }) => sum + ok, 0);
      changed += hosts.reduce((sum, each) => sum + each.changed, 0);
    }
    return {
      fields: { seconds: Math.round(slowest * 10) / 10, tasks, changed },
      details: { firstSeconds: Math.round(first.seconds * 10) / 10, hosts: 4 },
      limits: [{ field: 'seconds', atMost: 90 }],
      broken: changed === 0 ? [] : [`${changed} tasks changed something in a run with nothing to change`],
    };
  } finally {
    await house.close();
  }
}
