// The story of a forward that only the watchdog's own region does not reach: a dispute, and what it becomes when the forward really breaks.
import { type Act, resolves } from './act.ts';
import { isAbout, looksUntil } from './stage.ts';

const place = 'web';
const subject = `target.${place}`;

export const ourRegion: Act = {
  name: 'only our region failed',
  title: 'One forward cannot be reached from our region, and the witness still reaches it',
  play: async (stage) => {
    const at = await stage.we(
      `keep our region from reaching ${place}; the witness in another region does`,
      (basement) => basement.change({ hidden: new Set([place]) }),
    );
    stage.should('ask the witness, call it disputed and not broken, and tell so once, for information only');
    const told = await stage.message(
      'an information that it is disputed, and only that',
      (message) =>
        message.kind === 'opened' &&
        message.severity === 'info' &&
        isAbout(message, subject) &&
        message.title.includes('disputed'),
      4,
    );
    const looks = looksUntil(stage.seen(), at, told);
    stage.check('it came with the second look', looks === 2, `it came with look ${looks}`);
    stage.check('nobody was told that anything is broken', stage.said().length === 1);
    const broken = await stage.we(
      `really remove the forward of ${place}: now the witness does not reach it either`,
      (basement) => basement.breakForward(place),
    );
    stage.should('believe it at the next look, for both agree, and warn as of any broken forward');
    const warning = await stage.message(
      `a warning: ${place} does not answer`,
      (message) => message.kind === 'raised' && message.severity === 'warning' && isAbout(message, subject),
      3,
    );
    const later = looksUntil(stage.seen(), broken, warning);
    stage.check('it came with the first look after that', later === 1, `it came with look ${later}`);
    await stage.we('put the forward back, in sight of everybody', (basement) => basement.heal());
    stage.should('wait three minutes to see that it stays well, then say that it is over');
    await resolves(stage, subject, 3);
  },
};
