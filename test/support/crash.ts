// A process that dies at its k-th call through a door, just before or just after the call took effect.

export type Moment = 'before' | 'after';

export type Mortal = {
  /** The same door, through which this process calls; once it is dead every call fails. */
  readonly door: <Door extends object>(door: Door) => Door;
  readonly calls: () => number;
  readonly isDead: () => boolean;
};

class Death extends Error {}

/** Dies at call `k`, counted from 1; with `k` beyond the last call it lives. */
export function mortal(k: number, moment: Moment): Mortal {
  let calls = 0;
  let isDead = false;
  const die = (): never => {
    isDead = true;
    throw new Death(`died ${moment} call ${k}`);
  };
  const mortalCall =
    (call: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]): Promise<unknown> => {
      if (isDead) return die();
      calls += 1;
      const isLast = calls === k;
      if (isLast && moment === 'before') return die();
      const result = await call(...args);
      if (isLast || isDead) return die();
      return result;
    };
  return {
    door: (door) =>
      new Proxy(door, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name);
          return typeof member === 'function'
            ? mortalCall((...args) => Reflect.apply(member, target, args))
            : member;
        },
        apply: (target, self, args: unknown[]) =>
          mortalCall((...given) =>
            typeof target === 'function' ? Reflect.apply(target, self, given) : undefined,
          )(...args),
      }),
    calls: () => calls,
    isDead: () => isDead,
  };
}

/** Lives, but at its call `k` the world goes on without it for a while, just before that call takes effect. */
export function overtaken(k: number, meanwhile: () => Promise<unknown>): Mortal {
  let calls = 0;
  return {
    door: (door) =>
      new Proxy(door, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]): Promise<unknown> => {
            calls += 1;
            if (calls === k) await meanwhile();
            return Reflect.apply(member, target, args);
          };
        },
      }),
    calls: () => calls,
    isDead: () => false,
  };
}
