// The pretend world on this machine, with real sockets: house, VPN exit, resolvers, heartbeats and a UPS, and the hand that breaks them.
import type { Clock } from '../../functions/kit/clock.ts';
import type { ApiAnswer, ApiRequest } from '../chains/api.ts';
import type { Environment } from '../../functions/kit/environment.ts';
import { type Fence, type FenceSettings, startFence } from './fence.ts';
import { startHeartbeat } from './heartbeat.ts';
import { type Listener, type Service, startListener } from './listener.ts';
import {
  chainNames,
  executionClients,
  type NodeName,
  operators,
  type SignerName,
  signerNames,
  startChains,
} from './chains.ts';
import { type Listening, openVoice, type PowerNews } from './voice.ts';
import {
  healthy,
  canSend,
  isReachable,
  isSigning,
  isSigningTwice,
  isStarted,
  type Place,
  places,
  runsInHouse,
  type View,
  views,
  type WorldState,
} from './world.ts';

export type Basement = {
  readonly state: () => WorldState;
  /** Where the names of the configuration lead on this machine, for those who look from there. */
  readonly hosts: Readonly<Record<View, Environment['network']['hosts']>>;
  /** The line loses its power: the UPS says so, and goes on for a while. */
  readonly loseMains: () => Promise<void>;
  readonly emptyBattery: () => Promise<void>;
  /** Both, one right after the other. */
  readonly cutPower: () => Promise<void>;
  readonly restorePower: () => Promise<void>;
  readonly dropVpn: () => Promise<void>;
  readonly breakForward: (id: string) => Promise<void>;
  readonly cutOurNetwork: () => Promise<void>;
  readonly setSecondWay: (isOn: boolean) => Promise<void>;
  /** Anything else of the state: signers, chains, clients, operators. */
  readonly change: (change: Partial<WorldState>) => Promise<void>;
  /** What a client of the pretend world answers, whether somebody can get to it or not. */
  readonly answer: (node: NodeName, request: ApiRequest) => ApiAnswer;
  /** Signers whose keys were ever in use in two places at once. */
  readonly signedTwice: () => readonly SignerName[];
  /** Everything works again; the second way is put away. Who signs in the cloud goes on. */
  readonly heal: () => Promise<void>;
  /** From now on the house sends its heartbeats and the news of its power here. */
  readonly connect: (listening: Listening) => void;
  /** From now on the house's client of Ethereum has a fence as its parent: it runs only when the gate allows it. */
  readonly fence: (settings: FenceSettings) => void;
  readonly close: () => Promise<void>;
};

/** The client that gets a fence. */
const fencedClient: SignerName = 'lighthouse';

/** What the UPS says: its battery lasts for twelve minutes. */
const full: PowerNews = { state: 'online', charge: 100, runtime: 720 };
const onBattery: PowerNews = { ...full, state: 'on-battery' };

/** The watchdog's own network is cut at its references first and comes back there last, as one cable would do it at once. */
const order: readonly Place['kind'][] = ['reference', 'public', 'exit', 'forward'];

/** `startAt` is when the chains of the world are as their configuration says; epoch ms. */
export async function startBasement(clock: Clock, startAt: number): Promise<Basement> {
  const chains = startChains(clock, startAt);
  const serviceOf = ({ service }: Place): Service =>
    typeof service === 'string' ? service : (request) => chains.answer(service.node, request);
  const stands = await Promise.all(
    views.flatMap((view) =>
      places.map(async (place) => ({ view, place, listener: await startListener(serviceOf(place)) })),
    ),
  );
  let state = healthy;
  let fence: Fence | null = null;
  const voice = openVoice(startAt);
  const signedTwice = new Set<SignerName>();

  const setAll = async (kind: Place['kind'], isUp: (place: Place, from: View) => boolean): Promise<void> => {
    const some = stands.filter(({ place }) => place.kind === kind);
    await Promise.all(some.map(({ view, place, listener }) => listener.setUp(isUp(place, view))));
  };
  const hostsOf = (view: View): Environment['network']['hosts'] =>
    new Map(
      stands
        .filter((stand) => stand.view === view)
        .map(({ place, listener }) => [
          `${place.host}:${place.port}`,
          { address: '127.0.0.1', port: listener.port },
        ]),
    );
  const become = async (change: Partial<WorldState>): Promise<void> => {
    const before = state;
    state = { ...state, ...change };
    // A client whose fence is gone is gone with it, and comes back only when the fence has asked.
    if (fence !== null && !isStarted(fencedClient, state)) {
      state = { ...state, heldBack: new Set([...state.heldBack, fencedClient]) };
    }
    const now = state;
    for (const signer of signerNames) {
      chains.setSigning(signer, isSigning(signer, now));
      if (isSigningTwice(signer, now)) signedTwice.add(signer);
    }
    for (const chain of chainNames) chains.setMoving(chain, !now.stalledChains.has(chain));
    for (const client of executionClients) chains.setFrozen(client, now.frozenClients.has(client));
    for (const operator of operators) chains.setLying(operator, now.liars.has(operator));
    for (const kind of order)
      // oxlint-disable-next-line no-await-in-loop -- the order is the point
      await setAll(kind, (place, from) => isReachable(place, before, from) && isReachable(place, now, from));
    for (const kind of order.toReversed())
      // oxlint-disable-next-line no-await-in-loop -- the order is the point
      await setAll(kind, (place, from) => isReachable(place, now, from));
  };
  const loseMains = async (): Promise<void> => {
    await become({ hasMains: false });
    await voice.tellPower(state, onBattery);
  };
  const restorePower = async (): Promise<void> => {
    if (state.hasPower && state.hasMains) return;
    await become({ hasPower: true, hasMains: true });
    await voice.tellPower(state, full);
  };

  const heartbeat = startHeartbeat(clock, (sentAt) => voice.beat(state, sentAt));

  return {
    state: () => state,
    answer: chains.answer,
    signedTwice: () => [...signedTwice],
    hosts: { watchdog: hostsOf('watchdog'), witness: hostsOf('witness') },
    loseMains,
    emptyBattery: () => become({ hasMains: false, hasPower: false }),
    cutPower: async () => {
      await loseMains();
      await become({ hasPower: false });
    },
    restorePower,
    dropVpn: () => become({ hasExit: false }),
    breakForward: (id) => become({ broken: new Set([...state.broken, id]) }),
    cutOurNetwork: () => become({ hasOurNetwork: false }),
    setSecondWay: (isOn) => become({ hasSecondWay: isOn }),
    change: become,
    heal: async () => {
      const hadPower = state.hasPower && state.hasMains;
      await become({ ...healthy, cloudSigners: state.cloudSigners, heldBack: state.heldBack });
      if (!hadPower) await voice.tellPower(state, full);
    },
    connect: voice.speakTo,
    fence: (settings) => {
      fence = startFence(settings, {
        clock,
        isOn: () => isStarted(fencedClient, state),
        isConnected: () => canSend(state),
        isRunning: () => runsInHouse(fencedClient, state),
        run: async (isRunning) => {
          const heldBack = new Set(state.heldBack);
          if (isRunning) heldBack.delete(fencedClient);
          else heldBack.add(fencedClient);
          await become({ heldBack });
        },
        report: (report) => voice.tellFence(state, report),
      });
    },
    close: async () => {
      await fence?.stop();
      await heartbeat.stop();
      await Promise.all(stands.map(({ listener }: { listener: Listener }) => listener.setUp(false)));
    },
  };
}
