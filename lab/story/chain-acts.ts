// The acts about signing: a signer that stops in a house that is well, and a chain that stops for everybody.
import { type Act, resolves } from './act.ts';
import { isAbout } from './stage.ts';

export const signerStops: Act = {
  name: 'a signer stopped',
  title: 'A validator client stops signing, and everything else is well',
  play: async (stage) => {
    await stage.we(
      'stop the signer bera-1; its ports, its RPC and its execution client stay up',
      (basement) => basement.change({ stoppedSigners: new Set(['beacond']) }),
    );
    stage.should('see on two public RPCs that the chain has no vote of it for 3 minutes and 60 heights');
    await stage.message(
      'one critical page: signer bera-1 is not signing',
      (message) =>
        message.kind === 'opened' &&
        message.severity === 'critical' &&
        isAbout(message, 'signer.bera-1') &&
        message.title.includes('not signing'),
      8,
    );
    const memory = await stage.lab.memory();
    const bad = (memory?.state.facts.targets ?? []).filter(({ quality }) => quality !== 'good');
    stage.check('all its targets are green meanwhile', memory !== null && bad.length === 0);
    stage.check(
      'the signer of the other chain signs',
      memory?.state.judgement.signers['eth-1'] === 'signing',
      memory?.state.judgement.signers['eth-1'],
    );
    await stage.we('start the signer again', (basement) => basement.heal());
    stage.should('see its votes at once, and wait three minutes to see that it goes on');
    await resolves(stage, 'signer.bera-1', 2);
  },
};

export const chainStalls: Act = {
  name: 'a chain stood still',
  title: 'A whole chain stands still',
  play: async (stage) => {
    await stage.we('stall Berachain for everybody', (basement) =>
      basement.change({ stalledChains: new Set(['berachain']) }),
    );
    stage.should('call nobody dead: it is told once, for information, that the chain stands still');
    await stage.message(
      'one message for information: chain berachain stands still',
      (message) =>
        message.kind === 'opened' && message.severity === 'info' && isAbout(message, 'chain.berachain'),
      6,
    );
    await stage.looks(4);
    stage.check(
      'four minutes later: still that one message, and no page about the signer or its targets',
      stage.said().length === 1,
      `${stage.said().length} in all`,
    );
    await stage.we('let the chain go on', (basement) => basement.heal());
    stage.should('wait three minutes to see that it goes on, then say that it is over');
    await resolves(stage, 'chain.berachain', 2);
  },
};
