// Secrets that come in one variable: laid over the environment, taken out of it, and never told when they are malformed.
import { expect, test } from 'vitest';
import { WatchdogError } from '../../functions/kit/error.ts';
import { takeSecrets } from '../../functions/kit/take-secrets.ts';

test('each secret is a variable, over one of the same name; the others stay', () => {
  const environment = { PATH: '/bin', TOKEN: 'old', WATCHDOG_SECRETS: '{"TOKEN":"new","KEY":"line\\nline"}' };
  expect(takeSecrets(environment)()).toEqual({ PATH: '/bin', TOKEN: 'new', KEY: 'line\nline' });
});

test('the variable is gone from the environment, before anything has asked for a secret', () => {
  const environment: Record<string, string> = { PATH: '/bin', WATCHDOG_SECRETS: '{"TOKEN":"t"}' };
  takeSecrets(environment);
  expect(environment).toEqual({ PATH: '/bin' });
});

test('without the variable the environment is as it is', () => {
  expect(takeSecrets({ TOKEN: 't' })()).toEqual({ TOKEN: 't' });
});

test('no secrets at all are no mistake', () => {
  expect(takeSecrets({ A: 'a', WATCHDOG_SECRETS: '{}' })()).toEqual({ A: 'a' });
});

test.each([
  ['', 'is not JSON'],
  ['hunter2', 'is not JSON'],
  ['{"TOKEN":"hunter2"', 'is not JSON'],
  ['TOKEN=hunter2', 'is not JSON'],
  ['"hunter2"', 'is no JSON object whose values are all text'],
  ['["hunter2"]', 'is no JSON object whose values are all text'],
  ['null', 'is no JSON object whose values are all text'],
  ['{"TOKEN":{"hunter2":1}}', 'is no JSON object whose values are all text'],
  ['{"TOKEN":2}', 'is no JSON object whose values are all text'],
  ['{"TOKEN":null,"hunter2":"x"}', 'is no JSON object whose values are all text'],
  ['{"hunter2 ":"x"}', 'has a name in it that no environment variable can have'],
  ['{"":"hunter2"}', 'has a name in it that no environment variable can have'],
])('%j is refused each time, by the name of the variable and without its content', (text, what) => {
  const variables = takeSecrets({ WATCHDOG_SECRETS: text });
  const told = (): unknown => {
    try {
      return variables();
    } catch (error) {
      return error;
    }
  };
  const error = told();
  expect(error).toBeInstanceOf(WatchdogError);
  expect(error).toMatchObject({
    code: 'ERR_SECRET',
    message: `the secret in environment variable WATCHDOG_SECRETS ${what}`,
  });
  expect(error).not.toHaveProperty('cause');
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2');
  expect(told()).toMatchObject({ code: 'ERR_SECRET' });
});

test('a name that every object has already is a name like others', () => {
  const variables = takeSecrets({ WATCHDOG_SECRETS: '{"constructor":"c","toString":"s"}' })();
  expect(variables).toEqual({ constructor: 'c', toString: 's' });
});
