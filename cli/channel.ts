// `watchdog channel test`: one marked message through one channel, to see and hear how a page arrives.
import { Option, type Command } from 'commander';
import type { Delivery, Message } from '../functions/channels/channel.ts';
import { sendVia } from '../functions/channels/send.ts';
import type { Config } from '../functions/config/config.ts';
import { severities, type Severity } from '../functions/domain/severity.ts';
import { secretReader } from '../functions/kit/secret.ts';
import { configOrComplain } from './config-file.ts';
import { examples, exitCodesHelp, type Context } from './context.ts';
import type { ExitCode } from './terminal.ts';

type Options = { readonly severity: Severity; readonly over?: true; readonly json?: true };
type Channel = Config['channels'][number];

/** As long as an attempt of the real thing. */
const timeoutMs = 10_000;

function bodyOf(channel: Channel, { severity, over }: Options): string[] {
  const asked = `Somebody ran \`watchdog channel test\` for the channel ${channel.id}.`;
  if (over === true) return [asked, 'What a test has left ringing or open is over with this.'];
  return [
    asked,
    `A real message of severity ${severity} comes in the same way, and as loud.`,
    'Nothing is wrong, and there is nothing to do.',
  ];
}

/** All tests of a channel are one thread, so that a later one can end what an earlier one has left ringing. */
function testMessage(config: Config, channel: Channel, options: Options, at: number): Message {
  const thread = `test.${channel.id}`;
  const isOver = options.over === true;
  return {
    id: `${thread}.${at}`,
    kind: isOver ? 'resolved' : 'opened',
    severity: options.severity,
    site: config.sites[0]?.rules.id ?? 'none',
    incidents: [thread],
    thread,
    isThreadOver: isOver,
    title: `TEST ${isOver ? 'is over' : options.severity}: this is not an incident`,
    body: bodyOf(channel, options).join('\n'),
    links: {},
    code: null,
    at,
  };
}

function show({ id, channel }: Channel, delivery: Delivery, { terminal }: Context): void {
  const name = `${id} (${channel}): `;
  if (delivery.sent) {
    terminal.print(name, { style: 'good', text: 'sent' }, `, ${delivery.detail}`);
    return;
  }
  const next = delivery.again ? 'a real message would be tried again' : 'a real message would be given up';
  terminal.print(
    name,
    { style: 'bad', text: 'not sent' },
    `, ${delivery.reason}: ${delivery.detail}; ${next}`,
  );
}

async function test(file: string, id: string, options: Options, context: Context): Promise<ExitCode> {
  const { terminal, clock, variables } = context;
  const config = configOrComplain(file, terminal);
  if (config === null) return 2;
  const channel = config.channels.find((each) => each.id === id);
  if (channel === undefined) {
    terminal.complain(
      `there is no channel ${id}; there are ${config.channels.map((each) => each.id).join(', ')}`,
    );
    return 2;
  }
  const at = clock.now();
  const print = (text: string): void => {
    for (const line of text.split('\n')) (options.json === true ? terminal.complain : terminal.print)(line);
  };
  const done = terminal.progress(() => `asking ${id}, ${Math.round((clock.now() - at) / 1000)} s`);
  const delivery = await sendVia(channel)(testMessage(config, channel, options, at), {
    signal: new AbortController().signal,
    timeoutMs,
    at,
    secret: secretReader(variables),
    print,
  }).finally(done);
  if (options.json === true) terminal.json({ channel: id, kind: channel.channel, ...delivery });
  else show(channel, delivery, context);
  return delivery.sent ? 0 : 1;
}

export function addChannel(program: Command, context: Context): void {
  program
    .command('channel')
    .description('what can be done with a channel')
    .command('test')
    .description('sends one message, marked as a test, and says what the channel answered')
    .argument('<file>', 'the configuration, YAML')
    .argument('<channel-id>', 'id of one of its channels')
    .addOption(
      new Option('--severity <severity>', 'how grave; critical wakes people, and may ring until it is ended')
        .choices(severities)
        .default('info'),
    )
    .option('--over', 'instead send the end of earlier tests: what still rings or is open for them ends')
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      examples(
        ['watchdog channel test watchdog.yaml pager', 'does it arrive'],
        ['watchdog channel test watchdog.yaml pager --severity critical', 'does it wake me'],
        ['watchdog channel test watchdog.yaml pager --over', 'and stop it'],
      ) + exitCodesHelp,
    )
    .action(async (file: string, id: string, options: Options) => {
      context.end(await test(file, id, options, context));
    });
}
