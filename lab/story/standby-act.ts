// What follows a page when the house stays dark: nodes in the cloud that sync, and that are gone again once the house is stable.
import type { PagerMessage } from '../pager/pager.ts';
import { labSigners, labSite } from '../basement/names.ts';
import { labZones } from '../basement/standbys.ts';
import type { Stage } from './stage.ts';

const [firstZone, nextZone] = labZones;
/** In the night of the story it has no machine left. */
export const fullZone = firstZone;

const isProgress = ({ kind }: PagerMessage): boolean => kind === 'progress';

/** Every signer of the house is named with these words. */
const tells = ({ body }: PagerMessage, words: RegExp): boolean =>
  labSigners.every((signer) => body.split('\n').some((line) => line.includes(signer) && words.test(line)));

/** True for a message about the standby of a signer, if only among others. */
const concerns = ({ incidents }: PagerMessage, signer: string): boolean =>
  incidents.some((id) => id.startsWith(`${labSite}.standby.${signer}.`));

/** Real seconds within which Compute must have accepted the first of them. */
const acceptWithinS = 5;

/** Real seconds from the look that decided it to the first insert that Compute accepted. */
function acceptedAfterS({ lab }: Stage, lookAt: number): number {
  const inserts = lab.cloud
    .operations()
    .filter(({ type, insertedAt }) => type === 'insert' && insertedAt >= lookAt);
  return (Math.min(...inserts.map(({ insertedAt }) => insertedAt)) - lookAt) / 1000 / lab.speed;
}

/** From the page, of the look at `lookAt`, to the last node that is synced. */
export async function standbysSync(stage: Stage, lookAt: number): Promise<void> {
  stage.should(
    `make a node without keys for each signer, first in ${fullZone}, where there is no machine left, then in ${nextZone}`,
  );
  await stage.message(
    'the pager hears that they are being made, without being called again',
    (message) => isProgress(message) && tells(message, /is being created|is booting/),
    4,
  );
  const seconds = acceptedAfterS(stage, lookAt);
  stage.check(
    `Compute had accepted the first within ${acceptWithinS} s of real time after the look`,
    seconds < acceptWithinS,
    `${seconds.toFixed(1)} s`,
  );
  await stage.until(
    `both stand in ${nextZone}, and none was left behind in ${fullZone}`,
    () => {
      const nodes = stage.lab.cloud.instances();
      return nodes.length === labSigners.length && nodes.every(({ zone }) => zone === nextZone);
    },
    6,
  );
  await stage.message(
    'they sync, and it says about how long that takes',
    (message) => isProgress(message) && tells(message, /syncing.*left/),
    8,
  );
  await stage.message(
    'they are synced: now a person may decide, and software does not',
    (message) => isProgress(message) && tells(message, /synced/),
    20,
  );
}

/** From the end of the trouble to the deletion of the node that never held a key. */
export async function standbysGo(stage: Stage): Promise<void> {
  const [kept, other] = labSigners;
  stage.should(
    `keep the node of ${other} until the house has been stable for half an hour, and say what it costs; that of ${kept} until a person deletes it`,
  );
  await stage.until(
    `the node of ${other} is deleted`,
    () => stage.lab.cloud.instances().every(({ labels }) => labels['watchdog-signer'] !== other),
    45,
  );
  await stage.message(
    `the standby of ${other} is gone, and it says what that has cost`,
    (message) =>
      message.kind === 'resolved' && concerns(message, other) && /\d+\.\d\d USD/.test(message.body),
    6,
  );
}
