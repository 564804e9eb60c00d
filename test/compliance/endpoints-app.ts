import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { stageEndpoints, standaloneEndpoints } from '../endpoint/endpoints';
import { endpointStages } from '../endpoint-stages';

// Run by cfn-lint.mjs: every kind of endpoint, alone, in the stack of a stage, and in whole stages.
const app = new App({ context: recommendedFlags });
standaloneEndpoints(app);
stageEndpoints(app);
endpointStages(app);
