import { describe, expect, it } from 'vitest';
import { GuardPolicy, StageProfile } from '../../lib/index';
import { contractOf, modelWith, property, resourcesOf, templatesOf } from '../support';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly annotations?: { readonly horizontal?: readonly { readonly value: number; readonly label: string }[] };
    readonly alarms?: readonly unknown[];
  };
}

const guard = GuardPolicy.standard().blockTerms(['nightingale'], { name: 'nightingale' });
const { operate } = templatesOf(modelWith({ guard, profile: StageProfile.PRODUCTION, id: 'live' }));
const [[, dashboard] = []] = resourcesOf(operate, 'AWS::CloudWatch::Dashboard');
const { 'Fn::Join': join } = property<{ 'Fn::Join': [string, unknown[]] }>(dashboard, 'DashboardBody');
const { widgets } = JSON.parse(join[1].map((part) => (typeof part === 'string' ? part : 'reference')).join('')) as {
  widgets: Widget[];
};

function widget(title: string): Widget['properties'] {
  const found = widgets.find(({ properties }) => properties.title === title);
  if (found === undefined) throw new Error(`no widget "${title}"`);
  return found.properties;
}

describe('the dashboard', () => {
  it('is named as the deployment, and says whose model it is and what was promised', () => {
    expect(dashboard?.Properties).toMatchObject({ DashboardName: 'spam-filter-live' });
    expect(widgets[0]?.properties.markdown).toBe(
      '# spam-filter-live\nKeep spam out of the support inbox · owner: mail-platform · objective: p95 ≤ 200 ms, 99.9 % available',
    );
  });

  it('draws the objectives beside what is measured', () => {
    expect(widget('Latency against the objective (ms)').annotations?.horizontal).toMatchObject([
      { value: 200, label: 'objective of p95' },
    ]);
    expect(widget('Right, by feedback').annotations?.horizontal).toMatchObject([{ value: 0.95, label: 'f1 at least' }]);
  });

  it('shows every alarm of the stage', () => {
    expect(widget('Alarms').alarms).toHaveLength(resourcesOf(operate, 'AWS::CloudWatch::Alarm').length);
  });

  it('has a line for every guard rule', () => {
    const rules = widget('Guard interventions').metrics?.map((metric) => metric[metric.indexOf('GuardRule') + 1]);
    expect(rules?.slice(0, 3)).toEqual(['max-size', 'nightingale', 'secrets']);
  });

  it('parts the model’s time from the product’s own', () => {
    const names = widget('Where the time goes (ms)').metrics?.map(([, name]) => name);
    expect(names).toEqual(['ModelTime', 'ModelTime', 'Overhead', 'Overhead']);
  });

  it('fits into the 24 columns of a dashboard', () => {
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
  });

  it('shows accuracy where the contract states no criterion', () => {
    const none = templatesOf(modelWith({ contract: contractOf({ success: undefined }) })).operate;
    expect(JSON.stringify(none.toJSON())).toContain('IF(judged >= 50, tp / (tp + fp))');
  });
});

it('the accuracy is shown also where it is no criterion', () => {
  const [first] = widget('Right, by feedback').metrics ?? [];
  expect(JSON.stringify(first)).toContain('accuracy');
});
