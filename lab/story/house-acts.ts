// The acts in which the house speaks for itself: a heartbeat that does not come, and a message past the VPN.
import { type Act, resolves } from './act.ts';
import { tellWatchdog } from '../tell.ts';
import { isAbout, isPage, looksUntil } from './stage.ts';

export const heartbeatMissed: Act = {
  name: 'a heartbeat was missed',
  title: "The house's Alertmanager dies, and everything else is well",
  play: async (stage) => {
    const at = await stage.we('kill the Alertmanager of the house', (basement) =>
      basement.change({ hasAlertmanager: false }),
    );
    stage.should('warn once it has been silent for longer than agreed, and not call the house dark for it');
    const warning = await stage.message(
      'one warning: no word from alertmanager',
      (message) =>
        message.kind === 'opened' &&
        message.severity === 'warning' &&
        isAbout(message, 'source.alertmanager') &&
        message.title.includes('no word from alertmanager'),
      5,
    );
    const beat = stage.lab.beats.at(-1) ?? at;
    const late = stage.seen().filter((look) => look.at > beat + 120_000 && look.at <= warning.message.at);
    stage.check(
      'it came with the first look after the grace of two minutes',
      late.length === 1,
      `it came with look ${late.length} after it`,
    );
    await stage.we('start it again', (basement) => basement.heal());
    stage.should('wait three minutes to see that it stays well, then say that it is over');
    await resolves(stage, 'source.alertmanager', 2);
  },
};

export const vpnLeaks: Act = {
  name: 'the VPN leaked',
  title: 'The house sends past its VPN',
  play: async (stage) => {
    const at = await stage.we(
      'switch off the kill switch: heartbeats come from the address of the house',
      (basement) => basement.change({ isLeaking: true }),
    );
    stage.should('page at the second such heartbeat, and show the network only, never the address');
    const page = await stage.message(
      'one critical page: the home address may be showing',
      (message) =>
        message.kind === 'opened' &&
        message.severity === 'critical' &&
        isAbout(message, 'address.home') &&
        message.title.includes('VPN LEAK'),
      5,
    );
    stage.check('it waited for no look', looksUntil(stage.seen(), at, page) <= 2);
    stage.check(
      'the address itself is in no message',
      stage.said().every(({ message }) => !message.body.includes('198.51.100.23')),
    );
    await stage.we('switch the kill switch on again', (basement) => basement.heal());
    await stage.looks(4);
    stage.check(
      'four minutes later it is not over: a doubt about safety does not time out',
      stage.said().every(({ message }) => message.kind !== 'resolved'),
    );
    const [incident = ''] = page.message.incidents;
    let isCleared = false;
    await stage.we('state the cause: watchdog clear … --why "kill switch was off"', async () => {
      const why = 'the kill switch was off; it is on again';
      isCleared = (await tellWatchdog(stage.lab, { kind: 'clear', incident, why, by: 'Maria' })).ok;
    });
    stage.check('the statement was taken', isCleared);
    await resolves(stage, 'address.home', 2);
    stage.check('it was one page', stage.said().filter(isPage).length === 1);
  },
};
