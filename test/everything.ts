import type { App } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { stages } from '../bin/stages';
import { flights } from '../examples/flights/stack';
import { gpuLlm } from '../examples/gpu-llm/stack';
import { spamFilterRealTime } from '../examples/spam-filter/real-time/stack';
import { spamFilterServerless } from '../examples/spam-filter/serverless/stack';
import { ProductionModel } from '../lib/index';
import { pipelineWith } from './data/pipelines';
import { stageEndpoints, standaloneEndpoints } from './endpoint/endpoints';
import { endpointStages } from './endpoint-stages';
import { addOidcVpcStage } from './support';

/** Every stage, every kind of endpoint, alone and in a stage, and every example. */
export function everythingIn(app: App): IConstruct[] {
  return [
    ...stages.map(({ id, ...props }) => new ProductionModel(app, id, props)),
    addOidcVpcStage(app),
    pipelineWith({}, app).stack,
    ...standaloneEndpoints(app),
    ...stageEndpoints(app).map(({ stack }) => stack),
    flights(app),
    gpuLlm(app),
    spamFilterRealTime(app),
    spamFilterServerless(app),
    ...endpointStages(app).map(({ model }) => model),
  ];
}
