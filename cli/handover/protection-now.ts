// What the client that is to sign holds, against the floor of the moment at which the other side was fenced.
import { cometFloor, ethereumFloor, judgeProtection } from '../../functions/domain/handover/floor.ts';
import type { ProtectionFact } from '../../functions/domain/handover/facts.ts';
import { readProtectionFile } from './floor.ts';
import { floorNow } from './floor-now.ts';
import { type Chosen, epochsOf } from './signer.ts';
import type { HandoverWorld } from './world.ts';

const problem = (text: string): ProtectionFact => ({ problem: text, height: null });
/** The usual time of a height; a chain that is slower makes the floor only higher. */
const usualPaceMs = 2_000;

/** Never rejects; whatever cannot be found out is a problem. */
export async function protectionNow(
  world: HandoverWorld,
  chosen: Chosen,
  { path, fencedAt }: { readonly path: string; readonly fencedAt: number },
): Promise<ProtectionFact> {
  const { signer, network } = chosen;
  const of = signer.chain === 'ethereum' ? 'marks' : 'last-sign';
  const read = readProtectionFile(path, of);
  if (!read.ok) return problem(`${path} ${read.why}`);
  const floor = await floorNow(world, chosen);
  if (!floor.ok) return problem(floor.why);
  if (floor.value.of === 'last-sign') {
    // The tip of then: what the other side can have signed before it was fenced lies below.
    const since = Math.max(0, world.clock.now() - fencedAt);
    const tip = Number(floor.value.lastSign.height) - Number(cometFloor(0).height);
    const then = cometFloor(Math.max(0, tip - Math.floor(since / usualPaceMs)));
    return judgeProtection(read.protection, { of: 'last-sign', lastSign: then });
  }
  const epochs = epochsOf(network);
  if (epochs === null) return problem('it is not known when the chain began');
  if (read.genesisRoot !== floor.value.genesisRoot) return problem(`${path} is of another chain`);
  const marks = ethereumFloor(epochs, fencedAt);
  return judgeProtection(read.protection, {
    of: 'marks',
    keys: new Map([...floor.value.keys.keys()].map((key) => [key, marks])),
  });
}
