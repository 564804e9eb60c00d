import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { stageEndpoints, standaloneEndpoints } from '../endpoint/endpoints';

// Run by cfn-lint.mjs: every kind of endpoint, alone and in a stage.
const app = new App({ context: recommendedFlags });
standaloneEndpoints(app);
stageEndpoints(app);
