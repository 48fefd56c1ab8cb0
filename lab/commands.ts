// What can be typed into the lab: things to break and to put right, and questions.
import { createInterface, clearLine, cursorTo, type Interface } from 'node:readline';
import { describeError } from '../functions/kit/error.ts';
import { explain } from '../functions/views/explain.ts';
import { labTimezone } from './basement/names.ts';
import { drillCommand } from './drill-command.ts';
import type { Lab } from './lab.ts';
import type { Screen } from './screen.ts';
import { showStatus } from './status.ts';
import { cloudCommands } from './cloud-commands.ts';
import { type Command, worldCommands } from './world-commands.ts';

export type CommandNeeds = {
  readonly screen: Screen;
  readonly signal: AbortSignal;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
};

const commands: readonly Command[] = [
  ...worldCommands,
  ...cloudCommands,
  drillCommand,
  {
    words: 'status',
    what: 'what the watchdog knows',
    run: async (lab, _rest, screen) => {
      showStatus(screen, lab.clock.now(), { memory: await lab.memory(), standbys: await lab.standbys() });
      return null;
    },
  },
  {
    words: 'view',
    what: 'a link that opens the view in a browser',
    run: async (lab) => `See it: ${await lab.viewLink()}`,
  },
  {
    words: 'explain',
    what: 'why it says what it says: facts, and every rule in order',
    run: async (lab, _rest, screen) => {
      const memory = await lab.memory();
      if (memory === null) return 'It has not looked yet.';
      const { facts, judgement } = memory.state;
      for (const line of explain(facts, judgement, labTimezone)) screen.line(line);
      return null;
    },
  },
  {
    words: 'help',
    what: 'this list',
    run: async (_lab, _rest, screen) => {
      showHelp(screen);
      return null;
    },
  },
];

function showHelp(screen: Screen): void {
  screen.line();
  screen.table(
    ['type', 'to'],
    [
      ...commands.map(({ words, takes, what }) => [
        takes === undefined ? words : `${words} ${takes.join('|')}`,
        what,
      ]),
      ['quit', 'end'],
    ],
  );
}

async function obey(line: string, lab: Lab, { screen, signal }: CommandNeeds): Promise<void> {
  const typed = line.trim().replace(/\s+/g, ' ').toLowerCase();
  if (typed === '') return;
  const command = commands.find(({ words }) => typed === words || typed.startsWith(`${words} `));
  const rest = command === undefined ? '' : typed.slice(command.words.length).trim();
  if (command === undefined || (rest !== '' && command.takes === undefined)) {
    screen.line(`There is no command "${typed.slice(0, 40)}". Type help to see what there is.`);
    return;
  }
  const changesWorld = !['status', 'view', 'explain', 'help'].includes(command.words);
  // One tick must not see half of a change.
  if (changesWorld) await lab.betweenLooks(signal);
  const sentence = await command.run(lab, rest, screen);
  if (sentence !== null) screen.line({ style: 'strong', text: sentence });
}

function promptOf(reader: Interface, output: NodeJS.WriteStream): Parameters<Screen['setPrompt']>[0] {
  if (!output.isTTY) return null;
  return {
    hide: () => {
      cursorTo(output, 0);
      clearLine(output, 0);
    },
    show: () => {
      reader.prompt(true);
    },
  };
}

/** Obeys until `quit`, or until the signal aborts. When the input ends without `quit`, the lab stays up. */
export async function takeCommands(lab: Lab, needs: CommandNeeds): Promise<void> {
  const { screen, signal, input, output } = needs;
  screen.line('The lab stays up. Type help to see what you can break, quit or Ctrl-C to end.');
  const reader = createInterface({ input, output, terminal: output.isTTY && input.isTTY, prompt: 'lab> ' });
  let isOver = false;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    isOver = true;
    resolve();
  };
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  // On a terminal the reader swallows Ctrl-C, so that nobody else hears it.
  reader.on('SIGINT', end);
  screen.setPrompt(promptOf(reader, output));
  const ask = (): void => {
    if (output.isTTY && !isOver) reader.prompt();
  };
  ask();
  let turn: Promise<void> = Promise.resolve();
  reader.on('line', (line) => {
    turn = turn.then(async () => {
      if (line.trim().toLowerCase() === 'quit') end();
      if (isOver) return;
      try {
        await obey(line, lab, needs);
      } catch (error) {
        screen.line({ style: 'bad', text: describeError(error) });
      }
      ask();
    });
  });
  await over;
  screen.setPrompt(null);
  reader.close();
  if (output.isTTY) screen.line();
  screen.line('The lab is over.');
}
