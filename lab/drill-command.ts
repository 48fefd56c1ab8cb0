// What can be typed into the lab to try the failover before it is needed.
import { drillModes } from '../functions/domain/drill/drill.ts';
import { labSigners } from './basement/names.ts';
import { tellWatchdog } from './tell.ts';
import type { Command } from './world-commands.ts';

export const drillCommand: Command = {
  words: 'drill',
  takes: labSigners,
  what: 'tries whether its failover works, as far as boot or sync, written after it; status shows how it goes',
  run: async (lab, rest) => {
    const [word = '', how = 'sync', ...more] = rest.split(' ');
    const signer = labSigners.find((each) => each === word);
    const mode = drillModes.find((each) => each === how);
    if (signer === undefined || more.length > 0) return `drill what? One of ${labSigners.join(', ')}.`;
    if (mode === undefined) return `drill ${signer} how? One of ${drillModes.join(', ')}.`;
    const why = 'typed into the lab';
    const told = await tellWatchdog(lab, { kind: 'drill', signer, mode, why, by: 'whoever sits here' });
    return told.ok
      ? `A drill of ${signer} is asked for, mode ${mode}: type status to see how it goes.`
      : `It is refused: ${told.problem}`;
  },
};
