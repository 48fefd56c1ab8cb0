// Runs the lab: the story, then the commands of whoever sits in front of it.
import { systemClock } from '../functions/kit/clock.ts';
import { codeOf, describeError } from '../functions/kit/error.ts';
import { takeCommands } from './commands.ts';
import { ackToken, startAt, startLab, statusToken, type Lab } from './lab.ts';
import type { LabMode } from './options.ts';
import type { Screen } from './screen.ts';
import { playStory, type StoryResult } from './story/story.ts';
import { showSummary } from './story/summary.ts';
import { openTeller, type Teller } from './story/teller.ts';

export type PlayNeeds = { readonly screen: Screen; readonly signal: AbortSignal };

/** The story takes about 210 s at the default speed, and all of it must be over within 240 s. */
const storyLimitMs = 232_000;
const defaultSpeed = 60;

function greet(screen: Screen, speed: number): void {
  screen.line({ style: 'strong', text: 'basement-watchdog: the lab' });
  screen.line(
    'A pretend house behind a VPN, real sockets, the real watchdog, and a pager that checks its signatures.',
  );
  screen.line(
    `It is 03:00 at night in Berlin, 02:00 UTC. One minute here takes ${60 / speed} s. Every limit is the product's default.`,
  );
}

/** One line by itself, so that nothing else has to be read. */
async function showView(screen: Screen, lab: Lab): Promise<void> {
  screen.line('See it: ', { style: 'strong', text: await lab.viewLink() });
}

async function showAddresses(screen: Screen, lab: Lab): Promise<void> {
  screen.line();
  await showView(screen, lab);
  screen.line('Status as JSON:  ', {
    style: 'strong',
    text: `curl -H 'Authorization: Bearer ${statusToken}' ${lab.statusUrl}`,
  });
  screen.line('Acknowledge:     ', {
    style: 'strong',
    text: `WATCHDOG_ACK_URL=${lab.ackUrl} WATCHDOG_ACK_TOKEN=${ackToken} npx watchdog ack INCIDENT`,
  });
}

async function tellStory(lab: Lab, teller: Teller, options: LabMode, needs: PlayNeeds): Promise<StoryResult> {
  const begun = performance.now();
  const limit = AbortSignal.timeout(storyLimitMs * Math.max(1, defaultSpeed / options.speed));
  const story = await playStory({ lab, teller, signal: AbortSignal.any([needs.signal, limit]) });
  if (!needs.signal.aborted) {
    showSummary(needs.screen, story, { speed: options.speed, realMs: performance.now() - begun });
  }
  return story;
}

/** Resolves with the exit code. */
export async function play(options: LabMode, needs: PlayNeeds): Promise<number> {
  const { screen, signal } = needs;
  const teller = openTeller(screen, startAt);
  greet(screen, options.speed);
  let lab: Lab;
  try {
    const { speed, port: statusPort } = options;
    const events = { onLook: teller.look, onPage: teller.page, onTrouble: teller.trouble };
    lab = await startLab({ speed, statusPort, events });
  } catch (error) {
    const isTaken = codeOf(error) === 'EADDRINUSE';
    const why = isTaken ? `port ${options.port} is taken; choose another with --port` : describeError(error);
    screen.line({ style: 'bad', text: `The lab could not start: ${why}` });
    return 1;
  }
  try {
    await showView(screen, lab);
    const story = options.hasStory ? await tellStory(lab, teller, options, needs) : null;
    if (signal.aborted) return 130;
    if (!options.isOnce) {
      await showAddresses(screen, lab);
      await takeCommands(lab, { screen, signal, input: process.stdin, output: process.stdout });
      return 0;
    }
    return story?.isGood === true ? 0 : 1;
  } finally {
    // Whatever hangs while it is closed must not keep the terminal.
    await Promise.race([lab.close(), systemClock.sleep(3_000)]);
  }
}
