// The function `heartbeat`: who may speak for a house is decided by the head of a call; what it says is kept, and what is new wakes `watch`.
import type { Poke } from '../cloud/cloud.ts';
import { hear, isNews, type Origin, wellAt, type Word } from '../domain/hear.ts';
import { leasedIn, refusalOf, refusalWords, type ToldPort } from '../domain/lease.ts';
import type { SiteRules } from '../domain/policy.ts';
import { senderKey } from '../domain/refused.ts';
import { isTokenOf, longEnough } from '../kit/bearer-token.ts';
import type { Clock } from '../kit/clock.ts';
import { WatchdogError } from '../kit/error.ts';
import type { Admit } from '../kit/early.ts';
import { isInNetworks, networkOf } from '../kit/address.ts';
import { jsonAnswer, type Answer, type Asked } from '../kit/http-answer.ts';
import { bearerIn, readJson } from '../kit/http-function.ts';
import type { Log } from '../kit/log.ts';
import type { Rate } from '../kit/rate.ts';
import type { PressureStore, PulseStore } from '../stores/store.ts';
import { readAlertmanager } from './alertmanager-hook.ts';
import { type HeartbeatPath, pathForms, readPath, type Saying } from './heartbeat-path.ts';
import { lastWords, readPower, readReport, type Said } from './heartbeat-words.ts';
import type { Pressure } from './pressure.ts';
import { wakeWatch } from './wake-watch.ts';

export type House = {
  readonly site: string;
  /** Reads its tokens when they are needed; throws ERR_SECRET. */
  readonly senders: readonly { readonly source: string; readonly tokens: () => readonly string[] }[];
  /** CIDRs or addresses; null when messages may come from everywhere. */
  readonly exits: { readonly addresses: readonly string[]; readonly provider: readonly string[] } | null;
  readonly signers: readonly string[];
  /** What is probed of it: it may tell the ports of those that are leased. */
  readonly targets: SiteRules['targets'];
};

export type HeartbeatWorld = {
  readonly houses: readonly House[];
  readonly store: PulseStore & PressureStore;
  readonly clock: Clock;
  /** Wakes `watch`; null when nothing listens. */
  readonly pokeWatch: Poke | null;
  readonly log: Log;
  /** Calls of one sender, and wakings of one site, in a minute. */
  readonly calls: Rate;
  readonly wakings: Rate;
  readonly pressure: Pressure;
};

type Sender = HeartbeatPath & { readonly house: House };

const refuse = (status: number, error: string, headers: Record<string, string> = {}): Answer =>
  jsonAnswer(status, { error }, headers);

function senderOf(world: HeartbeatWorld, path: HeartbeatPath): Sender | null {
  const house = world.houses.find(({ site }) => site === path.site);
  return house?.senders.some(({ source }) => source === path.source) === true ? { ...path, house } : null;
}

function tokensOf({ house, site, source }: Sender): readonly string[] {
  const tokens = house.senders.find((each) => each.source === source)?.tokens() ?? [];
  return longEnough(tokens, `${site}/${source}`);
}

const readPathIn = (world: HeartbeatWorld, path: string): HeartbeatPath | null =>
  readPath(path, (id) => world.houses.some(({ site }) => site === id));

/** By method, path and token; nothing of the body is needed. Throws ERR_SECRET when a token cannot be read. */
export const admitSender =
  (world: HeartbeatWorld): Admit =>
  async ({ method, path, header }) => {
    if (method !== 'POST') return refuse(405, 'use POST', { allow: 'POST' });
    const read = readPathIn(world, path);
    if (read === null) return refuse(404, pathForms);
    const sender = senderOf(world, read);
    const given = bearerIn(header('authorization')) ?? '';
    const at = world.clock.now();
    if (!isTokenOf(sender === null ? [] : tokensOf(sender), given) || sender === null) {
      await world.pressure.refused(sender, at);
      return refuse(401, 'the bearer token of that sender is needed', { 'www-authenticate': 'Bearer' });
    }
    if (world.calls.take(senderKey(sender), at)) return null;
    await world.pressure.refused(sender, at);
    return refuse(429, 'too many messages of this sender; once a minute is enough', { 'retry-after': '30' });
  };

function originOf({ exits }: House, address: string | null): Origin {
  if (exits === null) return { kind: 'exit' };
  if (address === null) return { kind: 'stranger', network: 'an unknown address', isOfProvider: false };
  if (isInNetworks(address, exits.addresses)) return { kind: 'exit' };
  const isOfProvider = isInNetworks(address, exits.provider);
  return { kind: 'stranger', network: networkOf(address), isOfProvider };
}

const mostBytes = 64 * 1024;

function failed(code: number | null, body: Buffer): Said {
  return { says: 'fails', failure: { code, text: lastWords(body) } };
}

type Read = { readonly said: Said; readonly problem: string | null; readonly ports?: readonly ToldPort[] };

function readSaying(saying: Saying, body: Buffer, house: House): Read {
  switch (saying.what) {
    case 'well':
      return { said: { says: 'well' }, problem: null };
    case 'begins':
      return { said: { says: 'begins' }, problem: null };
    case 'fails':
      return { said: failed(null, body), problem: null };
    case 'exit':
      return { said: saying.code === 0 ? { says: 'well' } : failed(saying.code, body), problem: null };
    case 'power':
      return { said: readPower(readJson(body)), problem: null };
    case 'report':
      return { ...readReport(readJson(body), house.signers), problem: null };
    case 'alertmanager':
      return readAlertmanager(readJson(body));
  }
}

async function wake(world: HeartbeatWorld, site: string): Promise<void> {
  const { pokeWatch, wakings, clock, log } = world;
  // What is not told now is told by the next tick.
  if (pokeWatch !== null && wakings.take(site, clock.now())) await wakeWatch(pokeWatch, site, log);
}

/** What is told of ports and may not be used is kept as evidence, and whoever set it up is told why. */
function judged(ports: readonly ToldPort[], { house, source }: Sender, origin: Origin): Word['ports'] {
  const told = { source, isFromExit: origin.kind === 'exit', leased: leasedIn(house.targets) };
  return ports.map((port) => ({ ...port, refusal: refusalOf(port, told) }));
}

const unused = (ports: Word['ports']): { target: string; port: number; why: string }[] =>
  ports.flatMap(({ target, port, refusal }) =>
    refusal === null ? [] : [{ target, port, why: refusalWords[refusal] }],
  );

/** Once this resolves with 200 the message is kept, whether `watch` could be woken or not. */
export async function answerHeartbeat(world: HeartbeatWorld, asked: Asked): Promise<Answer> {
  const path = readPathIn(world, asked.path);
  const sender = path === null ? null : senderOf(world, path);
  if (sender === null) throw new WatchdogError('ERR_REQUEST', pathForms);
  const { house, site, source, saying } = sender;
  const at = world.clock.now();
  const { said, problem, ports = [] } = readSaying(saying, asked.body(mostBytes), house);
  const origin = originOf(house, asked.client);
  const word: Word = { ...wellAt(source, at), ...said, origin, ports: judged(ports, sender, origin) };
  const { before, after } = await world.store.changePulse(site, (pulse) => hear(pulse, word));
  const isNew = isNews(before, after);
  if (isNew) await wake(world, site);
  if (origin.kind === 'stranger') {
    const { network, isOfProvider } = origin;
    world.log.warn({ site, source, network, isOfProvider }, 'a message came from an address that is no exit');
  }
  const portsNotUsed = unused(word.ports);
  if (portsNotUsed.length > 0)
    world.log.warn({ site, source, portsNotUsed }, 'ports were told that are not used');
  if (problem !== null) return refuse(400, `${problem}; whatever else was in it counts`);
  return jsonAnswer(200, {
    taken: `${site}/${source}`,
    at: new Date(at).toISOString(),
    isNews: isNew,
    // For whoever sets it up: from here it proves nothing.
    provesLife: origin.kind === 'exit',
    ...(portsNotUsed.length === 0 ? {} : { portsNotUsed }),
  });
}
