// Watches the real endpoints of a configuration from this machine: real time, state on disk, until it is stopped.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { type Config, loadConfig } from '../../functions/config/config.ts';
import { systemClock } from '../../functions/kit/clock.ts';
import { describeError } from '../../functions/kit/error.ts';
import type { Log } from '../../functions/kit/log.ts';
import { describeReference, secretReader } from '../../functions/kit/secret.ts';
import { openStore } from '../../functions/stores/open.ts';
import { localTime } from '../../functions/views/time.ts';
import { startWatchdog, type LocalWatchdog } from '../../local/watchdog.ts';
import { readLook } from '../look.ts';
import type { LiveMode } from '../options.ts';
import type { Screen } from '../screen.ts';
import { lasting } from '../time.ts';
import { channelOwners, missingSecrets, senderOwners } from '../../local/secrets.ts';
import { linkToView } from '../view.ts';
import { showTick } from './tick-lines.ts';
import { deliveryTrouble, startTrouble } from './trouble.ts';

export type LiveNeeds = { readonly screen: Screen; readonly signal: AbortSignal };
type Variables = Readonly<Record<string, string | undefined>>;

const count = (number: number, one: string): string => `${number} ${number === 1 ? one : `${one}s`}`;

/** The environment with a token for the status of this run when the configuration asks for one that is not set. */
function withToken(
  { status }: Config,
  variables: Variables,
): { variables: Variables; header: string | null } {
  if (status.access === 'public') return { variables, header: null };
  const { token } = status;
  if ('env' in token && (variables[token.env] ?? '') === '') {
    const made = randomBytes(16).toString('hex');
    return { variables: { ...variables, [token.env]: made }, header: `Authorization: Bearer ${made}` };
  }
  const where = 'env' in token ? `$${token.env}` : `<the secret in ${describeReference(token)}>`;
  return { variables, header: `Authorization: Bearer ${where}` };
}

function greet(screen: Screen, config: Config, options: LiveMode): void {
  const targets = config.sites.reduce((sum, site) => sum + site.targets.length, 0);
  screen.line({ style: 'strong', text: 'basement-watchdog' }, `, watching for real: ${options.configPath}`);
  screen.line(
    `${count(config.sites.length, 'site')}, ${count(targets, 'target')}, ${count(config.references.length, 'reference')}; ` +
      `told by ${config.channels.map(({ id }) => id).join(', ')}; a look every ${lasting(options.everyMs)}.`,
  );
  if (config.standbys !== null) {
    screen.line('Standbys are configured: that they are wanted is told, and none is made from this machine.');
  }
}

/** What is remembered from before; a document that cannot be read is told of by each tick anyway. */
async function showMemory(
  screen: Screen,
  config: Config,
  needs: { host: string; dataDir: string },
): Promise<void> {
  const { host, dataDir } = needs;
  const store = openStore({ FIRESTORE_EMULATOR_HOST: host, GOOGLE_CLOUD_PROJECT: 'local' });
  try {
    const memories = [...(await store.readSites(config.sites.map(({ rules }) => rules.id))).values()];
    if (memories.length === 0) {
      screen.line(`Nothing is remembered yet; from now on it is kept in ${resolve(dataDir)}.`);
      return;
    }
    const last = Math.max(...memories.map(({ state }) => state.tick.at));
    const open = memories.reduce((sum, { incidents }) => sum + Object.keys(incidents).length, 0);
    screen.line(
      `Goes on where it stopped: the last look was at ${localTime(last, 'UTC')}, ` +
        `${open === 0 ? 'no incident is' : `${count(open, 'incident')} ${open === 1 ? 'is' : 'are'}`} open. It is kept in ${resolve(dataDir)}.`,
    );
  } catch (error) {
    screen.line({ style: 'bad', text: describeError(error) });
  }
}

/** Where a person sees it: by a link that opens it, and else where it asks for the token. */
async function viewAddress({ status }: Config, url: string, variables: Variables): Promise<string> {
  if (status.token === undefined) return url;
  try {
    return await linkToView(url, secretReader(variables)(status.token));
  } catch {
    return url;
  }
}

function start(options: LiveMode, variables: Variables, screen: Screen): Promise<LocalWatchdog> {
  let outbox: () => readonly unknown[] = () => [];
  const say = (text: string): void => screen.line({ style: 'doubt', text: `  ! ${text}` });
  const logOf = (): Log => ({
    info: (fields) => deliveryTrouble(fields, outbox).forEach(say),
    warn: (_fields, message) => say(message),
    // A tick with errors has its own line with more in it.
    error: (_fields, message) => (message === 'tick with errors' ? undefined : say(message)),
  });
  const watchdog = startWatchdog({
    configPath: options.configPath,
    clock: systemClock,
    dataDir: options.dataDir,
    network: options.network,
    variables,
    log: logOf,
    print: (text) => {
      if (text.startsWith('\u0007')) screen.bell();
      for (const line of text.replace('\u0007', '').split('\n')) screen.line(line);
    },
    onTick: (run) => {
      const look = readLook(run);
      if ('failure' in look) say(look.failure);
      else showTick(screen, look);
    },
    statusPort: options.port,
    heartbeatPort: options.heartbeatPort,
    everyMs: options.everyMs,
  });
  return watchdog.then((running) => {
    outbox = () =>
      Object.entries(running.firestore.dump('(default)')).flatMap(([path, fields]) =>
        path.startsWith('outbox/') ? [fields] : [],
      );
    return running;
  });
}

/** Runs until the signal aborts. Resolves with the exit code: 2 for a configuration that is wrong, 1 when it cannot start. */
export async function watchFile(options: LiveMode, { screen, signal }: LiveNeeds): Promise<number> {
  const bad = (text: string): void =>
    text.split('\n').forEach((line) => screen.line({ style: 'bad', text: line }));
  let config: Config;
  try {
    config = loadConfig(options.configPath, { allow: options.network.allow });
  } catch (error) {
    bad(describeError(error).replace(/^ERR_CONFIG: /, ''));
    return 2;
  }
  greet(screen, config, options);
  const { variables, header } = withToken(config, process.env);
  for (const { where, message } of missingSecrets(channelOwners(config.channels), secretReader(variables))) {
    bad(`${where}: ${message.replace(/^ERR_SECRET: /, '')}, so nobody can be told this way`);
  }
  for (const { where, message } of missingSecrets(senderOwners(config), secretReader(variables))) {
    bad(`${where}: ${message.replace(/^ERR_SECRET: /, '')}, so nothing can be sent as that`);
  }
  let watchdog: LocalWatchdog;
  try {
    watchdog = await start(options, variables, screen);
  } catch (error) {
    bad(`It could not start: ${startTrouble(error, options)}`);
    return 1;
  }
  await showMemory(screen, config, { host: watchdog.firestore.host, dataDir: options.dataDir });
  const { status } = watchdog.urls;
  screen.line('See it:          ', { style: 'strong', text: await viewAddress(config, status, variables) });
  const curl = header === null ? 'curl' : `curl -H "${header}"`;
  screen.line('Status as JSON:  ', { style: 'strong', text: `${curl} ${status}` });
  for (const { rules, senders } of config.sites) {
    for (const { source } of senders) {
      const url = `${watchdog.urls.heartbeat}/${rules.id}/${source}`;
      screen.line(`News of ${rules.id}:    `, { style: 'strong', text: `POST ${url}` });
    }
  }
  screen.line({ style: 'dim', text: 'Ctrl-C ends it. While this machine is off, nobody watches.' });
  screen.line();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => end());
  if (signal.aborted) end();
  // Not only with the next minute: whoever starts it wants to see that it works.
  void watchdog.scheduler.runNow('watch', Math.floor(systemClock.now() / options.everyMs) * options.everyMs);
  await over;
  screen.line('Stopping.');
  // What is committed is on disk; a probe that is still waiting for its deadline need not be waited for.
  await Promise.race([watchdog.close(), systemClock.sleep(5_000)]);
  screen.line(`Nobody watches now. The same command goes on from here.`);
  return 0;
}
