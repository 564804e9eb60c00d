import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { DataPipeline, type DataPipelineProps, DataSource, DatasetStore } from '../../lib/index';
import { messageOf, newApp, REGION } from '../support';
import { pipelineWith, schemaOf } from './pipelines';

describe('a store', () => {
  const second = (stack: Stack, store: DataPipelineProps['store'], id = 'Second') =>
    new DataPipeline(stack, id, {
      deployment: 'trains-pilot',
      sources: [DataSource.inbox()],
      schema: schemaOf(),
      store,
    });

  it('is filled by one pipeline: another is refused, by the name of the first', () => {
    const own = pipelineWith();
    expect(messageOf(() => second(own.stack, own.pipeline.store))).toContain(
      'store is filled by data/Pipeline already, expected a store of its own',
    );
    expect(() => second(own.stack, undefined, 'Third')).not.toThrow();
  });

  it('is the same one where it is found by links', () => {
    const app = newApp();
    const state = new Stack(app, 'state', { env: REGION });
    const store = new DatasetStore(state, 'Store', { encryptionKey: new Key(state, 'Key') });
    store._publish('flights-pilot');
    const linked = (id: string, deployment: string) =>
      DatasetStore._fromLinks(new Stack(app, id, { env: REGION }), 'Linked', deployment, undefined);
    second(state, store);
    const stack = new Stack(app, 'operate', { env: REGION });
    expect(messageOf(() => second(stack, linked('one', 'flights-pilot')))).toContain('store is filled by state/Second');
    const other = new Stack(app, 'other', { env: REGION });
    expect(() => second(other, linked('two', 'flights-prod'))).not.toThrow();
  });
});
