// The addresses of one host, dialled so that many of them do not multiply the time.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Attempt } from './attempt.ts';
import { failed, mostTelling, socketFailure } from './failure.ts';
import type { Failure } from './failure.ts';

/** A connected socket, which the attempt owns, or why there is none. */
export type Dialled = { readonly ok: true; readonly socket: Socket; readonly address: string } | Failure;

const maxAddresses = 64;

/** Dials the addresses that arrive, a moment apart; the first that connects wins and the others are destroyed. */
export class Race {
  readonly result: Promise<Dialled>;
  tried = 0;
  readonly #settle: (dialled: Dialled) => void;
  readonly #attempt: Attempt;
  readonly #port: number;
  readonly #waiting: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #failures: Failure[] = [];
  #known = 0;
  #isClosed = false;
  #isOver = false;
  #isPacing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number, attempt: Attempt) {
    const { promise, resolve } = Promise.withResolvers<Dialled>();
    this.result = promise;
    this.#settle = resolve;
    this.#port = port;
    this.#attempt = attempt;
    attempt.own(() => {
      this.#end();
    });
  }

  add(addresses: readonly string[]): void {
    const room = addresses.slice(0, Math.max(0, maxAddresses - this.#known));
    this.#known += room.length;
    this.#waiting.push(...room);
    if (!this.#isPacing) this.#next();
  }

  /** No more addresses will come. */
  close(): void {
    this.#isClosed = true;
    if (this.#sockets.size === 0) this.#next();
  }

  #next(): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#isPacing = false;
    const address = this.#waiting.shift();
    if (address !== undefined) this.#dial(address);
    else if (this.#isClosed && this.#sockets.size === 0) {
      this.#settle(mostTelling(this.#failures) ?? failed('dns', 'the name has no address'));
    }
  }

  #dial(address: string): void {
    if (this.tried++ === 0) this.#attempt.enter('connect');
    const socket = connect({ host: address, port: this.#port, noDelay: true });
    this.#sockets.add(socket);
    socket.once('connect', () => {
      this.#sockets.delete(socket);
      this.#end();
      this.#attempt.own(() => {
        socket.destroy();
      });
      this.#settle({ ok: true, socket, address });
    });
    // Stays for the socket's life: whoever uses it listens too, and an error that nobody hears would end the process.
    socket.on('error', (error) => {
      if (!this.#sockets.delete(socket)) return;
      this.#failures.push(socketFailure(`${address} port ${this.#port}`, error));
      this.#next();
    });
    const pause = Math.min(250, this.#attempt.context.timeoutMs / 2 / Math.max(1, this.#known));
    this.#isPacing = true;
    this.#timer = setTimeout(() => {
      this.#next();
    }, pause);
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}
