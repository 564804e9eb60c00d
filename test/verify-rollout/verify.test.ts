import { describe, expect, it } from 'vitest';
import type { DeployedComponent } from '../../lambdas/shared/deployed-component';
import { compare } from '../../lambdas/verify-rollout/compare';
import { type Expected, expectedOf } from '../../lambdas/verify-rollout/expected';
import type { AlarmChange, DeployedEndpoint, Rollouts } from '../../lambdas/verify-rollout/ports';
import { verifyRollout } from '../../lambdas/verify-rollout/verify';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER_DIGEST = `sha256:${'b'.repeat(64)}`;
const MADE = Date.UTC(2026, 10, 25, 12);
const MINUTE = 60_000;

const expected: Expected = {
  endpoint: 'demo',
  config: 'config-2',
  images: [],
  components: [],
  alarms: ['demo-errors', 'demo-latency'],
};

function endpointWith(changes: Partial<DeployedEndpoint> = {}): DeployedEndpoint {
  return { status: 'InService', configName: 'config-2', failureReason: undefined, variants: [], ...changes };
}

function change(minutes: number, state: string, changes: Partial<AlarmChange> = {}): AlarmChange {
  return {
    at: MADE + minutes * MINUTE,
    state,
    reason: 'Threshold Crossed',
    dataPoints: [],
    threshold: undefined,
    ...changes,
  };
}

/** An endpoint that is described in this order, the last again and again. */
class Scripted implements Rollouts {
  looks = 0;
  history: Record<string, AlarmChange[]> = {};
  /** Components that are described in this order, the last again and again. */
  components: Record<string, (DeployedComponent | undefined)[]> = {};
  madeAt: number | undefined = MADE;

  constructor(private readonly states: readonly (DeployedEndpoint | undefined)[]) {}

  async endpoint() {
    this.looks += 1;
    return this.states[Math.min(this.looks, this.states.length) - 1];
  }
  async component(name: string) {
    const states = this.components[name] ?? [];
    return states.length > 1 ? states.shift() : states[0];
  }
  async configMadeAt() {
    return this.madeAt;
  }
  async changes(alarm: string) {
    return this.history[alarm] ?? [];
  }
}

function verify(rollouts: Rollouts, changes: Partial<Expected> = {}, looks = 5) {
  let left = looks;
  return verifyRollout(
    { ...expected, ...changes },
    {
      rollouts,
      now: () => MADE + 30 * MINUTE,
      pause: async () => {
        left -= 1;
      },
      remainingMs: () => left,
    },
  );
}

describe('a rollout', () => {
  it('is verified when the endpoint serves what was asked for', async () => {
    expect(await verify(new Scripted([endpointWith()]))).toBeUndefined();
  });

  it('is waited for while the endpoint changes', async () => {
    const rollouts = new Scripted([
      endpointWith({ status: 'Creating', configName: undefined }),
      endpointWith({ status: 'Updating', configName: 'config-1' }),
      endpointWith({ status: 'RollingBack', configName: 'config-1' }),
      endpointWith(),
    ]);
    expect(await verify(rollouts)).toBeUndefined();
    expect(rollouts.looks).toBe(4);
  });

  it('that does not end in time is told as it is', async () => {
    const rollouts = new Scripted([endpointWith({ status: 'Updating', configName: 'config-1' })]);
    expect(await verify(rollouts)).toBe('endpoint demo is still Updating; it was to serve configuration config-2');
    expect(rollouts.looks).toBe(6);
  });

  it.each([
    ['Failed', 'no capacity', 'endpoint demo is Failed; SageMaker says: no capacity'],
    ['OutOfService', undefined, 'endpoint demo is OutOfService'],
    ['UpdateRollbackFailed', undefined, 'endpoint demo is UpdateRollbackFailed'],
    ['Deleting', undefined, 'endpoint demo is Deleting'],
  ])('fails at once when the endpoint is %s', async (status, failureReason, text) => {
    const rollouts = new Scripted([endpointWith({ status, failureReason })]);
    expect(await verify(rollouts)).toBe(text);
    expect(rollouts.looks).toBe(1);
  });

  it('fails when there is no endpoint', async () => {
    expect(await verify(new Scripted([undefined]))).toBe('there is no endpoint demo');
  });
});

describe('a silent rollback', () => {
  const back = endpointWith({ configName: 'config-1' });

  it('fails with the alarm that fired and its data points', async () => {
    const rollouts = new Scripted([back]);
    rollouts.history['demo-errors'] = [
      change(20, 'OK'),
      change(10, 'ALARM', { reason: 'Threshold Crossed: 2 datapoints', dataPoints: [4, 7], threshold: 1 }),
      change(-60, 'OK'),
    ];
    rollouts.history['demo-latency'] = [change(-60, 'OK')];
    expect(await verify(rollouts)).toBe(
      'endpoint demo serves configuration config-1, the template asked for config-2: SageMaker rolled the update back; ' +
        'alarm demo-errors went into ALARM at 2026-11-25T12:10:00.000Z: Threshold Crossed: 2 datapoints; data points 4, 7 against 1',
    );
  });

  it('names the first of an alarm that fired again, and one that had fired before', async () => {
    const rollouts = new Scripted([back]);
    rollouts.history['demo-errors'] = [
      change(15, 'ALARM', { reason: 'second' }),
      change(12, 'OK'),
      change(5, 'ALARM', { reason: 'first' }),
    ];
    rollouts.history['demo-latency'] = [change(-5, 'ALARM', { reason: 'slow for long' }), change(-90, 'OK')];
    const text = await verify(rollouts);
    expect(text).toContain('alarm demo-errors went into ALARM at 2026-11-25T12:05:00.000Z: first');
    expect(text).toContain('alarm demo-latency was in ALARM already, since 2026-11-25T11:55:00.000Z: slow for long');
    expect(text).not.toContain('second');
  });

  it('does not blame an alarm that was over before', async () => {
    const rollouts = new Scripted([back]);
    rollouts.history['demo-errors'] = [change(-5, 'OK'), change(-10, 'ALARM')];
    expect(await verify(rollouts)).toContain(
      'none of its rollback alarms (demo-errors, demo-latency) fired since 2026-11-25T12:00:00.000Z: the new instances did not pass',
    );
  });

  it('looks back six hours where it is not known when the rollout began', async () => {
    const rollouts = new Scripted([back]);
    rollouts.madeAt = undefined;
    rollouts.history['demo-errors'] = [change(-300, 'ALARM', { reason: 'five hours ago' })];
    expect(await verify(rollouts)).toContain('went into ALARM at 2026-11-25T07:00:00.000Z: five hours ago');
  });

  it('is told without alarms too, and when they cannot be asked', async () => {
    expect(await verify(new Scripted([back]), { alarms: [] })).toContain('it has no rollback alarms');
    const denied = new Scripted([back]);
    denied.changes = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    expect(await verify(denied)).toMatch(/rolled the update back; its alarms could not be asked \(AccessDenied\)$/);
  });

  it('of ten alarms names five, and how many more', async () => {
    const alarms = Array.from({ length: 10 }, (_, nth) => `demo-${nth}`);
    const rollouts = new Scripted([back]);
    for (const alarm of alarms) rollouts.history[alarm] = [change(1, 'ALARM', { reason: 'x'.repeat(900) })];
    const text = (await verify(rollouts, { alarms })) ?? '';
    expect(text).toContain('; and 5 more alarms');
    expect(text.length).toBeLessThan(3_000);
  });

  it('that CloudFormation then rolls back itself succeeds with the old configuration', async () => {
    expect(await verify(new Scripted([back]), { config: 'config-1' })).toBeUndefined();
  });
});

describe('a rollout of inference components', () => {
  const components = [
    { component: 'demo-model', model: 'model-2' },
    { component: 'demo-embed', model: 'embed-1' },
  ];
  const component = (model: string, changes: Partial<DeployedComponent> = {}): DeployedComponent => ({
    status: 'InService',
    models: [model],
    failureReason: undefined,
    ...changes,
  });
  const withComponents = (first: (DeployedComponent | undefined)[], second = [component('embed-1')]) => {
    const rollouts = new Scripted([endpointWith()]);
    rollouts.components = { 'demo-model': first, 'demo-embed': second };
    return rollouts;
  };

  it('is verified when each serves the model that was asked for', async () => {
    expect(await verify(withComponents([component('model-2')]), { components })).toBeUndefined();
  });

  it('fails when one was rolled back silently, with the reason and the alarm that fired', async () => {
    const rollouts = withComponents([component('model-1', { failureReason: 'alarms fired' })]);
    rollouts.history['demo-errors'] = [change(10, 'ALARM', { reason: 'Threshold Crossed' }), change(-90, 'OK')];
    const text = await verify(rollouts, { components });
    expect(text).toContain(
      'inference component demo-model serves model model-1, the template asked for model-2: SageMaker rolled the update back; ' +
        'SageMaker says: alarms fired; alarm demo-errors went into ALARM at 2026-11-25T12:10:00.000Z: Threshold Crossed',
    );
  });

  it('looks back six hours: the configuration, which stays, is much older than the rollout', async () => {
    const rollouts = withComponents([component('model-1')]);
    rollouts.madeAt = MADE - 30 * 24 * 60 * MINUTE;
    rollouts.history['demo-errors'] = [
      change(-7 * 24 * 60, 'OK'),
      change(-8 * 24 * 60, 'ALARM', { reason: 'long ago' }),
    ];
    const text = await verify(rollouts, { components });
    expect(text).toContain('fired since 2026-11-25T06:30:00.000Z');
    expect(text).not.toContain('long ago');
  });

  it('fails when a further component serves another model, and where specifications differ', async () => {
    const other = withComponents([component('model-2')], [component('embed-0')]);
    expect(await verify(other, { components })).toContain('inference component demo-embed serves model embed-0');
    const mixed = withComponents([component('model-2', { models: ['model-2', 'model-1'] })]);
    expect(await verify(mixed, { components })).toContain(
      'serves model model-2, model-1, the template asked for model-2',
    );
  });

  it('is waited for while a component changes', async () => {
    const rollouts = withComponents([component('model-1', { status: 'Updating' }), component('model-2')]);
    expect(await verify(rollouts, { components })).toBeUndefined();
    expect(rollouts.looks).toBe(2);
  });

  it.each<[string, DeployedComponent | undefined, string]>([
    [
      'Failed',
      component('model-2', { status: 'Failed', failureReason: 'no capacity' }),
      'inference component demo-model is Failed; SageMaker says: no capacity',
    ],
    ['missing', undefined, 'there is no inference component demo-model'],
    [
      'still Updating',
      component('model-1', { status: 'Updating' }),
      'inference component demo-model is still Updating; it was to serve model model-2',
    ],
  ])('fails when a component is %s', async (_, state, text) => {
    expect(await verify(withComponents([state]), { components })).toBe(text);
  });
});

describe('an image', () => {
  const running = (specified: string | undefined, resolved: string | undefined) =>
    endpointWith({ variants: [{ name: 'AllTraffic', images: [{ specified, resolved }] }] });
  const fault = (image: string, endpoint: DeployedEndpoint) => {
    const result = compare({ ...expected, images: [{ variant: 'AllTraffic', image }] }, endpoint);
    return result.kind === 'other' ? result.text : result.kind;
  };

  it.each([
    ['by its tag', 'repo/spam:1', running('repo/spam:1', `repo/spam@${DIGEST}`)],
    ['by its digest', `repo/spam@${DIGEST}`, running('repo/spam:1', `repo/spam@${DIGEST}`)],
    ['by its digest, of another repository', `mirror/spam@${DIGEST}`, running(`repo/spam@${DIGEST}`, undefined)],
  ])('is recognised %s', (_, image, endpoint) => {
    expect(fault(image, endpoint)).toBe('as-asked');
  });

  it.each([
    [
      'another tag',
      'repo/spam:2',
      running('repo/spam:1', undefined),
      'runs image repo/spam:1, the template asked for repo/spam:2',
    ],
    [
      'another digest',
      `repo/spam@${DIGEST}`,
      running('repo/spam:1', `repo/spam@${OTHER_DIGEST}`),
      `runs image repo/spam@${OTHER_DIGEST}`,
    ],
    ['nothing known', 'repo/spam:2', running(undefined, undefined), 'runs image unknown'],
    [
      'another variant',
      'repo/spam:2',
      endpointWith({ variants: [{ name: 'Shadow', images: [] }] }),
      'there is no variant AllTraffic',
    ],
  ])('is missed: %s', (_, image, endpoint, text) => {
    expect(fault(image, endpoint)).toContain(text);
  });
});

describe('what the template asked for', () => {
  const request = (properties: Record<string, unknown>) => ({
    RequestType: 'Create' as const,
    ResponseURL: '',
    StackId: '',
    RequestId: '',
    LogicalResourceId: '',
    ResourceProperties: properties,
  });

  it('is read from the properties', () => {
    const properties = {
      EndpointName: 'demo',
      EndpointConfigName: 'config-2',
      Images: [{ Variant: 'AllTraffic', Image: 'repo/spam:1' }],
      Components: [{ Component: 'demo-model', Model: 'model-2' }],
      RollbackAlarms: ['a'],
    };
    expect(expectedOf(request(properties))).toEqual({
      endpoint: 'demo',
      config: 'config-2',
      images: [{ variant: 'AllTraffic', image: 'repo/spam:1' }],
      components: [{ component: 'demo-model', model: 'model-2' }],
      alarms: ['a'],
    });
  });

  it('fails without a name', () => {
    expect(() => expectedOf(request({ EndpointName: 'demo' }))).toThrow('property EndpointConfigName is missing');
  });
});
