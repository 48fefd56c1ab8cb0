// The story of a page to which nobody reacts for a while: reminder, second phone, and an acknowledgement by the link of a message.
import { request } from 'undici';
import type { Phone } from '../pager/pager.ts';
import { type Act, resolves } from './act.ts';
import { isAbout, type Stage } from './stage.ts';

const subject = 'site.home';

/** What a person does with the link: opens the view, which changes nothing, and presses its button. True when it was taken. */
async function follow(link: string, by: string): Promise<boolean> {
  const url = new URL(link);
  // Browsers keep the fragment to themselves; the script of the view reads it and posts it.
  const token = url.hash.slice(1);
  url.hash = '';
  const view = await request(url);
  await view.body.dump();
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, by }),
  });
  await answer.body.dump();
  return view.statusCode === 200 && answer.statusCode === 200;
}

const cameTo = (stage: Stage, kind: string, phone: Phone): boolean =>
  stage.said().some((each) => each.phone === phone && each.message.kind === kind);

async function acknowledges(stage: Stage): Promise<void> {
  const link = stage.said().findLast(({ message }) => message.links.acknowledge !== undefined)?.message
    .links.acknowledge;
  let isTaken = false;
  await stage.we('follow the link of the last message, and press the button as Maria', async () => {
    isTaken = link !== undefined && (await follow(link, 'Maria'));
  });
  stage.check('the link was in the message, and was taken', isTaken);
  stage.should('tell both phones who has it, and be quiet from then on');
  const { message } = await stage.message(
    'who has it is told by name',
    ({ kind }) => kind === 'acknowledged',
    3,
  );
  stage.check('it says that Maria has it', message.body.includes('Maria'));
  await stage.until(
    'both phones hear of it',
    () => cameTo(stage, 'acknowledged', 'pager') && cameTo(stage, 'acknowledged', 'neighbour'),
    2,
  );
}

export const nobodyReacts: Act = {
  name: 'nobody reacted',
  title: 'The power goes, and nobody reacts',
  play: async (stage) => {
    await stage.we(
      'cut the power, while the person with the pager sleeps on and the witness is down',
      async (basement) => {
        await basement.change({ hasWitness: false });
        await basement.cutPower();
      },
    );
    stage.should('page, then the neighbour as well after ten minutes, and remind after a quarter of an hour');
    await stage.message(
      'one critical page: dark or cut off',
      (message) => message.kind === 'opened' && message.severity === 'critical' && isAbout(message, subject),
      4,
    );
    stage.should('make no node: with one house only, the witness must have seen the same');
    await stage.message(
      'why there is none is told once, and calls nobody',
      (message) => message.kind === 'progress' && message.body.includes('no witness has said'),
      4,
    );
    stage.check('the neighbour is not told yet', !stage.said().some(({ phone }) => phone === 'neighbour'));
    await stage.until(
      'nobody has acknowledged it, so the neighbour is told',
      () => cameTo(stage, 'escalated', 'neighbour'),
      13,
    );
    await stage.until(
      'both are reminded that it still holds',
      () => cameTo(stage, 'reminder', 'pager') && cameTo(stage, 'reminder', 'neighbour'),
      8,
    );
    await acknowledges(stage);
    const told = stage.said().length;
    await stage.we('put the power back', async (basement) => {
      await basement.restorePower();
      await basement.change({ hasWitness: true });
    });
    stage.should('tell both phones that it is over');
    // The battery is told of to the pager alone.
    await resolves(stage, subject, told + 3);
    stage.check('the neighbour hears of the end as well', cameTo(stage, 'resolved', 'neighbour'));
    const { length } = stage.lab.cloud.instances();
    stage.check('nothing was made in the cloud', length === 0, `${length} machines`);
  },
};
