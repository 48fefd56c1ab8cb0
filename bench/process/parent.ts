// The other end of `child.ts`: says that this process is ready, and answers questions until the benchmark ends.

function send(message: object): void {
  if (process.send === undefined) throw new Error('this file is started by a benchmark');
  process.send(message);
}

/** `answers` holds what may be asked for, by name. The process ends with the benchmark, however that ends. */
export function serveParent(ready: object, answers: Readonly<Record<string, () => unknown>> = {}): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('question' in message)) return;
    const name = String(message.question);
    void Promise.resolve(answers[name]?.()).then((answer) => {
      send({ answer: answer ?? null });
    });
  });
  send({ ready });
}
