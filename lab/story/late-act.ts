// The act in which the watchdog itself is in trouble: nobody calls it for a while, and it says so.
import { type Act, resolves } from './act.ts';
import { isAbout } from './stage.ts';

/** In the lab a look is late after eight minutes. */
const pauseMs = 8 * 60_000;

export const watchdogIsLate: Act = {
  name: 'nobody called it',
  title: 'The watchdog itself is late',
  play: async (stage) => {
    const before = stage.lab.looks.length;
    await stage.we('stop the scheduler that calls the watchdog, for eight minutes', () => {
      stage.lab.scheduler.pause();
      return Promise.resolve();
    });
    stage.should('say by itself, once it is called again, how long nobody was watching');
    await stage.pass(pauseMs);
    stage.check('meanwhile it does not look, and so says nothing', stage.lab.looks.length === before);
    stage.lab.scheduler.resume();
    const warning = await stage.message(
      'a warning that it was late itself, and nothing of the house',
      (message) =>
        message.kind === 'opened' && message.severity === 'warning' && isAbout(message, 'ticks.home'),
      5,
    );
    stage.check(
      'it says for how long',
      /nobody was watching for \d+ minutes/i.test(warning.message.body),
      warning.message.body,
    );
    stage.should('wait three minutes to see that the looks stay in time, then say that it is over');
    await resolves(stage, 'ticks.home', 2);
  },
};
