import { type App, CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { checkCommand } from '../../cli/check';
import { EndpointChecks, type ProductionModel, StageProfile } from '../../lib/index';
import { run } from '../cli/stages';
import { endpointBackend } from '../endpoint-stages';
import { everythingIn } from '../everything';
import { modelWith, newApp } from '../support';

const profile = StageProfile.custom('endpoints', StageProfile.STAGING, {});

function modelIn(app: App): ProductionModel {
  return modelWith({ profile, backend: endpointBackend('real-time') }, app);
}

/** Reaches into a stage and breaks what its endpoint is scaled between. */
function brokenIn(app: App): CfnResource {
  const found = modelIn(app)
    .node.findAll()
    .filter((construct) => CfnResource.isCfnResource(construct))
    .find(({ cfnResourceType }) => cfnResourceType === 'AWS::ApplicationAutoScaling::ScalableTarget');
  if (found === undefined) throw new Error('the endpoint is not scaled');
  found.addPropertyOverride('MinCapacity', 99);
  return found;
}

function synthesisOf(app: App): string {
  try {
    app.synth();
    return '';
  } catch (thrown) {
    return String(thrown);
  }
}

const FINDING = /Slipway::scaling-range/g;

describe('a stage', () => {
  it('does not synthesize with a broken endpoint, in an app that asks for no checks', () => {
    const app = newApp();
    brokenIn(app);
    const error = synthesisOf(app);
    expect(error).toContain('Properties.MinCapacity is 99: the minimum is 99');
    expect(error).toContain('Raise the maximum or lower the minimum');
  });

  it('synthesizes where the finding is acknowledged with a reason', () => {
    const app = newApp();
    Validations.of(brokenIn(app)).acknowledge({
      id: 'Slipway::scaling-range',
      reason: 'the maximum is raised by hand before each deployment',
    });
    expect(synthesisOf(app)).toBe('');
  });

  it.each([
    ['before', (app: App) => [() => Validations.of(app).addPlugins(new EndpointChecks()), () => brokenIn(app)]],
    ['after', (app: App) => [() => brokenIn(app), () => Validations.of(app).addPlugins(new EndpointChecks())]],
  ])('says a finding once where the app gets the checks %s it', (_, stepsIn) => {
    const alone = newApp();
    brokenIn(alone);
    const app = newApp();
    for (const step of stepsIn(app)) step();
    const once = synthesisOf(alone).match(FINDING)?.length;
    expect(once).toBeGreaterThan(0);
    expect(synthesisOf(app).match(FINDING)).toHaveLength(once ?? 0);
  });

  it('leaves what is beside it in the app to the app', () => {
    const app = newApp();
    modelIn(app);
    new CfnResource(new Stack(app, 'beside'), 'Budget', { type: 'AWS::Budgets::Budget', properties: { Budget: {} } });
    expect(synthesisOf(app)).toBe('');
  });
});

describe('slipway check', () => {
  it('finds nothing that is not acknowledged in any stage, on any endpoint and in any example', async () => {
    const app = newApp();
    everythingIn(app);
    const { directory } = app.synth();
    const { code, out, err } = await run((output) => checkCommand({ output }), directory);
    expect({ code, out, err }).toEqual({
      code: 0,
      err: '',
      out: expect.stringMatching(/^\d+ templates: 0 errors, 0 warnings(, 1 acknowledged)?\n$/),
    });
  }, 120_000);
});
