// The lab's cloud: the pretend Compute Engine with the templates that Terraform would have made, and nodes that sync on its machines.
import type { Clock } from '../../functions/kit/clock.ts';
import { labProject, labTemplates } from '../basement/standbys.ts';
import { type PretendCompute, startCompute } from './compute.ts';
import { type Nodes, startNodes } from './node.ts';
import { nodeTemplate } from './template.ts';

const minuteMs = 60_000;

export type Cloud = PretendCompute & {
  /** What runs on the machines. */
  readonly nodes: Nodes;
};

/** After so long Compute deletes a drill's machine; nothing of it is kept here, so that none wipes itself. */
const drill = { seconds: 48 * 3_600, isWiped: false };

/** A machine boots in a minute and a half; a node is at the head eight minutes later, which the real ones are not. */
export async function startCloud(clock: Clock): Promise<Cloud> {
  const compute = await startCompute({
    clock,
    project: labProject,
    // As slow as on a bad day, so that a look comes by while it happens.
    timing: { insertMs: 75_000 },
    templates: labTemplates.map(({ region, template, isDrill }) =>
      nodeTemplate({ region, name: template, ...(isDrill ? { drill } : {}) }),
    ),
  });
  const nodes = startNodes(compute, { clock, bootMs: 1.5 * minuteMs, syncMs: 8 * minuteMs });
  return {
    ...compute,
    nodes,
    close: async () => {
      nodes.stop();
      await compute.close();
    },
  };
}
