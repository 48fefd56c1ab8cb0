// How the house speaks to the watchdog: real requests to the function `heartbeat`, as its Alertmanager and its UPS send them.
import { request } from 'undici';
import type { PowerState } from '../../functions/domain/facts.ts';
import type { FenceReport } from './fence.ts';
import { labFence, labHeartbeat, labUps } from './names.ts';
import { canSend, sendsFrom, type WorldState } from './world.ts';

/** Where and as whom the house speaks. `onBeat` is told when a heartbeat has arrived. */
export type Listening = {
  readonly url: string;
  readonly site: string;
  readonly token: string;
  readonly onBeat: (sentAt: number) => void;
};

export type PowerNews = {
  readonly state: PowerState;
  readonly charge: number;
  /** Seconds. */
  readonly runtime: number;
};

/** The payload of an alert that fires or is over, as Alertmanager sends it. */
function webhook(alert: {
  readonly name: string;
  readonly isFiring: boolean;
  readonly since: number;
}): object {
  const status = alert.isFiring ? 'firing' : 'resolved';
  const labels = { alertname: alert.name, severity: alert.name === 'Watchdog' ? 'none' : 'warning' };
  return {
    version: '4',
    groupKey: `{}:{alertname="${alert.name}"}`,
    status,
    receiver: 'watchdog',
    alerts: [
      {
        status,
        labels,
        annotations: { summary: alert.name },
        startsAt: new Date(alert.since).toISOString(),
        endsAt: '0001-01-01T00:00:00Z',
      },
    ],
  };
}

async function post(listening: Listening, path: string, body: object, from: string): Promise<boolean> {
  const { url, site, token } = listening;
  const answer = await request(`${url}/${site}/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      // What the platform's front would add; whatever a sender writes before it counts for nothing.
      'x-forwarded-for': `192.0.2.1, ${from}`,
    },
    body: JSON.stringify(body),
  });
  await answer.body.dump();
  return answer.statusCode === 200;
}

export type Voice = {
  /** The Watchdog alert of the house's Alertmanager. */
  readonly beat: (state: WorldState, at: number) => Promise<void>;
  readonly tellPower: (state: WorldState, news: PowerNews) => Promise<void>;
  readonly tellFence: (state: WorldState, report: FenceReport) => Promise<void>;
  /** From now on the house speaks to this. */
  readonly speakTo: (listening: Listening) => void;
};

/** Says nothing while nobody listens, or while the house can send nothing. */
export function openVoice(startAt: number): Voice {
  let listening: Listening | null = null;
  const say = async (state: WorldState, path: string, body: object): Promise<boolean> => {
    if (listening === null || !canSend(state)) return false;
    return post(listening, path, body, sendsFrom(state));
  };
  return {
    beat: async (state, at) => {
      if (!state.hasAlertmanager) return;
      const body = webhook({ name: 'Watchdog', isFiring: true, since: startAt });
      if (await say(state, `${labHeartbeat}/alertmanager`, body)) listening?.onBeat(at);
    },
    tellPower: async (state, news) => {
      await say(state, `${labUps}/power`, news);
    },
    tellFence: async (state, report) => {
      await say(state, `${labFence}/report`, { fences: [report] });
    },
    speakTo: (to) => {
      listening = to;
    },
  };
}
