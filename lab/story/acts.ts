// The first story, act by act: what we do to the house, and what the watchdog must make of it.
import { type Act, resolves } from './act.ts';
import { chainStalls, signerStops } from './chain-acts.ts';
import { drillRuns } from './drill-act.ts';
import { heartbeatMissed, vpnLeaks } from './house-acts.ts';
import { watchdogIsLate } from './late-act.ts';
import { keysComeBack, keysGoToTheCloud, machineComesBack, personDeletes } from './handover-act.ts';
import { nobodyReacts } from './ladder-act.ts';
import { isAbout, isPage, looksUntil, verdictOf } from './stage.ts';
import { fullZone, standbysGo, standbysSync } from './standby-act.ts';
import { ourRegion } from './witness-act.ts';

const withLook = (count: number): string => `it came with look ${count}`;

const allIsWell: Act = {
  name: 'all is well',
  title: 'All is well',
  play: async (stage) => {
    stage.given(
      'watch a house with power, a line and a VPN: its ports, its four clients, and its two signers on public RPCs',
    );
    stage.should('find it well, hear its heartbeat, and wake nobody');
    await stage.until(
      'two looks in a row: everything answers',
      () =>
        stage
          .seen()
          .slice(-2)
          .filter((look) => verdictOf(look) === 'ok').length === 2,
      5,
    );
    await stage.until('a heartbeat came in', () => stage.lab.beats.length > 0, 3);
    stage.check('nobody was told of anything', stage.said().length === 0);
  },
};

const oneForward: Act = {
  name: 'one forward broke',
  title: 'One port forward breaks',
  play: async (stage) => {
    const at = await stage.we('remove the forward of beacond-p2p at the VPN exit', (basement) =>
      basement.breakForward('beacond-p2p'),
    );
    stage.should('warn of that one target, once two looks in a row say so; the house itself is fine');
    const warning = await stage.message(
      'a warning that names beacond-p2p, and only that',
      (message) =>
        message.kind === 'opened' && message.severity === 'warning' && isAbout(message, 'target.beacond-p2p'),
      6,
    );
    const looks = looksUntil(stage.seen(), at, warning);
    stage.check('it came with the second bad look, not with the first', looks === 2, withLook(looks));
    await stage.we('put the forward back', (basement) => basement.heal());
    stage.should('wait three minutes to see that it stays well, then say that it is over');
    await resolves(stage, 'target.beacond-p2p', 2);
  },
};

const blackout: Act = {
  name: 'the power went',
  title: 'The power goes',
  play: async (stage) => {
    const beats = stage.lab.beats.length;
    await stage.until('the house has just sent a heartbeat', () => stage.lab.beats.length > beats, 3);
    const gasped = await stage.we('take the power off the line; the UPS tells of it', (basement) =>
      basement.loseMains(),
    );
    stage.should('tell at once that the house runs on its battery, and for how long');
    const warning = await stage.message(
      'one warning: on battery, twelve minutes of it',
      (message) =>
        message.kind === 'opened' &&
        message.severity === 'warning' &&
        isAbout(message, 'power.home') &&
        message.body.includes('12 minutes of battery'),
      2,
    );
    const before = looksUntil(stage.seen(), gasped, warning);
    stage.check('it waited for no look', before === 0, withLook(before));
    const at = await stage.we(
      'let the battery run empty, in a night in which the first zone of the cloud is full',
      (basement) => {
        stage.lab.cloud.faults.stockOut(fullZone, true);
        return basement.emptyBattery();
      },
    );
    stage.should('call the house dark at the very next look, and for certain: the UPS told of it');
    const page = await stage.message(
      'one critical page: dark',
      (message) =>
        message.kind === 'opened' &&
        message.severity === 'critical' &&
        isAbout(message, 'site.home') &&
        message.body.includes('the UPS told of power going'),
      4,
    );
    const looks = looksUntil(stage.seen(), at, page);
    stage.check('it came with the first look after the battery', looks === 1, withLook(looks));
    await standbysSync(stage, page.message.at);
    const calls = stage.said().filter((each) => isPage(each) && each.phone === 'pager').length;
    stage.check(
      'the pager was not called again meanwhile, nor for the ports and signers that fail with it',
      calls === 2,
      `${calls} pages in all`,
    );
    await keysGoToTheCloud(stage);
    await machineComesBack(stage);
    stage.should('wait three minutes to see that it stays well, then say that it is over');
    await stage.message(
      'the battery is resolved as well',
      (message) => message.kind === 'resolved' && isAbout(message, 'power.home'),
      6,
    );
    await stage.message(
      'the blackout is over, and whoever was told hears of it',
      (message) => message.kind === 'resolved' && isAbout(message, 'site.home'),
      10,
    );
    await keysComeBack(stage);
    await standbysGo(stage);
    await personDeletes(stage);
  },
};

const exitFails: Act = {
  name: 'only the VPN exit failed',
  title: 'The VPN exit fails, and the house does not',
  play: async (stage) => {
    const at = await stage.we('switch off the VPN server: no way in, and no heartbeat out', (basement) =>
      basement.dropVpn(),
    );
    stage.should('page at once, for nothing can show life yet: it may be dark, or only cut off');
    const page = await stage.message(
      'one critical page: dark or cut off, the VPN exit is unreachable',
      (message) =>
        message.kind === 'opened' &&
        message.severity === 'critical' &&
        isAbout(message, 'site.home') &&
        message.title.includes('VPN exit'),
      4,
    );
    const looks = looksUntil(stage.seen(), at, page);
    stage.check('it came with the first look after the failure', looks === 1, withLook(looks));
    await stage.we('let the house send its heartbeats over a mobile router', (basement) =>
      basement.setSecondWay(true),
    );
    stage.should('see that this heartbeat is later than the trouble: the house lives, so it is no outage');
    const lowered = await stage.message(
      'the same incident is lowered to a warning: the way in is broken, the house lives',
      (message) => message.kind === 'lowered' && message.severity === 'warning',
      6,
    );
    const isSame = lowered.message.incidents.join() === page.message.incidents.join();
    stage.check('no second incident: it carries the number of the first', isSame);
    await stage.we('switch the VPN server on again', (basement) => basement.heal());
    stage.should('wait three minutes to see that it stays well, then say that it is over');
    await resolves(stage, 'site.home', 3);
  },
};

const ownNetwork: Act = {
  name: 'our own network failed',
  title: "The watchdog's own network fails",
  play: async (stage) => {
    const at = await stage.we('cut our own way out: public resolvers fail as well as the house', (basement) =>
      basement.cutOurNetwork(),
    );
    stage.should('blame itself and not the house, and say after three looks that nobody is watching');
    const page = await stage.message(
      "one page: the watchdog is blind, the watcher's own incident",
      (message) => message.kind === 'opened' && isAbout(message, 'self.home'),
      7,
    );
    const looks = looksUntil(stage.seen(), at, page);
    stage.check('it came with the third blind look', looks === 3, withLook(looks));
    const memory = await stage.lab.memory();
    const ofHouse = Object.values(memory?.incidents ?? {}).filter(
      ({ subject }) => !['self', 'standby'].includes(subject.kind),
    );
    stage.check('no incident of the house was opened', memory !== null && ofHouse.length === 0);
    await stage.we('repair our network', (basement) => basement.heal());
    stage.should('wait three minutes to see that it stays well, then say that it is over');
    await resolves(stage, 'self.home', 2);
  },
};

export const acts: readonly Act[] = [
  allIsWell,
  oneForward,
  ourRegion,
  heartbeatMissed,
  signerStops,
  chainStalls,
  drillRuns,
  blackout,
  nobodyReacts,
  exitFails,
  vpnLeaks,
  ownNetwork,
  watchdogIsLate,
];
